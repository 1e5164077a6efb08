/* What the typed calls set is told as the settings by name are. */
#include "fresh_policy.h"

static void test_typed(void)
{
	struct fh_policy *p = fresh();

	check_int(fh_policy_allow(p, FH_READ, "/r", &err), 0);
	check_int(fh_policy_allow(p, FH_READ | FH_WRITE, "/w", &err), 0);
	check_int(fh_policy_allow(p, FH_EXEC, "/x", &err), 0);
	check_int(fh_policy_allow(p, FH_WRITE | FH_EXEC, "-wx", &err), 0);
	check_value(p, "read", "/r");
	check_value(p, "write", "/w\n./-wx");
	check_value(p, "exec", "/x\n./-wx");
	check_int(fh_policy_net(p, FH_NET_HOST, &err), 0);
	check_value(p, "net", "host");
	check_int(fh_policy_connect(p, 65535, &err), 0);
	check_value(p, "connect", "65535");
	check_int(fh_policy_listen(p, 0, &err), 0);
	check_value(p, "listen", "0");
	check_int(fh_policy_ids(p, 7, FH_NOBODY, &err), 0);
	check_value(p, "uid", "7");
	check_value(p, "gid", "65534");
	check_int(fh_policy_keep_capabilities(p, 1 << 5 | 1 << 10, &err), 0);
	check_value(p, "keep-cap", "CAP_KILL\nCAP_NET_BIND_SERVICE");
	check_int(fh_policy_syscalls(p, "strict", &err), 0);
	check_value(p, "syscalls", "strict");
	check_int(fh_policy_on_deny(p, FH_DENY_LOG, &err), 0);
	check_value(p, "on-deny", "log");
	check_int(fh_policy_allow_syscall(p, "@debug", &err), 0);
	check_value(p, "allow-syscall", "@debug");
	check_int(fh_policy_deny_syscall(p, "ptrace", &err), 0);
	check_value(p, "deny-syscall", "ptrace");
	check_int(fh_policy_env(p, "A", "b=c", &err), 0);
	check_int(fh_policy_env(p, "B", "", &err), 0);
	check_value(p, "env", "A=b=c\nB=");
	check_int(fh_policy_env(p, "LANG", NULL, &err), 0);
	check_value(p, "keep-env", "LANG");
	check_int(fh_policy_keep_fd(p, 3, &err), 0);
	check_value(p, "keep-fd", "3");
	check_int(fh_policy_require(p, FH_GUARANTEE_TIME, &err), 0);
	check_int(fh_policy_without(p, FH_GUARANTEE_CPU, &err), 0);
	check_value(p, "without", "cpu");
	check_int(err.code, 0); /* untouched by what succeeds */
	fh_policy_free(p);
}

static void test_limits(void)
{
	static const struct {
		enum fh_limit limit;
		uint64_t value;
		const char *name, *told;
	} limits[] = {
		{ FH_LIMIT_CPU_TIME, 1500, "cpu-time", "1500ms" },
		{ FH_LIMIT_FILE_SIZE, 4096, "file-size", "4K" },
		{ FH_LIMIT_MEMORY, 1 << 30, "memory", "1G" },
		{ FH_LIMIT_OPEN_FILES, 4, "open-files", "4" },
		{ FH_LIMIT_PIDS, 3, "pids", "3" },
		{ FH_LIMIT_TIME, 86400000, "timeout", "1d" },
		{ FH_LIMIT_TMP_SIZE, UINT64_MAX - 1, "tmp-size",
		  "18446744073709551614" },
	};
	struct fh_policy *policy = fresh();

	for (size_t i = 0; i < N(limits); i++) {
		check_int(fh_policy_limit(policy, limits[i].limit,
					  limits[i].value, &err), 0);
		check_value(policy, limits[i].name, limits[i].told);
	}
	check_int(fh_policy_limit(policy, FH_LIMIT_PIDS, 0, &err), -ERANGE);
	check_value(policy, "pids", "3");
	fh_policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "typed calls", .run = test_typed },
	{ .name = "limits in their units", .run = test_limits },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
