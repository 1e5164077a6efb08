/* How fh_confine() may be called: any order, again, with filters of one's own,
 * and what it tells. */
#include <sys/resource.h>

#include "fenced.h"

static int open_passwd(void)
{
	return opened("/etc/passwd", O_RDONLY);
}

/* --- order -------------------------------------------------------------------- */

static const char *const settings[][2] = {
	{ "syscalls", "default" },   { "read", "/usr" },
	{ "write", "/tmp" },	     { "open-files", "77" },
	{ "deny-syscall", "uname" }, { "require", "kernel" },
	{ "net", "host" },	     { "without", "network" },
	{ "connect", "7" },	     { "no-write-exec", NULL },
	{ "file-size", "1M" },	     { "on-deny", "errno" },
};

/* Everything that can be seen of the end, into a pipe. */
struct end {
	char status[1024];
	struct rlimit files, size;
	int passwd, usr, uname, keyctl;
};

static void confine_in_order(int turn, int fd)
{
	static const char *const fields[] = {
		"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd",
		"CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters",
	};
	struct fh_policy *policy = fh_policy_new();
	int status_fd = state_open();
	struct end end;
	struct state now;

	memset(&end, 0, sizeof(end));
	for (size_t i = 0; i < N(settings); i++) {
		size_t at = turn < 0 ? N(settings) - 1 - i
				     : (i + (size_t)turn) % N(settings);

		check_int(fh_policy_set(policy, settings[at][0],
					settings[at][1], &err), 0);
	}
	check_fence(policy);
	now = state_read(status_fd);
	for (size_t i = 0; i < N(fields); i++)
		snprintf(end.status + strlen(end.status), 90, "%s ",
			 state_get(&now, fields[i]));
	getrlimit(RLIMIT_NOFILE, &end.files);
	getrlimit(RLIMIT_FSIZE, &end.size);
	end.passwd = open_passwd();
	end.usr = opened("/usr", O_RDONLY);
	end.uname = SC(SYS_uname, NULL);
	end.keyctl = SC(SYS_keyctl, 0, -3, 0);
	check_int(write(fd, &end, sizeof(end)), sizeof(end));
}

static struct end end_of(int turn)
{
	struct end end;
	int ends[2], status;
	pid_t pid;

	check_int(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		confine_in_order(turn, ends[1]);
		fflush(stdout);
		_exit(0);
	}
	close(ends[1]);
	check_int(read(ends[0], &end, sizeof(end)), sizeof(end));
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
	close(ends[0]);
	return end;
}

static void test_order(void)
{
	struct end first = end_of(0);

	check_int(first.passwd, EACCES);
	check_int(first.usr, 0);
	check_int(first.uname, EPERM);
	check_int(first.files.rlim_max, 77);
	for (int turn = -1; turn < (int)N(settings); turn++) {
		struct end end = end_of(turn);

		check_str(end.status, first.status);
		check(memcmp(&end, &first, sizeof(end)) == 0);
	}
}

/* --- again ----------------------------------------------------------------------- */

static void test_narrows(void)
{
	int fd = state_open();
	struct state now;

	check_fence(POLICY("syscalls", "default", "read", "/etc", "read",
			   "/usr"));
	check_int(open_passwd(), 0);
	check_int(opened("/usr", O_RDONLY), 0);
	check_int(SC(SYS_setpgid, 0, 0), 0);
	check_fence(POLICY("syscalls", "strict", "read", "/usr"));
	now = state_read(fd);
	check_field(&now, "Seccomp_filters", "2");
	check_int(open_passwd(), EACCES);
	check_int(opened("/usr", O_RDONLY), 0);
	check_int(opened("/usr", O_RDWR), EACCES);
	check_int(SC(SYS_getpgrp), 0);
	check_int(SC(SYS_setpgid, 0, 0), EPERM);
}

static void test_does_not_widen(void)
{
	check_fence(POLICY("syscalls", "default", "read", "/usr",
			   "deny-syscall", "uname"));
	check_fence(POLICY("syscalls", "default", "read", "/", "write", "/tmp",
			   "allow-syscall", "uname", "allow-syscall",
			   "ptrace"));
	check_int(open_passwd(), EACCES);
	check_int(opened("/tmp", O_RDONLY), EACCES);
	check_int(opened("/tmp/widened", O_WRONLY | O_CREAT), EACCES);
	check_int(SC(SYS_uname, NULL), EPERM);
	check_int(SC(SYS_ptrace, 0, 0, 0, 0), EPERM);
}

/* The first fences stand, and the failure tells that nothing, or how much, of
 * the second came. */
static void test_after_strict(void)
{
	int n_fds;

	check_fence(fh_policy_new());
	n_fds = count_fds();
	check(fh_confine(fh_policy_new(), NULL, NULL, &err) < 0);
	check_int(err.stage, FH_STAGE_PLAN);
	check(strstr(err.what, "Landlock is refused here"));
	/* Nothing of it required, it fails for what the filter refuses. */
	check(fh_confine(POLICY("without", "files-read", "without",
				"files-write"), NULL, NULL, &err) < 0);
	check(err.stage != FH_STAGE_APPLY || strstr(err.remedy, "end this"));
	check(*err.what);
	check_int(count_fds(), n_fds);
	check_int(open_passwd(), EACCES);
	check_int(SC(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM);
}

/* --- filters of one's own ------------------------------------------------------------ */

static void test_denied_calls(void)
{
	static const char *const calls[] = {
		"read", "pread64", "close", "munmap", "brk", "madvise",
		"prctl", "openat", "execve", "@sandbox", "@basic-io",
	};

	for (size_t i = 0; i < N(calls); i++) {
		int fd = state_open(), n_fds = count_fds();
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct fh_policy *policy = POLICY("syscalls",
							  "default");

			check_int(fh_policy_deny_syscall(policy, calls[i],
							 &err), 0);
			check_fence(policy);
			fh_policy_free(policy);
			/* No descriptor is left over. */
			_exit(count_fds() == n_fds ? 0 : 3);
		}
		check_int(waitpid(pid, &status, 0), pid);
		if (status)
			tap_fail(__FILE__, __LINE__, "%s: %#x", calls[i],
				 (unsigned int)status);
		close(fd);
	}
}

/* With kill, what comes after the filter must not need them. */
static void test_denied_and_killed(void)
{
	static const char *const calls[] = { "read", "pread64", "close",
					     "munmap", "brk", "madvise" };

	for (size_t i = 0; i < N(calls); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct fh_policy *policy = POLICY(
				"syscalls", "default", "on-deny", "kill",
				"read", "/usr", "deny-syscall", calls[i]);

			if (fh_confine(policy, NULL, NULL, NULL) == 0)
				syscall(SYS_exit_group, 0);
			syscall(SYS_exit_group, 1);
		}
		check_int(waitpid(pid, &status, 0), pid);
		if (status)
			tap_fail(__FILE__, __LINE__, "%s: %#x", calls[i],
				 (unsigned int)status);
	}
}

static void test_no_execve(void)
{
	char *const argv[] = { (char *)"/bin/true", NULL };

	check_fence(POLICY("syscalls", "default", "exec", "/",
			   "deny-syscall", "execve"));
	check_int(outcome(execve(argv[0], argv, NULL)), EPERM);
}

/* --- what it tells ---------------------------------------------------------------------- */

struct lines {
	char text[40][256];
	enum fh_log_level level[40];
	size_t n;
};

static void take(void *ctx, enum fh_log_level level, const char *line)
{
	struct lines *lines = ctx;

	check(lines->n < 40);
	check(!strchr(line, '\n'));
	lines->level[lines->n] = level;
	snprintf(lines->text[lines->n++], 256, "%s", line);
}

static size_t count(const struct lines *lines, enum fh_log_level level,
		    const char *start)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n; i++)
		n += lines->level[i] == level &&
		     strncmp(lines->text[i], start, strlen(start)) == 0;
	return n;
}

static void test_log(void)
{
	static const char *const steps[] = { "identity: ", "capabilities: ",
					     "no-new-privs: ", "landlock: ",
					     "rlimits: ", "seccomp: " };
	static struct lines lines;
	const struct fh_log log = { .write = take, .ctx = &lines };
	const struct fh_confine_options options = { sizeof(options), 0, &log };
	size_t n = 0;

	check_int(fh_confine(POLICY("open-files", "99"), &options, NULL, &err),
		  0);
	for (size_t i = 0; i < N(steps); i++)
		check_int(count(&lines, FH_LOG_INFO, steps[i]), 1);
	check_int(count(&lines, FH_LOG_WARNING, "without the guarantee files-see"),
		  1);
	check_int(count(&lines, FH_LOG_WARNING,
			"only in part the guarantee processes"), 1);
	for (size_t i = 0; i < lines.n; i++)
		n += lines.level[i] == FH_LOG_INFO;
	check_int(n, N(steps));
}

/* One that was given up on purpose is no news. */
static void test_log_waived(void)
{
	static struct lines lines;
	const struct fh_log log = { .write = take, .ctx = &lines };
	const struct fh_confine_options options = { sizeof(options), 0, &log };

	check_int(fh_confine(POLICY("without", "files-see"), &options, NULL,
			     &err), 0);
	check_int(count(&lines, FH_LOG_WARNING, "without the guarantee"), 0);
}

static void test_plan_and_kernel(void)
{
	struct fh_policy *policy = POLICY("read", "/usr");
	struct fh_kernel *kernel = NULL;
	struct fh_confine_options options = { .size = sizeof(options) };
	struct fh_plan *plan = NULL;
	struct fh_holding holding;
	char *text = NULL;
	int n_fds;

	check_int(fh_kernel_probe(&kernel, &err), 0);
	n_fds = count_fds();
	check_int(fh_confine(policy, &options, &plan, &err), 0);
	check_int(count_fds(), n_fds);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_FILES_READ, &holding,
				    &err), 0);
	check_int(holding.state, FH_STATE_FULLY);
	check_int(fh_plan_print(plan, FH_JSON, &text, &err), 0);
	check(strstr(text, "landlock"));
	fh_plan_free(plan);
	fh_kernel_free(kernel);
	free(text);
	fh_policy_free(policy);
}

static const struct tap_test anyone[] = {
	TEST(order, "the order of settings does not matter"),
	TEST(narrows, "a second call narrows"),
	TEST(does_not_widen, "and does not widen"),
	TEST(after_strict, "after strict it fails and says how far"),
	TEST(denied_calls, "calls that it uses itself may be denied"),
	TEST(denied_and_killed, "and be deadly"),
	TEST(no_execve, "execve may be denied"),
	TEST(log, "each step is told once, each loss once"),
	TEST(log_waived, "a loss that was accepted is not told"),
	TEST(plan_and_kernel, "the plan is given back"),
};

int main(void)
{
	return tap_run(anyone, N(anyone));
}
