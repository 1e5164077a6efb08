/* The default policy, and the wishes that cannot be had together. */
#include "invented.h"

static void test_defaults(void)
{
	struct fh_policy *policy = policy_new();

	check_int(policy->n_grants, 0);
	check_int(policy->net, FH_NET_NONE);
	check_int(policy->syscalls, SYSCALLS_DEFAULT);
	check_int(policy->on_deny, FH_DENY_ERRNO);
	check_int(policy->tty, TTY_AUTO);
	check_int(policy->pids, 1024);
	check_int(policy->tmp_size, 256 << 20);
	check(policy->memory == POLICY_UNLIMITED);
	check(policy->cpus == POLICY_UNLIMITED);
	check(policy->cpu_time_ms == POLICY_UNLIMITED);
	check(policy->timeout_ms == POLICY_UNLIMITED);
	check(policy->file_size == POLICY_UNLIMITED);
	check(policy->open_files == POLICY_UNLIMITED);
	check(policy->uid == POLICY_UNLIMITED);
	check(policy->gid == POLICY_UNLIMITED);
	check_int(policy->keep_caps, 0);
	check(!policy->root && !policy->home && !policy->cwd);
	check_int(policy->report, REPORT_NONE);
	for (int g = 0; g < N_GUARANTEES; g++)
		check_int(policy->required >> g & 1,
			  guarantees[g].is_required);
	check_int(policy_check(policy, NULL), 0);
	policy_free(policy);
	policy_free(NULL);
}

static void test_required(void)
{
	struct fh_policy *policy = invented_policy(
		WISHES("require", "sockets", "without", "network"));
	uint32_t required = policy_required(policy);

	check(required & GUARANTEE_BIT(FH_GUARANTEE_SOCKETS));
	check(required & GUARANTEE_BIT(FH_GUARANTEE_KERNEL));
	check(!(required & GUARANTEE_BIT(FH_GUARANTEE_NETWORK)));
	check(!(required & GUARANTEE_BIT(FH_GUARANTEE_TIME)));
	policy_free(policy);
}

static const struct {
	const struct wishes *wishes;
	int code;
	const char *what, *remedy;
} rows[] = {
	{ WISHES("net", "host", "connect", "443", "listen", "80"), 0, "", "" },
	{ WISHES("connect", "443"), -EINVAL, "--connect", "--net host" },
	{ WISHES("listen", "80"), -EINVAL, "--listen", "--net host" },
	{ WISHES("net", "loopback", "listen", "80"), -EINVAL, "--listen",
	  "--net host" },
	{ WISHES("memory", "1G", "cpus", "2", "require", "memory"), 0, "",
	  "" }, /* the plan tells */
	{ WISHES("tty", "pty"), 0, "", "" },
	{ WISHES("tty", "inherit"), 0, "", "" },
	{ WISHES("output-limit", "1K"), 0, "", "" },
	{ WISHES("output-limit", "1K", "tty", "none"), 0, "", "" },
	{ WISHES("output-limit", "1K", "tty", "pty"), -EINVAL,
	  "--output-limit with --tty pty", "--tty none" },
	{ WISHES("output-limit", "1K", "tty", "inherit"), -EINVAL,
	  "--output-limit with --tty inherit", "--tty none" },
	{ WISHES("require", "cpu"), 0, "", "" }, /* the plan tells */
};

static void test_check(void)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct fh_policy *policy = invented_policy(rows[i].wishes);
		struct fh_error err = { 0 };

		check_int(policy_check(policy, &err), rows[i].code);
		check_int(err.code, rows[i].code);
		check_has(err.what, rows[i].what);
		check_has(err.remedy, rows[i].remedy);
		policy_free(policy);
	}
}

static const struct tap_test tests[] = {
	{ .name = "the default policy", .run = test_defaults },
	{ .name = "without beats require", .run = test_required },
	{ .name = "what cannot be had is refused", .run = test_check },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
