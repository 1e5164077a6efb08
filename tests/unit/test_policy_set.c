/* Each kind of setting, what it stores, what it refuses and what it advises. */
#include <limits.h>

#include "invented.h"

static struct fh_policy *policy;
static struct fh_error err;

static int set(const char *name, const char *value)
{
	static char origin[64];

	if (!policy)
		policy = policy_new();
	memset(&err, 0, sizeof(err));
	snprintf(origin, sizeof(origin), "--%s", name);
	return policy_set(policy, name, value, origin, &err);
}

static const struct grant *grant(size_t i)
{
	check(i < policy->n_grants);
	return &policy->grants[i];
}

static void test_names(void)
{
	check_int(set("raed", "/a"), -ENOENT);
	check_has(err.what, "raed");
	check_str(err.remedy, "did you mean read?");
	check_int(set("xyzzy", "/a"), -ENOENT);
	check_str(err.remedy, "");
	check_int(set("Read", "/a"), -ENOENT);
	check_int(set("--read", "/a"), -ENOENT);
	check_int(set("", "/a"), -ENOENT);
	check_int(set("quiet", "no"), -EINVAL);
	check_has(err.what, "takes no value but yes");
	check(!policy->is_quiet);
	check_int(set("quiet", "yes"), 0);
	check(policy->is_quiet);
	check_int(set("memory", NULL), -EINVAL);
	check_has(err.what, "SIZE");
}

static void test_numbers(void)
{
	check_int(set("pids", "1"), 0);
	check_int(policy->pids, 1);
	check_int(set("pids", "4194304"), 0);
	check_int(policy->pids, 4194304);
	check_int(set("pids", "4194305"), -ERANGE);
	check_has(err.remedy, "from 1 to 4194304");
	check_int(set("pids", "0"), -ERANGE);
	check_int(set("pids", "many"), -EINVAL);
	check_has(err.what, "--pids many: not a whole number");
	check_int(set("pids", "99999999999999999999"), -ERANGE);
	check_has(err.what, "too large");
	check_int(policy->pids, 4194304); /* what was refused is not set */
	check_int(set("uid", "4294967294"), 0);
	check_int(set("uid", "4294967295"), -ERANGE); /* (uid_t)-1: nobody */
}

static void test_sizes_and_times(void)
{
	check_int(set("tmp-size", "4K"), 0);
	check_int(policy->tmp_size, 4096);
	check_int(set("tmp-size", "4095"), -ERANGE);
	check_has(err.remedy, "the least is 4096");
	check_int(set("tmp-size", "1.5G"), -EINVAL);
	check_has(err.remedy, "512M");
	check_int(set("tmp-size", "16777216T"), -ERANGE);
	check_int(set("file-size", "0"), 0); /* no file may grow at all */
	check_int(policy->file_size, 0);
	check_int(set("timeout", "250ms"), 0);
	check_int(policy->timeout_ms, 250);
	check_int(set("timeout", "2"), 0);
	check_int(policy->timeout_ms, 2000);
	check_int(set("timeout", "0"), -ERANGE);
	check_int(set("timeout", "5000d"), -ERANGE);
	check_int(set("timeout", "10 s"), -EINVAL);
	check_has(err.remedy, "10s");
	check_int(set("cpu-time", "1s"), 0);
	check_int(set("cpu-time", "10ms"), -ERANGE);
}

static void test_decimals(void)
{
	static const struct {
		const char *text;
		int code;
		uint64_t value;
	} rows[] = {
		{ "2", 0, 2000 },     { "0.5", 0, 500 },
		{ "1.25", 0, 1250 },  { "0.001", 0, 1 },
		{ "10.000", 0, 10000 }, { "0", -ERANGE, 0 },
		{ "0.0", -ERANGE, 0 }, { "1.", -EINVAL, 0 },
		{ ".5", -EINVAL, 0 }, { "1.2345", -EINVAL, 0 },
		{ "1.-5", -EINVAL, 0 }, { "1,5", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 }, { "", -EINVAL, 0 },
		{ "1.5.5", -EINVAL, 0 }, { "1.5x", -EINVAL, 0 },
		{ "18446744073709551615", -ERANGE, 0 },
		{ "11111111111111111111111111", -EINVAL, 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		check_int(set("cpus", "3"), 0);
		check_int(set("cpus", rows[i].text), rows[i].code);
		check_int(policy->cpus, rows[i].code ? 3000 : rows[i].value);
	}
}

static void test_choices(void)
{
	check_int(set("net", "loopback"), 0);
	check_int(policy->net, FH_NET_LOOPBACK);
	check_int(set("net", "none"), 0);
	check_int(policy->net, FH_NET_NONE);
	check_int(set("net", "hosts"), -ENOENT);
	check_has(err.remedy, "did you mean host?");
	check_int(set("net", "internet"), -ENOENT);
	check_has(err.remedy, "none (default), loopback, or host");
	check_int(set("net", ""), -ENOENT);
	check_int(set("net", "HOST"), -ENOENT);
	check_int(policy->net, FH_NET_NONE);
	check_int(set("syscalls", "network-server"), 0);
	check_int(policy->syscalls, SYSCALLS_NETWORK_SERVER);
	check_int(set("syscalls", "file-procesor"), -ENOENT);
	check_has(err.remedy, "did you mean file-processor?");
	check_int(set("on-deny", "log"), 0);
	check_int(policy->on_deny, FH_DENY_LOG);
	check_int(set("tty", "inherit"), 0);
	check_int(policy->tty, TTY_INHERIT);
}

static void test_strings(void)
{
	char name[66];

	memset(name, 'a', 65);
	name[65] = '\0';
	check_int(set("hostname", name), -E2BIG);
	check_int(set("hostname", name + 1), 0);
	check_int(set("hostname", "box"), 0);
	check_str(policy->hostname, "box");
	check_int(set("hostname", ""), -EINVAL);
	check_int(set("hostname", "a\x1b[2Jb"), -EINVAL);
	check_has(err.what, "\\x1b");
	check_int(set("hostname", "a\x7f"), -EINVAL);
	check_str(policy->hostname, "box");
}

static void test_inner_paths(void)
{
	check_int(set("cwd", "/a//b/./"), 0);
	check_str(policy->cwd, "/a/b");
	check_int(set("cwd", "a"), -EINVAL);
	check_has(err.remedy, "start with /");
	check_int(set("cwd", "/a/../b"), -EINVAL);
	check_int(set("cwd", ""), -EINVAL);
	check_str(policy->cwd, "/a/b");
	check_int(set("home", "/h"), 0);
	check_str(policy->home, "/h");
}

static void test_grants(void)
{
	static char path[PATH_MAX + 2];

	check_int(set("read", "a/../b"), 0);
	check_int(grant(0)->kind, GRANT_PATH);
	check_int(grant(0)->access, FH_READ);
	check_str(grant(0)->source, "a/../b"); /* opened, never resolved */
	check(!grant(0)->is_optional);
	check_str(grant(0)->origin, "--read");
	check_int(set("write", "-/b"), 0);
	check_int(grant(1)->access, FH_READ | FH_WRITE);
	check_str(grant(1)->source, "/b");
	check(grant(1)->is_optional);
	check_int(set("exec", "./-c"), 0); /* a name that begins with it */
	check_int(grant(2)->access, FH_READ | FH_EXEC);
	check_str(grant(2)->source, "./-c");
	check(!grant(2)->is_optional);
	check_int(set("device", "-/dev/kvm"), 0);
	check_int(grant(3)->kind, GRANT_DEVICE);
	check_int(grant(3)->access, FH_READ | FH_WRITE);
	check(grant(3)->is_optional);
	check_int(set("hide", "/c"), 0);
	check_int(grant(4)->kind, GRANT_HIDE);
	check_int(grant(4)->access, 0);
	check_int(policy->n_grants, 5);
	check_int(set("read", ""), -EINVAL);
	check_int(set("read", "-"), -EINVAL);
	memset(path, 'a', PATH_MAX);
	check_int(set("read", path), -E2BIG);
	path[PATH_MAX - 1] = '\0';
	check_int(set("read", path), 0);
}

/* A setting that failed leaves nothing half done behind. */
static void test_no_halves(void)
{
	static const struct {
		const char *name, *value;
	} rows[] = { { "read", "" },	 { "write", "-" }, { "exec", "" },
		     { "device", "" },	 { "hide", "" },   { "bind", ":/b" },
		     { "bind", "/a:b" }, { "bind", "/a:/b/.." },
		     { "tmpfs", "a" },	 { "tmpfs", "/a:x" },
		     { "tmpfs", "/.." } };

	for (size_t i = 0; i < N(rows); i++) {
		check_int(set(rows[i].name, rows[i].value), -EINVAL);
		if (policy->n_grants)
			tap_fail(__FILE__, __LINE__, "%s \"%s\" left a grant",
				 rows[i].name, rows[i].value);
	}
}

static void check_bind(const char *value, const char *source,
		       const char *target, unsigned int access)
{
	if (set("bind", value) < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s", value, err.what);
	check_int(grant(policy->n_grants - 1)->kind, GRANT_BIND);
	check_str(grant(policy->n_grants - 1)->source, source);
	check_str(grant(policy->n_grants - 1)->target, target);
	check_int(grant(policy->n_grants - 1)->access, access);
}

static void test_binds(void)
{
	static const char *const bad[] = { "/a", "", ":", "/a:", "/a:b",
					   ":/b", "/a:/b:", "/a:/b:q",
					   "/a:/b:rz", "/a:/b/../c",
					   "/a:b:rw", "/a:rw" };
	const unsigned int r = FH_READ, w = FH_WRITE, x = FH_EXEC;

	check_bind("/a:/b", "/a", "/b", r);
	check_bind("/a:/b:r", "/a", "/b", r);
	check_bind("/a:/b:w", "/a", "/b", r | w);
	check_bind("/a:/b:rw", "/a", "/b", r | w);
	check_bind("/a:/b:xr", "/a", "/b", r | x);
	check_bind("/a:/b:rwx", "/a", "/b", r | w | x);
	check_bind("a b:/b/./c/", "a b", "/b/c", r);
	check_bind("/a:c:/b", "/a:c", "/b", r); /* the last one parts */
	check_bind("-/a:/b:w", "/a", "/b", r | w);
	check(grant(policy->n_grants - 1)->is_optional);
	for (size_t i = 0; i < N(bad); i++)
		check_int(set("bind", bad[i]), -EINVAL);
	check_int(set("bind", "/a:/b:q"), -EINVAL);
	check_has(err.remedy, "--bind=/srv/in:/data:r");
}

static void test_tmpfs(void)
{
	check_int(set("tmpfs", "/a//b"), 0);
	check_int(grant(0)->kind, GRANT_TMPFS);
	check_str(grant(0)->target, "/a/b");
	check_int(grant(0)->size, 0); /* that of --tmp-size */
	check(grant(0)->source == NULL);
	check_int(set("tmpfs", "/a:64M"), 0);
	check_int(grant(1)->size, 64 << 20);
	check_str(grant(1)->target, "/a");
	check_int(set("tmpfs", "/a:0"), -EINVAL);
	check_int(set("tmpfs", "/a:"), -EINVAL);
	check_int(set("tmpfs", "/a:lots"), -EINVAL);
	check_has(err.remedy, "/scratch:64M");
	check_int(set("tmpfs", "/a:16777216T"), -EINVAL);
	check_int(set("tmpfs", "a"), -EINVAL);
	check_int(set("tmpfs", "a:1M"), -EINVAL);
}

static void test_ports_and_descriptors(void)
{
	check_int(set("connect", "0"), 0);
	check_int(set("connect", "65535"), 0);
	check_int(set("listen", "80"), 0);
	check_int(policy->connect.n, 2);
	check_int(policy->connect.ports[1], 65535);
	check_int(policy->listen.n, 1);
	check_int(policy->listen.ports[0], 80);
	check_int(set("connect", "65536"), -ERANGE);
	check_has(err.remedy, "0 to 65535");
	check_int(set("connect", "https"), -EINVAL);
	check_int(set("connect", "18446744073709551696"), -ERANGE);
	check_int(set("keep-fd", "3"), 0);
	check_int(set("keep-fd", "65535"), 0);
	check_int(policy->n_keep_fds, 2);
	check_int(policy->keep_fds[1], 65535);
	check_int(set("keep-fd", "65536"), -ERANGE);
	check_int(set("keep-fd", "-1"), -EINVAL);
}

static void test_names_of_things(void)
{
	check_int(set("allow-syscall", "@mount"), 0);
	check_int(set("deny-syscall", "read"), 0);
	check_str(policy->syscall_changes[0].name, "@mount");
	check(!policy->syscall_changes[0].is_deny);
	check_str(policy->syscall_changes[1].name, "read");
	check(policy->syscall_changes[1].is_deny);
	check_int(set("env", "A=b=c"), 0);
	check_int(set("env", "KEEP"), 0);
	check_int(set("env", "EMPTY="), 0);
	check_str(policy->env.names[0], "A=b=c");
	check_str(policy->env.names[1], "KEEP");
	check_int(set("env", ""), -EINVAL);
	check_int(set("env", "=x"), -EINVAL);
	check_int(set("keep-env", "LANG"), 0);
	check_int(set("keep-env", "LANG=C"), -EINVAL);
	check_int(set("keep-env", ""), -EINVAL);
	check_int(set("keep-cap", "CAP_KILL"), 0);
	check_int(set("keep-cap", "CAP_BPF"), 0);
	check(policy->keep_caps == (1 << 5 | UINT64_C(1) << 39));
	check_int(set("keep-cap", "CAP_KIL"), -ENOENT);
	check_str(err.remedy, "write it like CAP_KILL");
	check_int(set("keep-cap", "root"), -ENOENT);
	check_str(err.remedy, "write it like CAP_NET_BIND_SERVICE");
	check_int(set("require", "sockets"), 0);
	check(policy->required & GUARANTEE_BIT(FH_GUARANTEE_SOCKETS));
	check_int(set("without", "network"), 0);
	check_int(policy->without, GUARANTEE_BIT(FH_GUARANTEE_NETWORK));
	check_int(set("without", "netwrok"), -ENOENT);
	check_str(err.remedy, "did you mean network?");
	check_int(set("require", "everything"), -ENOENT);
	check_has(err.remedy, "doctor");
}

static void test_reports(void)
{
	check_int(set("report", "text"), 0);
	check_int(policy->report, REPORT_TEXT);
	check(policy->report_path == NULL);
	check_int(set("report", "json=/a=b"), 0);
	check_int(policy->report, REPORT_JSON);
	check_str(policy->report_path, "/a=b");
	check_int(set("report", "text="), -EINVAL);
	check_int(set("report", "jsn"), -ENOENT);
	check_has(err.remedy, "did you mean json?");
	check_int(set("report", "xml=/c"), -ENOENT);
	check_int(policy->report, REPORT_JSON);
	check_str(policy->report_path, "/a=b");
}

static void test_hostile_values(void)
{
	check_int(set("net", "\x1b]0;x\x07"), -ENOENT);
	check_hasnt(err.what, "\x1b");
	check_has(err.what, "\\x1b]0;x\\x07");
	check_int(set("\x1b[2J", "x"), -ENOENT);
	check_hasnt(err.what, "\x1b");
}

static void test_full_lists(void)
{
	static const struct {
		const char *name, *value;
		size_t max;
	} rows[] = {
		{ "connect", "1", POLICY_LIST_MAX },
		{ "listen", "1", POLICY_LIST_MAX },
		{ "keep-fd", "1", POLICY_LIST_MAX },
		{ "env", "A", POLICY_LIST_MAX },
		{ "keep-env", "A", POLICY_LIST_MAX },
		{ "deny-syscall", "read", POLICY_LIST_MAX },
		{ "read", "/a", POLICY_GRANTS_MAX },
	};

	for (size_t i = 0; i < N(rows); i++) {
		for (size_t k = 0; k < rows[i].max; k++)
			check_int(set(rows[i].name, rows[i].value), 0);
		check_int(set(rows[i].name, rows[i].value), -E2BIG);
		check_int(err.code, -E2BIG);
		check_has(err.what, rows[i].name);
	}
	check_int(set("bind", "/a:/b"), -E2BIG);
	check_int(set("hide", "/a"), -E2BIG);
	check_int(set("tmpfs", "/a"), -E2BIG);
	check_int(set("device", "/a"), -E2BIG);
	check_int(policy->n_grants, POLICY_GRANTS_MAX);
	/* Nobody has to listen, and the answer is the same. */
	check_int(policy_set(policy, "read", "/a", "--read", NULL), -E2BIG);
	policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "names of settings", .run = test_names },
	{ .name = "numbers", .run = test_numbers },
	{ .name = "sizes and times", .run = test_sizes_and_times },
	{ .name = "decimals", .run = test_decimals },
	{ .name = "choices", .run = test_choices },
	{ .name = "strings", .run = test_strings },
	{ .name = "paths inside", .run = test_inner_paths },
	{ .name = "grants", .run = test_grants },
	{ .name = "a refused grant is not there", .run = test_no_halves },
	{ .name = "binds", .run = test_binds },
	{ .name = "private storage", .run = test_tmpfs },
	{ .name = "ports, descriptors", .run = test_ports_and_descriptors },
	{ .name = "calls, variables, rights", .run = test_names_of_things },
	{ .name = "reports", .run = test_reports },
	{ .name = "messages are harmless", .run = test_hostile_values },
	{ .name = "lists end", .run = test_full_lists },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
