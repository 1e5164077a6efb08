/*
 * Every call about policies and plans with what it must refuse: NULL, what is too
 * long, too large, unknown or contradictory. test_bad_input_box.c has the rest.
 */
#include "attempt.h"
#include "tables/settings.h"

/* --- policies ----------------------------------------------------------------- */

static void test_policy_null(void)
{
	TAKES(false, fh_policy_copy(NULL) != NULL);
	TAKES(0, (fh_policy_free(NULL), 0));
	note_tried("fh_policy_new("); /* takes nothing */
	NULLED(fh_policy_set(NULL, "read", "/", err));
	NULLED(fh_policy_set(s.policy, NULL, "/", err));
	NULLED(fh_policy_set_from(NULL, "read", "/", "me", err));
	NULLED(fh_policy_set_from(s.policy, NULL, "/", "me", err));
	NULLED(fh_policy_get(NULL, "read", TEXT, err));
	NULLED(fh_policy_get(s.policy, NULL, TEXT, err));
	NULLED(fh_policy_get(s.policy, "read", NULL, err));
	NULLED(fh_policy_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_policy_print(s.policy, FH_TEXT, NULL, err));
	NULLED(fh_policy_allow(NULL, FH_READ, "/", err));
	NULLED(fh_policy_allow(s.policy, FH_READ, NULL, err));
	NULLED(fh_policy_net(NULL, FH_NET_HOST, err));
	NULLED(fh_policy_connect(NULL, 80, err));
	NULLED(fh_policy_listen(NULL, 80, err));
	NULLED(fh_policy_ids(NULL, 1, 1, err));
	NULLED(fh_policy_keep_capabilities(NULL, 0, err));
	NULLED(fh_policy_syscalls(NULL, "strict", err));
	NULLED(fh_policy_syscalls(s.policy, NULL, err));
	NULLED(fh_policy_on_deny(NULL, FH_DENY_KILL, err));
	NULLED(fh_policy_allow_syscall(NULL, "read", err));
	NULLED(fh_policy_allow_syscall(s.policy, NULL, err));
	NULLED(fh_policy_deny_syscall(NULL, "read", err));
	NULLED(fh_policy_deny_syscall(s.policy, NULL, err));
	NULLED(fh_policy_limit(NULL, FH_LIMIT_PIDS, 7, err));
	NULLED(fh_policy_env(NULL, "A", "b", err));
	NULLED(fh_policy_env(s.policy, NULL, "b", err));
	NULLED(fh_policy_keep_fd(NULL, 3, err));
	NULLED(fh_policy_require(NULL, FH_GUARANTEE_TIME, err));
	NULLED(fh_policy_without(NULL, FH_GUARANTEE_TIME, err));
	NULLED(fh_policy_preset(NULL, "file-processor", NULL, 0, err));
	NULLED(fh_policy_preset(s.policy, NULL, NULL, 0, err));
	NULLED(fh_policy_preset(s.policy, "file-processor", NULL, 1, err));
	TAKES(-EINVAL, fh_setting_at(0, NULL));
	TAKES(-ENOENT, fh_setting_at(SIZE_MAX, &s.out.setting));
	TAKES(false, fh_preset_at(SIZE_MAX) != NULL);
}

static void test_policy_names(void)
{
	BAD(-ENOENT, fh_policy_set(s.policy, "", "/", err));
	BAD(-ENOENT, fh_policy_set(s.policy, "reed", "/", err));
	BAD(-ENOENT, fh_policy_set(s.policy, "--read", "/", err));
	BAD(-ENOENT, fh_policy_set(s.policy, long_text, "/", err));
	BAD(-E2BIG, fh_policy_set_from(s.policy, "read", "/", long_text, err));
	BAD(-E2BIG, fh_policy_set_from(s.policy, "quiet", NULL, long_text,
				       err));
	BAD(-EINVAL, fh_policy_set_from(s.policy, "read", "", "", err));
	BAD(-ENOENT, fh_policy_get(s.policy, "", TEXT, err));
	BAD(-ENOENT, fh_policy_get(s.policy, long_text, TEXT, err));
	BAD(-ENOENT, fh_policy_syscalls(s.policy, "", err));
	BAD(-ENOENT, fh_policy_syscalls(s.policy, long_text, err));
	BAD(-ENOENT, fh_policy_allow_syscall(s.policy, "", err));
	BAD(-ENOENT, fh_policy_allow_syscall(s.policy, "@", err));
	BAD(-ENOENT, fh_policy_allow_syscall(s.policy, long_text, err));
	BAD(-ENOENT, fh_policy_deny_syscall(s.policy, "raed", err));
	BAD(-ENOENT, fh_policy_deny_syscall(s.policy, long_text, err));
	BAD(-ENOENT, fh_policy_preset(s.policy, "", NULL, 0, err));
	BAD(-ENOENT, fh_policy_preset(s.policy, long_text, NULL, 0, err));
	BAD(-EINVAL, fh_policy_env(s.policy, "", "b", err));
	BAD(-EINVAL, fh_policy_env(s.policy, "A=", "b", err));
	BAD(-EINVAL, fh_policy_env(s.policy, "", NULL, err));
	BAD(-EINVAL, fh_policy_env(s.policy, "A=b", NULL, err));
	BAD(-E2BIG, fh_policy_env(s.policy, long_text, "b", err));
	BAD(-E2BIG, fh_policy_env(s.policy, long_text, NULL, err));
	BAD(-E2BIG, fh_policy_env(s.policy, "A", long_text, err));
	BAD(-EINVAL, fh_policy_allow(s.policy, FH_READ, "", err));
	BAD(-E2BIG, fh_policy_allow(s.policy, FH_READ, long_path, err));
	BAD(-E2BIG, fh_policy_allow(s.policy, FH_WRITE | FH_EXEC, long_path,
				    err));
}

static void test_policy_numbers(void)
{
	static const char *const three[] = { "/a", "/b", "/c" };

	BAD(-EINVAL, fh_policy_allow(s.policy, 0, "/", err));
	BAD(-EINVAL, fh_policy_allow(s.policy, 8, "/", err));
	BAD(-EINVAL, fh_policy_allow(s.policy, ~0u, "/", err));
	BAD(-EINVAL, fh_policy_print(s.policy, (enum fh_format)2, TEXT, err));
	BAD(-EINVAL, fh_policy_print(s.policy, (enum fh_format)-1, TEXT, err));
	BAD(-EINVAL, fh_policy_net(s.policy, (enum fh_net)3, err));
	BAD(-EINVAL, fh_policy_net(s.policy, (enum fh_net)-1, err));
	BAD(-EINVAL, fh_policy_on_deny(s.policy, (enum fh_deny)3, err));
	BAD(-EINVAL, fh_policy_on_deny(s.policy, (enum fh_deny)-1, err));
	BAD(-EINVAL, fh_policy_limit(s.policy, (enum fh_limit)7, 9, err));
	BAD(-EINVAL, fh_policy_limit(s.policy, (enum fh_limit)-1, 9, err));
	BAD(-EINVAL, fh_policy_require(s.policy, (enum fh_guarantee)15, err));
	BAD(-EINVAL, fh_policy_require(s.policy, (enum fh_guarantee)-1, err));
	BAD(-EINVAL, fh_policy_without(s.policy, (enum fh_guarantee)15, err));
	BAD(-EINVAL, fh_policy_without(s.policy, (enum fh_guarantee)-1, err));
	BAD(-EINVAL, fh_policy_keep_capabilities(s.policy, UINT64_MAX, err));
	BAD(-EINVAL, fh_policy_keep_capabilities(s.policy, UINT64_C(1) << 41,
						 err));
	BAD(-ERANGE, fh_policy_ids(s.policy, (uid_t)-1, 0, err));
	BAD(-ERANGE, fh_policy_ids(s.policy, 0, (gid_t)-1, err));
	BAD(-EINVAL, fh_policy_keep_fd(s.policy, -1, err));
	BAD(-EINVAL, fh_policy_keep_fd(s.policy, INT32_MIN, err));
	BAD(-ERANGE, fh_policy_keep_fd(s.policy, 65536, err));
	BAD(-ERANGE, fh_policy_keep_fd(s.policy, INT32_MAX, err));
	BAD(-EINVAL, fh_policy_preset(s.policy, "file-processor", three, 3, err));
	BAD(-EINVAL, fh_policy_preset(s.policy, "file-processor", three, SIZE_MAX,
				      err));
}

static const struct {
	enum fh_limit limit;
	const char *name;
} limits[] = {
	{ FH_LIMIT_CPU_TIME, "cpu-time" }, { FH_LIMIT_FILE_SIZE, "file-size" },
	{ FH_LIMIT_MEMORY, "memory" },     { FH_LIMIT_OPEN_FILES, "open-files" },
	{ FH_LIMIT_PIDS, "pids" },	   { FH_LIMIT_TIME, "timeout" },
	{ FH_LIMIT_TMP_SIZE, "tmp-size" },
};

/* Just outside what the table of settings says, and just inside. */
static void test_limits(void)
{
	struct fh_policy *policy = fh_policy_new();

	for (size_t i = 0; i < N(limits); i++) {
		const struct setting *setting = setting_find(limits[i].name);
		enum fh_limit limit = limits[i].limit;

		check(setting);
		if (setting->min)
			BAD(-ERANGE, fh_policy_limit(s.policy, limit,
						     setting->min - 1, err));
		BAD(-ERANGE, fh_policy_limit(s.policy, limit, setting->max + 1,
					     err));
		scene_do(fh_policy_limit(policy, limit, setting->min,
					 &scene_err));
		scene_do(fh_policy_limit(policy, limit, setting->max,
					 &scene_err));
	}
	fh_policy_free(policy);
}

/* Each setting by name: nothing, too much, and what it never is. */
static void test_values(void)
{
	for (size_t i = 0; i < n_settings; i++) {
		const char *name = settings[i].name;
		char *value = long_text;
		int r = -EINVAL;

		if (settings[i].type == SETTING_SWITCH) {
			BAD(-EINVAL, fh_policy_set(s.policy, name, "", err));
			BAD(-EINVAL, fh_policy_set(s.policy, name, "no", err));
			BAD(-EINVAL, fh_policy_set(s.policy, name, long_text,
						   err));
			continue;
		}
		BAD(-EINVAL, fh_policy_set(s.policy, name, NULL, err));
		scene_make(&s, 0);
		r = fh_policy_set(s.policy, name, "", &told);
		if (r != -EINVAL && r != -ENOENT)
			tap_fail(__FILE__, __LINE__, "%s \"\": %d", name, r);
		r = fh_policy_set(s.policy, name, value, &told);
		if (r != -EINVAL && r != -ENOENT && r != -E2BIG &&
		    r != -ERANGE)
			tap_fail(__FILE__, __LINE__, "%s aaa...: %d", name, r);
		r = fh_policy_set(s.policy, name, long_path, &told);
		if (r != -EINVAL && r != -ENOENT && r != -E2BIG &&
		    r != -ERANGE)
			tap_fail(__FILE__, __LINE__, "%s /aa...: %d", name, r);
		check_unchanged(&s, name);
		scene_done(&s);
	}
}

/* What can be asked for one by one, but not be told at once. */
static void test_huge(void)
{
	static char huge[(17 << 20) + 1];
	char *const argv[] = { huge, NULL };
	struct fh_policy *policy = fh_policy_new();

	memset(huge, 'a', sizeof(huge) - 1);
	BAD(-E2BIG, fh_policy_allow(s.policy, FH_READ, huge, err));
	BAD(-E2BIG, fh_policy_env(s.policy, "A", huge, err));
	BAD_PLAN(-E2BIG, fh_result_print(&s.result, s.plan, argv, FH_JSON,
					 TEXT, err));
	huge[100000] = '\0';
	for (int i = 0; i < 200; i++)
		scene_do(fh_policy_env(policy, "A", huge, &scene_err));
	BAD(-E2BIG, fh_policy_get(policy, "env", TEXT, err));
	BAD(-E2BIG, fh_policy_print(policy, FH_TEXT, TEXT, err));
	BAD(-E2BIG, fh_policy_print(policy, FH_JSON, TEXT, err));
	fh_policy_free(policy);
}

/* --- kernels and plans -------------------------------------------------------- */

static void test_plan_null(void)
{
	NULLED(fh_kernel_probe(NULL, err));
	NULLED(fh_kernel_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_kernel_print(scene_kernel, FH_TEXT, NULL, err));
	TAKES(0, fh_kernel_landlock_abi(NULL));
	TAKES(false, fh_kernel_has_namespaces(NULL));
	TAKES(0, (fh_kernel_free(NULL), 0));
	TAKES(0, (fh_plan_free(NULL), 0));
	NULLED(fh_plan_new(NULL, scene_kernel, NULL, MADE(plan), err));
	NULLED(fh_plan_new(s.policy, NULL, NULL, MADE(plan), err));
	NULLED(fh_plan_new(s.policy, scene_kernel, NULL, NULL, err));
	NULLED(fh_plan_confine(NULL, scene_kernel, MADE(plan), err));
	NULLED(fh_plan_confine(s.self_policy, NULL, MADE(plan), err));
	NULLED(fh_plan_confine(s.self_policy, scene_kernel, NULL, err));
	NULLED(fh_plan_guarantee(NULL, 0, &s.out.holding, err));
	NULLED(fh_plan_guarantee(s.plan, 0, NULL, err));
	NULLED(fh_plan_print(NULL, FH_TEXT, TEXT, err));
	NULLED(fh_plan_print(s.plan, FH_TEXT, NULL, err));
	NULLED(fh_plan_check(NULL, NULL, err));
	NULLED(fh_plan_why(NULL, "read", "/", ALLOWED, TEXT, TEXT2, err));
	NULLED(fh_plan_why(s.plan, NULL, "/", ALLOWED, TEXT, TEXT2, err));
	NULLED(fh_plan_why(s.plan, "read", NULL, ALLOWED, TEXT, TEXT2, err));
	NULLED(fh_plan_why(s.plan, "read", "/", NULL, TEXT, TEXT2, err));
	NULLED(fh_plan_why(s.plan, "read", "/", ALLOWED, NULL, TEXT2, err));
	NULLED(fh_plan_why(s.plan, "read", "/", ALLOWED, TEXT, NULL, err));
}

static void test_plan_values(void)
{
	char *const none[] = { NULL }, *const empty[] = { (char *)"", NULL };
	char *const long_name[] = { long_text, NULL };
	char *const long_program[] = { long_path, NULL };
	char *const missing[] = { (char *)"/no/such", NULL };

	BAD_PLAN(-EINVAL, fh_kernel_print(scene_kernel, (enum fh_format)2,
					  TEXT, err));
	BAD_PLAN(-EINVAL, fh_plan_print(s.plan, (enum fh_format)-1, TEXT, err));
	BAD_PLAN(-EINVAL, fh_plan_guarantee(s.plan, -1, &s.out.holding, err));
	BAD_PLAN(-EINVAL, fh_plan_guarantee(s.plan, 15, &s.out.holding, err));
	BAD_PLAN(-EINVAL, fh_plan_guarantee(s.plan, INT32_MIN, &s.out.holding,
					    err));
	BAD_PLAN(-EINVAL, fh_plan_check(s.plan, none, err));
	BAD_PLAN(-ENOENT, fh_plan_check(s.plan, empty, err));
	BAD_PLAN(-ENOENT, fh_plan_check(s.plan, long_name, err));
	BAD_PLAN(-ENOENT, fh_plan_check(s.plan, long_program, err));
	BAD_PLAN(-ENOENT, fh_plan_check(s.plan, missing, err));
	BAD_PLAN(-EINVAL, fh_plan_check(s.self, NULL, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.self, "read", "/", ALLOWED, TEXT, TEXT2,
				      err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "", "/", ALLOWED, TEXT, TEXT2,
				      err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, long_text, "/", ALLOWED, TEXT,
				      TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "connect", "", ALLOWED, TEXT,
				      TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "listen", "65536", ALLOWED, TEXT,
				      TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "syscall", "", ALLOWED, TEXT,
				      TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "syscall", long_text, ALLOWED,
				      TEXT, TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "read", long_path, ALLOWED, TEXT,
				      TEXT2, err));
	BAD_PLAN(-EINVAL, fh_plan_why(s.plan, "read", "", ALLOWED, TEXT, TEXT2,
				      err));
}

/* The policy says something else now: nobody may take the plan for it. */
static int stale(struct fh_policy *policy)
{
	scene_do(fh_policy_set(policy, "quiet", NULL, &scene_err));
	return 0;
}

static void check_stale(int r, const char *call)
{
	note_tried(call);
	if (r != -ESTALE)
		tap_fail(__FILE__, __LINE__, "%s: %d, not ESTALE", call, r);
	check_told(&told, r, call);
	check(memcmp(&s.out, &s.out_before, sizeof(s.out)) == 0);
	check_no_leak(&s, call);
	memset(&told, 0, sizeof(told));
}

#define STALE(call) check_stale(call, #call)

static void test_stale(void)
{
	scene_make(&s, NEED_PLANS);
	stale(s.policy);
	stale(s.self_policy);
	err = &told;
	STALE(fh_plan_guarantee(s.plan, 0, &s.out.holding, err));
	STALE(fh_plan_print(s.plan, FH_TEXT, TEXT, err));
	STALE(fh_plan_print(s.self, FH_JSON, TEXT, err));
	STALE(fh_plan_check(s.plan, NULL, err));
	STALE(fh_plan_check(s.plan, scene_argv, err));
	STALE(fh_plan_why(s.plan, "read", "/", ALLOWED, TEXT, TEXT2, err));
	STALE(fh_spawn_plan(s.plan, scene_argv, NULL, MADE(box), err));
	STALE(fh_result_print(&s.result, s.plan, scene_argv, FH_TEXT, TEXT,
			      err));
	scene_done(&s);
}

/* What is accepted by every call and cannot be had all the same. */
static const struct {
	const char *wishes[6];
	int box, self;
} contradictions[] = {
	{ { "connect", "80" }, -EINVAL, -EINVAL },
	{ { "listen", "80" }, -EINVAL, -EINVAL },
	{ { "net", "loopback", "connect", "80" }, -EINVAL, -EINVAL },
	{ { "memory", "1G" }, 0, -EOPNOTSUPP },
	{ { "swap", "1G" }, 0, -EOPNOTSUPP },
	{ { "cpus", "1" }, 0, -EOPNOTSUPP },
	{ { "io-weight", "1" }, 0, -EOPNOTSUPP },
	{ { "require", "memory" }, -EPERM, -EPERM },
	{ { "require", "time" }, -EPERM, -EPERM },
	{ { "tty", "pty" }, 0, -EOPNOTSUPP },
	{ { "tty", "pty", "output-limit", "1K" }, -EINVAL, -EINVAL },
	{ { "syscalls", "container-runtime" }, -EOPNOTSUPP, -EPERM },
	{ { "net", "host", "listen", "80" }, -EPERM, -EPERM },
	{ { "on-deny", "log", "require", "kernel" }, -EPERM, -EPERM },
	{ { "net", "loopback" }, 0, -EOPNOTSUPP },
	{ { "hide", "/etc" }, 0, -EOPNOTSUPP },
	{ { "hide", "/tmp", "write", "/tmp" }, -EINVAL, -EOPNOTSUPP },
	{ { "bind", "/etc:/x" }, 0, -EOPNOTSUPP },
	{ { "tmpfs", "/x" }, 0, -EOPNOTSUPP },
	{ { "device", "/dev/null" }, 0, -EOPNOTSUPP },
	{ { "root", "/" }, 0, -EOPNOTSUPP },
	{ { "home", "/x" }, 0, -EOPNOTSUPP },
	{ { "cwd", "/" }, 0, -EOPNOTSUPP },
	{ { "hostname", "x" }, 0, -EOPNOTSUPP },
	{ { "env", "A=b" }, 0, -EOPNOTSUPP },
	{ { "keep-env", "A" }, 0, -EOPNOTSUPP },
	{ { "keep-fd", "0" }, 0, -EOPNOTSUPP },
	{ { "pids", "7" }, 0, -EOPNOTSUPP },
	{ { "timeout", "7s" }, 0, -EOPNOTSUPP },
	{ { "tmp-size", "1M" }, 0, -EOPNOTSUPP },
	{ { "tmp-files", "99" }, 0, -EOPNOTSUPP },
	{ { "grace", "1s" }, 0, -EOPNOTSUPP },
	{ { "output-limit", "1K" }, 0, -EOPNOTSUPP },
	{ { "tty", "inherit" }, 0, -EOPNOTSUPP },
};

/* In both ways that there are to get a plan of it, and to do it. */
static void check_refused(const char *wish, int r, int expected,
			  const char *call)
{
	if (r != expected)
		tap_fail(__FILE__, __LINE__, "%s: %s: %d, not %d: %s", wish,
			 call, r, expected, told.what);
	if (r < 0)
		check_told(&told, r, call);
	if (r < 0 && memcmp(&s.out, &s.out_before, sizeof(s.out)) != 0)
		tap_fail(__FILE__, __LINE__, "%s: %s wrote", wish, call);
	check_int(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
		  s.no_new_privs_before);
	memset(&told, 0, sizeof(told));
	memset(&s.out, UNTOUCHED, sizeof(s.out));
}

static struct fh_policy *contradiction(const char *const *wishes)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	for (size_t w = 0; w < 6 && wishes[w]; w += 2)
		scene_do(fh_policy_set(policy, wishes[w], wishes[w + 1],
				       &scene_err));
	return policy;
}

static void test_contradictions(void)
{
	scene_kernel_need();
	if (!fh_kernel_has_namespaces(scene_kernel))
		skip("no user namespaces");
	scene_make(&s, 0);
	err = &told;
	for (size_t i = 0; i < N(contradictions); i++) {
		const char *const *wishes = contradictions[i].wishes;
		struct fh_policy *policy = contradiction(wishes);
		int box = contradictions[i].box, r;

		r = fh_plan_new(policy, scene_kernel, NULL, MADE(plan), err);
		if (r == 0) {
			/* Some are only seen when things are opened. */
			struct fh_plan *plan = s.out.made;

			r = fh_plan_check(plan, NULL, err);
			fh_plan_free(plan);
			memset(&s.out, UNTOUCHED, sizeof(s.out));
		}
		check_refused(wishes[0], r, box, "fh_plan_check");
		if (box < 0) {
			r = fh_spawn(policy, scene_argv, NULL, MADE(box), err);
			check_refused(wishes[0], r, box, "fh_spawn");
		}
		fh_policy_free(policy);
		check_no_leak(&s, wishes[0]);
	}
	scene_done(&s);
}

static void test_self_contradictions(void)
{
	scene_kernel_need();
	scene_make(&s, 0);
	err = &told;
	for (size_t i = 0; i < N(contradictions); i++) {
		const char *const *wishes = contradictions[i].wishes;
		struct fh_policy *policy = contradiction(wishes);
		int self = contradictions[i].self;

		check_refused(wishes[0], fh_plan_confine(policy, scene_kernel,
							 MADE(plan), err),
			      self, "fh_plan_confine");
		check_refused(wishes[0], fh_confine(policy, NULL, MADE(plan),
						    err),
			      self, "fh_confine");
		fh_policy_free(policy);
		check_no_leak(&s, wishes[0]);
	}
	scene_done(&s);
}

static void test_complete(void)
{
	check_all_tried(is_about_plans);
}

static const struct tap_test tests[] = {
	{ .name = "policies: NULL", .run = test_policy_null, .seconds = 60 },
	{ .name = "policies: names", .run = test_policy_names, .seconds = 60 },
	{ .name = "policies: numbers", .run = test_policy_numbers,
	  .seconds = 60 },
	{ .name = "policies: limits", .run = test_limits, .seconds = 60 },
	{ .name = "policies: values", .run = test_values, .seconds = 60 },
	{ .name = "what is too long to be told", .run = test_huge,
	  .seconds = 60 },
	{ .name = "kernels and plans: NULL", .run = test_plan_null,
	  .seconds = 60 },
	{ .name = "kernels and plans: values", .run = test_plan_values,
	  .seconds = 60 },
	{ .name = "plans of a policy that has changed", .run = test_stale },
	{ .name = "wishes that contradict each other",
	  .run = test_contradictions, .seconds = 60 },
	{ .name = "what a process cannot do to itself",
	  .run = test_self_contradictions, .seconds = 60 },
	{ .name = "no function was left out", .run = test_complete },
};

int main(void)
{
	attempt_start();
	return tap_run(tests, N(tests));
}
