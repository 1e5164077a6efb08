/* Plans, guarantees and errors by the public calls. */
#include <fumehood/fumehood.h>

#include "invented.h"

static struct fh_error err;

/* Nothing is asked of the real machine but its files. */
static struct fh_plan *plan_of(struct fh_policy *policy,
			       const struct fh_kernel *kernel)
{
	struct fh_plan *plan = NULL;

	check_int(fh_plan_new(policy, kernel, invented_env, &plan, &err), 0);
	return plan;
}

static void test_guarantee(void)
{
	struct fh_policy *policy = invented_policy(
		WISHES("timeout", "1s", "net", "host", "listen", "80",
		       "without", "network"));
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = plan_of(policy, &kernel);
	struct fh_holding held;

	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_FILES_READ, &held,
				    &err), 0);
	check_int(held.state, FH_STATE_FULLY);
	check_str(held.holders, "mount namespace, Landlock");
	check_str(held.reason, "");
	check(held.is_asked && held.is_required && !held.is_waived);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_NETWORK, &held, &err),
		  0);
	check_int(held.state, FH_STATE_NOT);
	check_str(held.holders, "");
	check_has(held.reason, "with --listen");
	check(held.is_asked && !held.is_required && held.is_waived);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_MEMORY, &held, &err),
		  0);
	check_int(held.state, FH_STATE_NOT);
	check_str(held.holders, "");
	check_str(held.reason, "no ceiling was given");
	check(!held.is_asked && !held.is_required && !held.is_waived);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_TIME, &held, &err), 0);
	check_str(held.holders, "timer");
	fh_plan_free(plan);
	fh_policy_free(policy);
}

/* What a plan holds fits the caller's buffers, on every kernel. */
static void test_holders_fit(void)
{
	for (int abi = 0; abi <= 12; abi++) {
		struct fh_kernel kernel = invented_kernel(abi);
		struct fh_policy *policy = invented_policy(
			WISHES("timeout", "1s", "cpu-time", "1s",
			       "file-size", "1K"));
		struct fh_plan *plan;
		struct fh_holding held;

		if (abi % 2)
			invented_denial(&kernel, TRIAL_CREATE, -EPERM);
		invented_without(policy);
		plan = plan_of(policy, &kernel);
		for (int g = 0; fh_guarantee_name(g); g++) {
			check_int(fh_plan_guarantee(plan, g, &held, &err), 0);
			check(!strstr(held.holders, "..."));
			check(!strstr(held.reason, "..."));
			check((held.state != FH_STATE_NOT) ==
			      (*held.holders != '\0'));
			check((held.state == FH_STATE_FULLY) ==
			      (*held.reason == '\0'));
		}
		fh_plan_free(plan);
		fh_policy_free(policy);
	}
}

static void test_print(void)
{
	struct fh_policy *policy = invented_policy(WISHES("read", "/etc"));
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = plan_of(policy, &kernel);
	char *text = NULL;

	check_int(fh_plan_print(plan, FH_TEXT, &text, &err), 0);
	check_has(text, "\nGuarantees:\n");
	free(text);
	check_int(fh_plan_print(plan, FH_JSON, &text, &err), 0);
	check_has(text, "\"schema\": \"fumehood-plan-1\"");
	check_has(text, "\"origin\": \"--read\"");
	free(text);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

/* An origin is anybody's text. */
static void test_origin(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan;
	char *text = NULL;

	check_int(fh_policy_set_from(policy, "read", "/etc", "a\"b\n", &err),
		  0);
	plan = plan_of(policy, &kernel);
	check_int(fh_plan_print(plan, FH_JSON, &text, &err), 0);
	check_has(text, "\"origin\": \"a\\\"b\\u000a\"");
	free(text);
	check_int(fh_plan_print(plan, FH_TEXT, &text, &err), 0);
	check_has(text, "(a\"b\\n)\n");
	free(text);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_environment(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = NULL;
	char *text = NULL;

	check_int(fh_policy_env(policy, "FH_SEEN", NULL, &err), 0);
	setenv("FH_SEEN", "mine", 1);
	check_int(fh_plan_new(policy, &kernel, NULL, &plan, &err), 0);
	check_int(fh_plan_print(plan, FH_TEXT, &text, &err), 0);
	check_has(text, "  FH_SEEN=mine\n");
	free(text);
	fh_plan_free(plan);
	/* Control: the environment that is given is the one that is taken. */
	plan = plan_of(policy, &kernel);
	check_int(fh_plan_print(plan, FH_TEXT, &text, &err), 0);
	check_hasnt(text, "FH_SEEN");
	free(text);
	fh_plan_free(plan);
	check_int(clearenv(), 0);
	check_int(fh_plan_new(policy, &kernel, NULL, &plan, &err), 0);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_check(void)
{
	struct fh_policy *policy = invented_policy(
		WISHES("read", "-/no/such", "read", "/etc"));
	struct fh_kernel kernel = invented_kernel(7);
	char *const found[] = { "/bin/sh", NULL }, *const not[] = { "no-such",
								    NULL };
	char *const none[] = { NULL };
	struct fh_plan *plan = plan_of(policy, &kernel);

	check_int(fh_plan_check(plan, NULL, &err), 0);
	check_int(fh_plan_check(plan, found, &err), 0);
	check_int(fh_plan_check(plan, not, &err), -ENOENT);
	check_int(err.code, -ENOENT);
	check_has(err.what, "no-such");
	check_int(fh_plan_check(plan, none, &err), -EINVAL);
	check_has(err.what, "fh_plan_check");
	fh_plan_free(plan);
	check_int(fh_policy_set(policy, "read", "/no/such", &err), 0);
	plan = plan_of(policy, &kernel);
	check_int(fh_plan_check(plan, NULL, &err), -ENOENT);
	check_has(err.what, "/no/such");
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void check_answer(const struct fh_plan *plan, const char *verb,
			 const char *what, bool is_allowed,
			 const char *reason, const char *advice)
{
	char *ret_reason = NULL, *ret_advice = NULL;
	bool allowed = !is_allowed;

	check_int(fh_plan_why(plan, verb, what, &allowed, &ret_reason,
			      &ret_advice, &err), 0);
	check_int(allowed, is_allowed);
	check_has(ret_reason, reason);
	check_str(ret_advice, advice);
	free(ret_reason);
	free(ret_advice);
}

static void test_why(void)
{
	struct fh_policy *policy = invented_policy(WISHES("read", "/var"));
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = plan_of(policy, &kernel);
	char *reason = (char *)policy, *advice = (char *)plan;
	bool allowed = true;

	check_answer(plan, "read", "/var", true, "--read /var", "");
	check_answer(plan, "write", "/var", false, "--read /var", "-w /var");
	check_answer(plan, "connect", "80", false, "no network",
		     "--net host --connect 80");
	check_int(fh_plan_why(plan, "reed", "/var", &allowed, &reason, &advice,
			      &err), -EINVAL);
	check_has(err.what, "reed");
	check(allowed && reason == (char *)policy && advice == (char *)plan);
	check_int(fh_plan_why(plan, "connect", "http", &allowed, &reason,
			      &advice, &err), -EINVAL);
	check_int(fh_plan_why(plan, "syscall", "", &allowed, &reason, &advice,
			      &err), -EINVAL);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

#define stale(call)                                                          \
	do {                                                                 \
		memset(&err, 0, sizeof(err));                                \
		check_int(call, -ESTALE);                                    \
		check_int(err.code, -ESTALE);                                \
		check_has(err.what, "changed after it was planned");         \
	} while (0)

static void test_stale(void)
{
	struct fh_policy *policy = invented_policy(WISHES("read", "/etc"));
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = plan_of(policy, &kernel);
	char *text = NULL, *advice = NULL;
	struct fh_holding held;
	bool allowed;

	/* Control: what failed to change it leaves the plan as good. */
	check_int(fh_policy_set(policy, "pids", "x", &err), -EINVAL);
	check_int(fh_policy_ids(policy, 1, (gid_t)-1, &err), -ERANGE);
	check_int(fh_plan_guarantee(plan, 0, &held, &err), 0);
	check_int(fh_policy_set(policy, "pids", "7", &err), 0);
	stale(fh_plan_guarantee(plan, 0, &held, &err));
	stale(fh_plan_print(plan, FH_TEXT, &text, &err));
	stale(fh_plan_check(plan, NULL, &err));
	stale(fh_plan_why(plan, "read", "/etc", &allowed, &text, &advice,
			  &err));
	check(!text && !advice);
	fh_plan_free(plan);
	/* Also by the calls that change several settings at once. */
	plan = plan_of(policy, &kernel);
	check_int(fh_policy_allow(policy, FH_WRITE | FH_EXEC, "/a", &err), 0);
	stale(fh_plan_guarantee(plan, 0, &held, &err));
	fh_plan_free(plan);
	fh_policy_free(policy);
}

#define bad(call, errno_, word)                                               \
	do {                                                                 \
		memset(&err, 0, sizeof(err));                                \
		check_int(call, errno_);                                      \
		check_int(err.code, errno_);                                  \
		check_has(err.what, word);                                   \
	} while (0)

#define null(call, word) bad(call, -EINVAL, word " is NULL")

static void test_bad_input(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel kernel = invented_kernel(7), *made = NULL;
	struct fh_plan *plan = plan_of(policy, &kernel), *other = plan;
	struct fh_holding held;
	char *text = NULL, *advice = NULL;
	bool allowed;

	null(fh_plan_new(NULL, &kernel, NULL, &other, &err), "new: policy");
	null(fh_plan_new(policy, NULL, NULL, &other, &err), "new: kernel");
	null(fh_plan_new(policy, &kernel, NULL, NULL, &err), "new: ret");
	null(fh_plan_guarantee(NULL, 0, &held, &err), "guarantee: plan");
	null(fh_plan_guarantee(plan, 0, NULL, &err), "guarantee: ret");
	bad(fh_plan_guarantee(plan, -1, &held, &err), -EINVAL, "guarantee -1");
	bad(fh_plan_guarantee(plan, 15, &held, &err), -EINVAL, "guarantee 15");
	null(fh_plan_print(NULL, FH_TEXT, &text, &err), "print: plan");
	null(fh_plan_print(plan, FH_TEXT, NULL, &err), "print: ret");
	bad(fh_plan_print(plan, (enum fh_format)2, &text, &err), -EINVAL,
	    "format 2");
	null(fh_plan_check(NULL, NULL, &err), "check: plan");
	null(fh_plan_why(NULL, "read", "/", &allowed, &text, &advice, &err),
	     "why: plan");
	null(fh_plan_why(plan, NULL, "/", &allowed, &text, &advice, &err),
	     "why: verb");
	null(fh_plan_why(plan, "read", NULL, &allowed, &text, &advice, &err),
	     "why: what");
	null(fh_plan_why(plan, "read", "/", NULL, &text, &advice, &err),
	     "why: ret_allowed");
	null(fh_plan_why(plan, "read", "/", &allowed, NULL, &advice, &err),
	     "why: ret_reason");
	null(fh_plan_why(plan, "read", "/", &allowed, &text, NULL, &err),
	     "why: ret_advice");
	null(fh_kernel_probe(NULL, &err), "probe: ret");
	null(fh_kernel_print(NULL, FH_TEXT, &text, &err), "print: kernel");
	null(fh_kernel_print(&kernel, FH_TEXT, NULL, &err), "print: ret");
	bad(fh_kernel_print(&kernel, (enum fh_format)-1, &text, &err), -EINVAL,
	    "format -1");
	check_int(fh_kernel_landlock_abi(NULL), 0);
	check(!fh_kernel_has_namespaces(NULL));
	fh_kernel_free(NULL);
	fh_plan_free(NULL);
	check(other == plan && !text && !advice && !made);
	/* A plan that makes no box has none to be asked about. */
	plan->is_self = true;
	bad(fh_plan_check(plan, NULL, &err), -EINVAL, "not to box");
	bad(fh_plan_why(plan, "read", "/", &allowed, &text, &advice, &err),
	    -EINVAL, "not to box");
	plan->is_self = false;
	/* What cannot be had is told by the plan, all at once. */
	check_int(fh_policy_set(policy, "memory", "1G", &err), 0);
	check_int(fh_policy_set(policy, "require", "memory", &err), 0);
	bad(fh_plan_new(policy, &kernel, NULL, &other, &err), -EPERM,
	    "memory cannot be held");
	check(other == plan);
	check_int(fh_plan_new(policy, &kernel, NULL, &other, NULL), -EPERM);
	fh_plan_free(plan);
	fh_policy_free(policy);
}

static void test_guarantee_names(void)
{
	int n = 0;

	for (; fh_guarantee_name(n); n++) {
		check_int(fh_guarantee_find(fh_guarantee_name(n)), n);
		check(fh_guarantee_cannot(n) != NULL);
		check_int(fh_guarantee_is_default(n), guarantees[n].is_required);
	}
	check_int(n, FH_GUARANTEE_TIME + 1);
	check(!fh_guarantee_name(-1) && !fh_guarantee_cannot(n) &&
	      !fh_guarantee_cannot(-1));
	check(!fh_guarantee_is_default(-1) && !fh_guarantee_is_default(n));
	check_int(fh_guarantee_find("Network"), -ENOENT);
	check_int(fh_guarantee_find(NULL), -EINVAL);
	check_str(fh_state_name(FH_STATE_NOT), "not");
	check_str(fh_state_name(FH_STATE_PARTLY), "partly");
	check_str(fh_state_name(FH_STATE_FULLY), "fully");
	check(!fh_state_name((enum fh_state)3));
	check(!fh_state_name((enum fh_state)-1));
	check_str(fh_version(), "0.5.0");
}

static void check_line(const struct fh_error *error, const char *expected)
{
	char line[FH_ERROR_LINE_MAX];

	check_int(fh_error_print(error, line, sizeof(line)), 0);
	check_str(line, expected);
}

static void test_error_line(void)
{
	static struct fh_error longest = { .code = -ENOENT,
					   .stage = FH_STAGE_APPLY };
	char line[FH_ERROR_LINE_MAX], few[12];

	check_line(&(struct fh_error){ .code = -EINVAL, .what = "a",
				       .stage = FH_STAGE_PARSE }, "a");
	check_line(&(struct fh_error){ .code = -EINVAL, .what = "a",
				       .stage = FH_STAGE_PARSE,
				       .remedy = "b" }, "a; b");
	check_line(&(struct fh_error){ .code = -ENOENT, .what = "a",
				       .stage = FH_STAGE_EXEC },
		   "a: No such file or directory");
	check_line(&(struct fh_error){ .code = -ENOENT, .what = "a: b",
				       .stage = FH_STAGE_EXEC }, "a: b");
	check_line(&(struct fh_error){ .code = -ENOENT, .what = "a",
				       .stage = FH_STAGE_APPLY,
				       .step = STEP_CWD, .origin = "--cwd",
				       .remedy = "c" },
		   "a: No such file or directory (step cwd, asked by --cwd); c");
	memset(longest.what, 'w', sizeof(longest.what) - 1);
	memset(longest.remedy, 'r', sizeof(longest.remedy) - 1);
	memset(longest.origin, 'o', sizeof(longest.origin) - 1);
	check_int(fh_error_print(&longest, line, sizeof(line)), 0);
	check_str(line + strlen(line) - 3, "rrr"); /* whole */
	check_int(fh_error_print(&longest, few, sizeof(few)), 0);
	check_str(few, "wwwwwwww...");
	memcpy(longest.what, "wwwwwww\xc3\xa4", 9);
	check_int(fh_error_print(&longest, few, sizeof(few)), 0);
	check_str(few, "wwwwwww..."); /* never half a character */
	for (size_t size = 1; size < 6; size++) {
		memset(few, 'x', sizeof(few));
		check_int(fh_error_print(&longest, few, size), 0);
		check(strlen(few) < size && few[size] == 'x');
	}
	check_int(fh_error_print(&longest, NULL, 0), 0);
	check_int(fh_error_print(NULL, line, sizeof(line)), -EINVAL);
	check_int(fh_error_print(&longest, NULL, 1), -EINVAL);
}

static const struct tap_test tests[] = {
	{ .name = "what holds a guarantee", .run = test_guarantee },
	{ .name = "it fits", .run = test_holders_fit },
	{ .name = "printing", .run = test_print },
	{ .name = "origins are escaped", .run = test_origin },
	{ .name = "no environment is the process's own",
	  .run = test_environment },
	{ .name = "checking opens", .run = test_check },
	{ .name = "why", .run = test_why },
	{ .name = "a plan of an older policy is stale", .run = test_stale },
	{ .name = "bad input", .run = test_bad_input },
	{ .name = "names of guarantees and states",
	  .run = test_guarantee_names },
	{ .name = "an error in one line", .run = test_error_line },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
