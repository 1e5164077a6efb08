/* What each target lacks: all of it, by name, and nothing else. */
#include "exchange/losses.h"
#include "exported.h"
#include "tables/settings.h"

/* All settings, but those that contradict each other or this version. */
static const struct wishes everything = { {
	"syscalls", "file-processor", "allow-syscall", "ptrace", "deny-syscall",
	"chmod", "connect", "443", "listen", "80", "net", "host", "memory",
	"1G", "cpus", "1.5", "cpu-time", "10s", "timeout", "1m", "tty",
	"inherit", "without", "network",
} };

static const struct wishes more = { {
	"file-size", "1M", "open-files", "64", "pids", "32", "tmp-size", "1M",
	"env", "A=b", "keep-env", "LC_ALL", "hostname", "there", "cwd", "/tmp",
	"on-deny", "kill", "no-write-exec", NULL,
} };

static const struct wishes yet_more = { {
	"uid", "1000", "gid", "1000", "keep-cap", "CAP_NET_BIND_SERVICE",
	"home", "/home/box", "tmpfs", "/srv/tmp", "read", "/etc/hostname",
	"write", "/tmp", "exec", "/etc/passwd", "bind", "/etc/group:/etc/other",
	"hide", "/usr/share", "device", "/dev/null", "keep-fd", "1",
} };

static const struct wishes the_rest = { {
	"grace", "1s", "io-weight", "50", "swap", "1M", "tmp-files", "99",
	"status-fd", "3",
} };

static void add(struct fh_policy *policy, const struct wishes *wishes)
{
	struct fh_error err = { 0 };

	for (size_t i = 0; i + 1 < WISHES_MAX && wishes->pairs[i]; i += 2)
		if (policy_set(policy, wishes->pairs[i], wishes->pairs[i + 1],
			       "--option", &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s", err.what);
}

static char *losses_of(enum fh_target target)
{
	static const char *const switches[] = { "quiet", "verbose",
						"explain" };
	static const char *const pairs[][2] = { { "report", "json" },
						{ "require", "sockets" } };
	struct fh_policy *policy = policy_new();
	struct fh_kernel kernel = invented_root(7);
	struct exported ret;

	add(policy, &everything);
	add(policy, &more);
	add(policy, &yet_more);
	add(policy, &the_rest);
	for (size_t i = 0; i < N(switches); i++)
		check_int(policy_set(policy, switches[i], NULL, NULL, NULL), 0);
	for (size_t i = 0; i < N(pairs); i++)
		check_int(policy_set(policy, pairs[i][0], pairs[i][1], NULL,
				     NULL), 0);
	ret = export_policy(policy, target, &kernel, NULL);
	if (ret.code)
		tap_fail(__FILE__, __LINE__, "%s", ret.err.what);
	policy_free(policy);
	text_done(&ret.out);
	return ret.losses.data;
}

/* The names before the colons, each once. */
static char *names_of(char *losses)
{
	static char names[4096];
	char *line, *rest = NULL;

	names[0] = '\0';
	for (line = strtok_r(losses, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t n = strcspn(line, ":");

		check(line[n] == ':' && line[n + 1] == ' ' && line[n + 2]);
		strncat(names, line, n);
		strcat(names, " ");
	}
	return names;
}

static void test_rows(void)
{
	check_int(n_loss_rows, n_settings);
	for (size_t i = 0; i < n_settings; i++)
		check_str(loss_rows[i].setting, settings[i].name);
}

static void test_oci(void)
{
	check_str(names_of(losses_of(FH_TARGET_OCI)),
		  "bind connect cpu-time cpus cwd device env exec explain file-size "
		  "gid grace hide home hostname io-weight keep-cap keep-env keep-fd listen "
		  "memory net open-files pids quiet read report require "
		  "status-fd swap timeout tmp-files tmp-size tmpfs tty uid verbose write "
		  "syscalls "
		  "files-read files-write files-see network sockets processes "
		  "privileges lifetime memory pids cpu disk time ");
}

static void test_systemd(void)
{
	check_str(names_of(losses_of(FH_TARGET_SYSTEMD)),
		  "connect explain hostname keep-env keep-fd on-deny quiet "
		  "report require status-fd tty verbose files-see syscalls kernel files-read "
		  "files-write network sockets processes privileges ");
}

static void test_bwrap(void)
{
	check_str(names_of(losses_of(FH_TARGET_BWRAP)),
		  "allow-syscall connect cpu-time cpus deny-syscall env explain "
		  "file-size gid grace io-weight keep-env listen memory no-write-exec on-deny open-files "
		  "pids quiet report require status-fd swap syscalls timeout tmp-files uid verbose exec "
		  "keep-fd files-read files-write network sockets processes "
		  "privileges kernel terminal memory pids cpu disk time ");
}

/* What says the default loses nothing by it. */
static void test_default_said(void)
{
	struct exported plain = exported(NULL, FH_TARGET_SYSTEMD, NULL);
	struct exported said = exported(
		WISHES("tty", "auto", "on-deny", "errno", "require", "kernel",
		       "hostname", "there"),
		FH_TARGET_SYSTEMD, NULL);

	check_int(plain.code | said.code, 0);
	check_hasnt(plain.losses.data, "hostname:");
	check_has(said.losses.data, "hostname:");
	check_hasnt(said.losses.data, "tty:");
	check_hasnt(said.losses.data, "on-deny:");
	check_hasnt(said.losses.data, "require:");
}

static const struct tap_test tests[] = {
	{ .name = "each setting has a row", .run = test_rows },
	{ .name = "what a seccomp profile lacks", .run = test_oci },
	{ .name = "what systemd lacks", .run = test_systemd },
	{ .name = "what bubblewrap lacks", .run = test_bwrap },
	{ .name = "a default that is said is no loss", .run = test_default_said },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
