/* What a process can have of a policy, on kernels that are not at hand. */
#include <fumehood/plan.h>
#include <linux/capability.h>

#include "confine/confine_plan.h"
#include "invented.h"
#include "tables/settings.h"

#define ABI_MAX 12 /* one more than is known: a newer kernel */
#define FULLY FH_STATE_FULLY
#define PARTLY FH_STATE_PARTLY
#define NOT FH_STATE_NOT

static struct fh_error err;

static struct fh_plan *plan_on(const struct fh_kernel *kernel,
			       struct fh_policy *policy)
{
	struct fh_plan *plan = NULL;

	if (confine_plan(policy, kernel, &plan, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s; %s", err.what, err.remedy);
	return plan;
}

/* A plan from which nothing is required, so that every loss can be seen. */
static struct fh_plan *freely(int abi, const struct wishes *wishes)
{
	struct fh_kernel kernel = invented_kernel(abi);
	struct fh_policy *policy = invented_policy(wishes);

	invented_without(policy);
	return plan_on(&kernel, policy);
}

static void done(struct fh_plan *plan)
{
	struct fh_policy *policy = (struct fh_policy *)plan->policy;

	plan_free(plan);
	policy_free(policy);
}

static void check_state_at(int line, const struct fh_plan *plan, int g,
			   enum fh_state state, const char *reason)
{
	struct fh_holding is;

	check_int(fh_plan_guarantee(plan, g, &is, &err), 0);
	if (is.state != state || !strstr(is.reason, reason))
		tap_fail(__FILE__, line, "%s is %d (%s), ABI %d",
			 guarantees[g].name, is.state, is.reason,
			 plan->kernel.landlock_abi);
	/* Whole needs no excuse; what is not has one, and a holder if in
	 * part. */
	check_int(!*is.reason, state == FULLY);
	check_int(!*is.holders, state == NOT);
}
#define check_state(plan, g, state, reason)                                   \
	check_state_at(__LINE__, plan, FH_GUARANTEE_##g, state, reason)

/* --- over the kernels -------------------------------------------------------- */

static void test_strict(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_plan *plan = freely(abi, NULL);

		check_state(plan, FILES_READ, abi ? FULLY : NOT,
			    abi ? "" : "no Landlock");
		check_state(plan, FILES_WRITE,
			    abi >= 3 ? FULLY : abi ? PARTLY : NOT,
			    abi >= 3 ? "" : abi ? "truncation" : "Landlock");
		check_state(plan, FILES_SEE, NOT, "exists");
		check_state(plan, NETWORK, FULLY, "");
		check_state(plan, SOCKETS, FULLY, "");
		check_state(plan, PROCESSES, abi >= 6 ? PARTLY : NOT,
			    abi >= 6 ? "pid namespace" : "ABI 6");
		check_state(plan, PRIVILEGES, FULLY, "");
		check_state(plan, KERNEL, FULLY, "");
		check_state(plan, TERMINAL, FULLY, "");
		for (int g = FH_GUARANTEE_LIFETIME; g < N_GUARANTEES; g++) {
			struct fh_holding is;

			check_int(fh_plan_guarantee(plan, g, &is, &err), 0);
			check(!is.is_asked && !is.is_required);
		}
		done(plan);
	}
}

static void test_network_server(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_plan *plan = freely(abi, WISHES("syscalls",
							  "network-server"));

		check_state(plan, NETWORK, PARTLY,
			    abi < 4 ? "TCP socket that is open" : "UDP");
		check_state(plan, SOCKETS, abi >= 9 ? FULLY
					   : abi >= 6 ? PARTLY : NOT,
			    abi >= 9 ? "" : abi >= 6 ? "with a path" : "unix");
		check_state(plan, PROCESSES, abi >= 6 ? PARTLY : NOT, "");
		/* Never UDP: what was bound before must answer. */
		check_int(plan->landlock.handled_net, abi >= 4 ? 3 : 0);
		check(plan->seccomp.deny_listen_autobind);
		done(plan);
	}
}

static void test_ports(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_plan *plan = freely(abi, WISHES(
			"syscalls", "network-server", "net", "host",
			"connect", "443"));

		check_state(plan, NETWORK, abi >= 4 ? PARTLY : NOT,
			    abi >= 4 ? "open" : "ABI 4");
		done(plan);
		plan = freely(abi, WISHES("syscalls", "network-server", "net",
					  "host", "listen", "80"));
		check_state(plan, NETWORK, NOT,
			    abi >= 4 ? "free port" : "ABI 4");
		check(!plan->seccomp.deny_listen_autobind);
		done(plan);
	}
}

static void test_runtime(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_policy *policy = policy_new();
	struct fh_plan *plan;

	check_int(policy_preset(policy, "container-runtime", NULL, 0, &err),
		  0);
	plan = plan_on(&kernel, policy);
	check_int(plan->uid, 0);
	check_int(plan->steps & STEP_BIT(STEP_PROGRAM_LANDLOCK), 0);
	check_state(plan, FILES_READ, NOT, "refuses every mount");
	check_state(plan, FILES_WRITE, NOT, "refuses every mount");
	check_state(plan, PRIVILEGES, NOT, "namespaces");
	check_state(plan, PROCESSES, NOT, "refuses every mount");
	check_state(plan, SOCKETS, NOT, "refuses every mount");
	check_state(plan, NETWORK, NOT, "refuses every mount");
	check_state(plan, KERNEL, FULLY, "");
	done(plan);
	/* Without unshare there is still clone. */
	plan = freely(7, WISHES("syscalls", "container-runtime",
				"deny-syscall", "unshare"));
	check_state(plan, PRIVILEGES, NOT, "namespaces");
	done(plan);
}

static void test_no_landlock(void)
{
	static const struct {
		int error;
		const char *says;
	} causes[] = { { -ENOSYS, "has no Landlock" },
		       { -EOPNOTSUPP, "lsm=" },
		       { -EPERM, "earlier filter" } };

	for (size_t i = 0; i < N(causes); i++) {
		struct fh_kernel kernel = invented_kernel(0);
		struct fh_policy *policy = policy_new();
		struct fh_plan *plan = NULL;

		kernel.landlock_error = causes[i].error;
		check_int(confine_plan(policy, &kernel, &plan, &err), -EPERM);
		check(!plan);
		check_int(err.stage, FH_STAGE_PLAN);
		/* All that is lost at once. */
		check_has(err.what, "files-read cannot be held");
		check_has(err.what, "files-write cannot be held");
		check_has(err.what, causes[i].says);
		check_hasnt(err.what, "lifetime");
		check_has(err.remedy, "without");
		policy_free(policy);
		/* Accepted, it is told all the same. */
		plan = plan_on(&kernel,
			       invented_policy(WISHES("without", "files-read",
						      "without",
						      "files-write")));
		check_state(plan, FILES_READ, NOT, causes[i].says);
		check_state(plan, PRIVILEGES, FULLY, "");
		done(plan);
	}
}

/* --- wishes --------------------------------------------------------------------- */

static void test_on_deny_log(void)
{
	struct fh_plan *plan = freely(7, WISHES("on-deny", "log"));

	check_state(plan, KERNEL, NOT, "lets refused calls through");
	check_state(plan, FILES_WRITE, PARTLY, "owners and modes");
	check_state(plan, SOCKETS, PARTLY, "with a path");
	done(plan);
}

static void test_capabilities(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_policy *policy = invented_policy(
		WISHES("keep-cap", "CAP_NET_BIND_SERVICE"));
	struct fh_plan *plan = plan_on(&kernel, policy);

	check_state(plan, PRIVILEGES, FULLY, "");
	check_int(plan->uid, FH_NOBODY);
	done(plan);
	policy = invented_policy(WISHES("keep-cap", "CAP_SETUID"));
	plan = NULL;
	check_int(confine_plan(policy, &kernel, &plan, &err), -EPERM);
	check_has(err.what, "privileges cannot be held");
	policy_free(policy);
	policy = invented_policy(WISHES("keep-cap", "CAP_SYS_RESOURCE",
					"without", "privileges", "cpu-time",
					"5s"));
	plan = plan_on(&kernel, policy);
	check_state(plan, CPU, NOT, "CAP_SYS_RESOURCE");
	done(plan);
	policy = invented_policy(WISHES("uid", "0", "gid", "0"));
	plan = plan_on(&kernel, policy);
	check_state(plan, PRIVILEGES, PARTLY, "stays 0");
	done(plan);
}

static void test_ceilings(void)
{
	struct fh_plan *plan = freely(7, WISHES("cpu-time", "5s", "file-size",
						"1M", "open-files", "10"));

	check_state(plan, CPU, FULLY, "");
	check_state(plan, DISK, FULLY, "");
	check(plan->steps & STEP_BIT(STEP_RLIMITS));
	done(plan);
	plan = freely(7, NULL);
	check(!(plan->steps & STEP_BIT(STEP_RLIMITS)));
	done(plan);
}

/* Required by name, each that a process cannot have is refused, with what
 * would help, if anything does. */
static void test_required(void)
{
	static const struct {
		const char *name, *says, *remedy;
	} rows[] = {
		{ "files-see", "exists", "without" },
		{ "lifetime", "cannot do that to itself", "without" },
		{ "pids", "cannot do that to itself", "without" },
		{ "time", "cannot do that to itself", "without" },
		{ "cpu", "no ceiling", "cpu-time" },
		{ "disk", "no ceiling", "file-size" },
	};
	struct fh_kernel kernel = invented_kernel(7);

	for (size_t i = 0; i < N(rows); i++) {
		struct fh_policy *policy = invented_policy(
			WISHES("require", rows[i].name));
		struct fh_plan *plan = NULL;

		check_int(confine_plan(policy, &kernel, &plan, &err), -EPERM);
		check_has(err.what, rows[i].name);
		check_has(err.what, rows[i].says);
		check_has(err.remedy, rows[i].remedy);
		check_hasnt(err.remedy, "timeout");
		policy_free(policy);
		/* A copy asks for the same. */
		policy = invented_policy(WISHES("require", rows[i].name,
						"without", rows[i].name));
		plan = plan_on(&kernel, policy);
		done(plan);
	}
}

/* A value that each setting takes, for those that only a box can have. */
static const struct {
	const char *name, *value;
} box_values[] = {
	{ "bind", "/srv:/data" },  { "cpus", "2" },	  { "cwd", "/srv" },
	{ "device", "/dev/null" }, { "env", "A=b" },	  { "hide", "/srv" },
	{ "explain", "yes" },	   { "home", "/home/x" }, { "hostname", "box" },
	{ "keep-env", "A" },
	{ "keep-fd", "7" },	   { "memory", "64M" },	  { "pids", "9" },
	{ "root", "/srv" },	   { "timeout", "5s" },	  { "tmp-size", "1M" },
	{ "tmpfs", "/scratch" },   { "tty", "inherit" },
	{ "grace", "1s" },	   { "io-weight", "50" }, { "output-limit", "1K" },
	{ "status-fd", "3" },	   { "swap", "1M" },	  { "tmp-files", "99" },
};

static void test_only_box(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	size_t n = 0;

	for (size_t i = 0; i < n_settings; i++)
		n += settings[i].only_box;
	check_int(n, N(box_values));
	for (size_t i = 0; i < N(box_values); i++) {
		const struct setting *row = setting_find(box_values[i].name);
		struct fh_policy *policy = invented_policy(
			WISHES(box_values[i].name, box_values[i].value));
		struct fh_plan *plan = NULL;

		check(row && row->only_box);
		check_int(confine_plan(policy, &kernel, &plan, &err),
			  -EOPNOTSUPP);
		check_int(err.stage, FH_STAGE_PLAN);
		check_has(err.what, box_values[i].name);
		check(*err.remedy);
		policy_free(policy);
	}
}

static void test_loopback(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_policy *policy = invented_policy(WISHES("net", "loopback"));
	struct fh_plan *plan = NULL;

	check_int(confine_plan(policy, &kernel, &plan, &err), -EOPNOTSUPP);
	check_has(err.what, "loopback");
	policy_free(policy);
}

/* The rest of the table is for both. */
static void test_for_both(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_policy *policy = invented_policy(WISHES(
		"allow-syscall", "ptrace", "net", "host", "connect", "1",
		"cpu-time", "9s", "deny-syscall", "execve", "exec", "/usr",
		"file-size", "1M", "uid", "5", "gid", "5", "on-deny", "kill"));

	done(plan_on(&kernel, policy));
	policy = invented_policy(WISHES(
		"no-write-exec", NULL, "open-files", "9", "quiet", NULL,
		"read", "/srv", "report", "json", "require", "kernel",
		"syscalls", "default", "verbose", NULL, "without", "network",
		"write", "/srv"));
	done(plan_on(&kernel, policy));
}

static void test_defaults(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_plan *plan = plan_on(&kernel, policy_new());

	check_int(plan->seccomp.base, SYSCALLS_STRICT);
	check(plan->seccomp.only_unix_sockets && plan->seccomp.is_self);
	check_int(plan->n_mounts, 0);
	check_int(plan->uid, FH_NOBODY);
	check_int(plan->gid, FH_NOBODY);
	check(plan->is_self && !plan->has_namespaces);
	done(plan);
	kernel = invented_kernel(7);
	plan = plan_on(&kernel, policy_new());
	check_int(plan->uid, 1000);
	check_int(plan->gid, 1000);
	done(plan);
	/* "default" is a wish as well, and another than none. */
	plan = plan_on(&kernel, invented_policy(WISHES("syscalls",
						       "default")));
	check_int(plan->seccomp.base, SYSCALLS_DEFAULT);
	done(plan);
}

static void test_stale(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_policy *policy = policy_new();
	struct fh_plan *plan = plan_on(&kernel, policy);
	struct fh_holding holding;
	char *text = NULL;

	check_int(policy_set(policy, "read", "/srv", NULL, &err), 0);
	check_int(fh_plan_guarantee(plan, 0, &holding, &err), -ESTALE);
	check_int(fh_plan_print(plan, FH_TEXT, &text, &err), -ESTALE);
	done(plan);
}

/* Calls that are for boxes say so. */
static void test_not_a_box(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_plan *plan = plan_on(&kernel, policy_new());
	char *reason = NULL, *advice = NULL;
	bool allowed;

	check_int(fh_plan_check(plan, NULL, &err), -EINVAL);
	check_int(fh_plan_why(plan, "read", "/etc", &allowed, &reason, &advice,
			      &err), -EINVAL);
	check(!reason && !advice);
	done(plan);
}

static void test_null(void)
{
	struct fh_kernel kernel = invented_kernel(7);
	struct fh_policy *policy = policy_new();
	struct fh_plan *plan = NULL;

	check_int(fh_plan_confine(NULL, &kernel, &plan, &err), -EINVAL);
	check_has(err.what, "fh_plan_confine: policy is NULL");
	check_int(fh_plan_confine(policy, NULL, &plan, &err), -EINVAL);
	check_int(fh_plan_confine(policy, &kernel, NULL, &err), -EINVAL);
	check_int(fh_plan_confine(policy, &kernel, NULL, NULL), -EINVAL);
	check(!plan);
	policy_free(policy);
}

#define TEST(function, title) { .name = title, .run = test_##function }

static const struct tap_test tests[] = {
	TEST(strict, "strict, over the kernels"),
	TEST(network_server, "network-server, over the kernels"),
	TEST(ports, "ports of the host, over the kernels"),
	TEST(runtime, "a container runtime"),
	TEST(no_landlock, "without Landlock: refused, or accepted"),
	TEST(on_deny_log, "on-deny log gives guarantees up"),
	TEST(capabilities, "capabilities that are kept, and root"),
	TEST(ceilings, "ceilings"),
	TEST(required, "what is required and cannot be had"),
	TEST(only_box, "settings that only a box can have"),
	TEST(loopback, "a loopback of its own"),
	TEST(for_both, "settings that a process can have"),
	TEST(defaults, "an empty policy"),
	TEST(stale, "a policy that was changed"),
	TEST(not_a_box, "a plan that boxes nothing"),
	TEST(null, "NULL"),
};

int main(void)
{
	return tap_run(tests, N(tests));
}
