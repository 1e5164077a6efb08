/* A caller of fh_spawn() is left as it was, whatever it was. */
#include <time.h>

#include "spawn_stand.h"

/* --- all that a call might change --------------------------------------------- */

struct action {
	void (*handler)(int);
	uint64_t mask;
	int flags;
};

struct snapshot {
	struct action actions[64];
	sigset_t mask, pending;
	char cwd[PATH_MAX];
	char descriptors[16384];
	struct rlimit limits[RLIM_NLIMITS];
	mode_t umask;
	int dumpable, pdeathsig, subreaper, no_new_privs, priority, threads;
	char **environment;
	unsigned int alarm;
	pid_t group, session;
};

/* Field by field: a libc leaves bytes of its stack in the mask's tail. */
static void take_action(int sig, struct action *ret)
{
	struct sigaction action;

	if (sigaction(sig, NULL, &action) < 0)
		return;
	ret->handler = action.sa_handler;
	ret->flags = action.sa_flags;
	for (int i = 1; i < 64; i++)
		ret->mask |= (uint64_t)(sigismember(&action.sa_mask, i) == 1)
			     << i;
}

static void take_snapshot(struct snapshot *ret)
{
	DIR *dir;

	memset(ret, 0, sizeof(*ret));
	for (int sig = 1; sig < 64; sig++)
		take_action(sig, &ret->actions[sig]);
	sigprocmask(SIG_SETMASK, NULL, &ret->mask);
	sigpending(&ret->pending);
	check(getcwd(ret->cwd, sizeof(ret->cwd)));
	list_descriptors(ret->descriptors, sizeof(ret->descriptors));
	for (int i = 0; i < RLIM_NLIMITS; i++)
		getrlimit((__rlimit_resource_t)i, &ret->limits[i]);
	ret->umask = umask(0);
	umask(ret->umask);
	ret->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_GET_PDEATHSIG, &ret->pdeathsig, 0, 0, 0);
	prctl(PR_GET_CHILD_SUBREAPER, &ret->subreaper, 0, 0, 0);
	ret->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	ret->priority = getpriority(PRIO_PROCESS, 0);
	ret->environment = environ;
	ret->group = getpgrp();
	ret->session = getsid(0);
	dir = opendir("/proc/self/task");
	while (readdir(dir))
		ret->threads++;
	closedir(dir);
}

static void check_unchanged(const struct snapshot *before)
{
	static struct snapshot now;

	take_snapshot(&now);
	check_str(now.descriptors, before->descriptors);
	check_str(now.cwd, before->cwd);
	check_int(now.umask, before->umask);
	check_int(now.dumpable, before->dumpable);
	check_int(now.pdeathsig, before->pdeathsig);
	check_int(now.threads, before->threads);
	check(memcmp(&now.mask, &before->mask, sizeof(now.mask)) == 0);
	check(memcmp(now.limits, before->limits, sizeof(now.limits)) == 0);
	check(memcmp(&now, before, sizeof(now)) == 0);
}

static volatile sig_atomic_t n_caught[65];

static void count_signal(int sig)
{
	n_caught[sig]++;
}

/* Everything set to something unusual. */
static void become_peculiar(void)
{
	struct sigaction action = { .sa_handler = count_signal,
				    .sa_flags = SA_RESTART };
	sigset_t some;

	sigaction(SIGCHLD, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &action, NULL);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&some);
	sigaddset(&some, SIGWINCH);
	sigaddset(&some, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &some, NULL);
	umask(0137);
	prctl(PR_SET_PDEATHSIG, SIGURG, 0, 0, 0);
	check(chdir("/usr") == 0);
}

static void test_left_as_it_was(void)
{
	static struct snapshot before;
	struct fh_policy *bad = fh_policy_new(), *late = fh_policy_new();
	struct fh_box *box = NULL;
	int status;
	pid_t pid;

	check_ok(fh_policy_allow(bad, FH_READ, "/no/such/thing", &err));
	check_ok(fh_policy_set(late, "cwd", "/no/such/directory", &err));
	become_peculiar();
	take_snapshot(&before);
	check_fails(fh_spawn(bad, SHELL("true"), NULL, &box, &err), -ENOENT);
	check_unchanged(&before);
	if (fh_spawn(late, SHELL("true"), NULL, &box, NULL) == 0) {
		check_int(end_of(box).reason, FH_END_NOT_STARTED);
		fh_box_free(box);
	}
	check_unchanged(&before);
	for (int i = 0; i < 5; i++) {
		struct fh_result result;

		box = start_box(SHELL("trap 'exit 9' TERM; echo >/dev/null; "
				      "while :; do sleep 0.1; done"), NULL);
		check_fails(fh_wait(box, 20, &result, &err), -ETIMEDOUT);
		if (i == 0)
			check_ok(fh_kill(box, SIGTERM, &err));
		if (i == 1)
			check_ok(fh_kill(box, SIGKILL, &err));
		if (i == 2)
			check(kill(fh_box_pid(box), SIGKILL) == 0);
		if (i < 3)
			end_of(box);
		fh_box_free(box);
		check_unchanged(&before);
	}
	for (int sig = 1; sig <= 64; sig++)
		check_int(n_caught[sig], 0);
	/* Control: a child of the host's own is told of. */
	pid = fork();
	if (pid == 0)
		_exit(0);
	check(waitpid(pid, &status, 0) == pid);
	check_int(n_caught[SIGCHLD], 1);
}

/* --- children ----------------------------------------------------------------------- */

static void check_no_child(void)
{
	int status;

	errno = 0;
	check_int(waitpid(-1, &status, WNOHANG), -1);
	check_int(errno, ECHILD);
	errno = 0;
	check_int(waitpid(0, &status, WNOHANG), -1);
	check_int(errno, ECHILD);
}

static bool has_ended(void *ctx)
{
	struct pollfd end = { .fd = fh_box_fd(ctx), .events = POLLIN };

	return poll(&end, 1, 0) == 1;
}

static void test_waiting_for_any(void)
{
	struct fh_box *box = start_box(SHELL("sleep 0.1; exit 4"), NULL);
	pid_t pid;

	check_no_child();
	until(has_ended, box, "the end of the box");
	check_no_child();
	check_exit(box, 4);
	fh_box_free(box);
	pid = fork(); /* control */
	if (pid == 0)
		_exit(0);
	check_int(waitpid(-1, NULL, 0), pid);
}

static void test_ignored_sigchld(void)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	for (int i = 0; i < 2; i++) {
		struct fh_box *box;

		sigaction(SIGCHLD, &action, NULL);
		/* The program's own children end as usual, too. */
		box = start_box(SHELL("(exit 3); [ $? = 3 ] && exit 6"), NULL);
		until(has_ended, box, "the end of the box");
		check_exit(box, 6);
		fh_box_free(box);
		check_int(waitpid(-1, NULL, WNOHANG), -1);
		action = (struct sigaction){ .sa_handler = count_signal,
					     .sa_flags = SA_NOCLDWAIT };
	}
	check_int(n_caught[SIGCHLD], 0);
}

/* A host that reaps all there is takes the box's end along: that is told, and
 * told again, and nothing hangs. */
static void test_reaped_by_another(void)
{
	struct fh_box *box = start_box(SHELL("exit 4"), NULL);
	struct fh_result result, before;

	memset(&result, 0x5a, sizeof(result));
	before = result;
	check_int(waitpid(-1, NULL, __WALL), fh_box_pid(box));
	check_fails(fh_wait(box, 5000, &result, &err), -ECHILD);
	check_fails(fh_wait(box, 0, &result, &err), -ECHILD);
	check(memcmp(&result, &before, sizeof(result)) == 0);
	check_fails(fh_kill(box, SIGTERM, &err), -ESRCH);
	fh_box_free(box);
}

/* --- umask, descriptors' limit ---------------------------------------------------------- */

static void test_umask(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	char text[256];

	for (int i = 0; i < 2; i++) {
		umask(i ? 0 : 0777);
		finish_output(start_box(SHELL("umask; cd /tmp && echo a >b && "
					      "cat b; ls -ld /tmp | cut -c1-10"),
					&options), text, sizeof(text));
		check_str(text, "0022\na\ndrwxrwxrwt\n");
	}
}

enum { N_GRANTS = 2000 };

static struct fh_policy *policy_of_many(void)
{
	struct fh_policy *policy = fh_policy_new();
	char path[PATH_MAX], dir[PATH_MAX / 2];
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/many.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(dir));
	for (int i = 0; i < N_GRANTS; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%d", dir, i);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		check(fd >= 0);
		close(fd);
		check_ok(fh_policy_allow(policy, FH_READ, path, &err));
	}
	return policy;
}

static void test_descriptor_limit(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	struct fh_policy *policy = policy_of_many();
	const struct rlimit low = { 1024, 4096 };
	static struct snapshot before;
	struct fh_box *box = NULL;
	char text[256];

	check(setrlimit(RLIMIT_NOFILE, &low) == 0);
	take_snapshot(&before);
	check_fails(fh_spawn(policy, SHELL("true"), NULL, &box, &err), -EMFILE);
	check_unchanged(&before);
	options.flags = FH_SPAWN_RAISE_NOFILE;
	check_ok(fh_spawn(policy, SHELL("ulimit -Sn; ulimit -Hn"), &options,
			  &box, &err));
	finish_output(box, text, sizeof(text));
	check_str(text, "1024\n4096\n"); /* the program has the caller's */
	check_unchanged(&before);
	/* It is put back when the spawn fails, too. */
	check_fails(fh_spawn(policy, (char *[]){ "/no/such", NULL }, &options,
			     &box, &err), -ENOENT);
	check_unchanged(&before);
	fh_policy_free(policy);
}

/* A host that has used up its descriptors is told so, at any of them. */
static void test_no_descriptors(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_policy *policy = fh_policy_new();
	static struct snapshot before;
	struct fh_box *box = NULL;
	struct rlimit limit;
	int n_failed = 0, r = -1;

	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (limit.rlim_cur = 4; limit.rlim_cur < 200; limit.rlim_cur++) {
		struct fh_error err = { 0 };

		take_snapshot(&before);
		setrlimit(RLIMIT_NOFILE, &limit);
		r = fh_spawn(policy, SHELL("exit 4"), &options, &box, &err);
		limit.rlim_cur = before.limits[RLIMIT_NOFILE].rlim_cur;
		setrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = (rlim_t)(4 + n_failed);
		if (r == 0)
			break;
		check_int(r, err.code);
		if (r != -EMFILE)
			tap_fail(__FILE__, __LINE__, "with %d: %d, %s",
				 4 + n_failed, r, err.what);
		check_unchanged(&before);
		n_failed++;
	}
	check_int(r, 0);
	check(n_failed > 4);
	check_exit(box, 4);
	fh_box_free(box);
	fh_policy_free(policy);
}

/* --- a host that nobody may look at -------------------------------------------------------- */

static void check_spawns(void)
{
	static struct snapshot before;

	take_snapshot(&before);
	for (int i = 0; i < 3; i++) {
		struct fh_box *box = start_box(SHELL("exit 4"), NULL);

		check_exit(box, 4);
		fh_box_free(box);
	}
	check_unchanged(&before);
}

static void test_not_dumpable(void)
{
	check(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
	check_spawns();
	check_int(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

/* A daemon that was root: its ids changed, so that it is not dumpable, and it
 * has no capability any more. */
static void test_was_root(void)
{
	check(setgid(4242) == 0 && setuid(4242) == 0);
	check(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1);
	check(setuid(0) < 0);
	check_spawns();
}

/* With groups and a saved id of root left, as a careless daemon has. */
static void test_half_root(void)
{
	struct fh_box *box;

	check(setresgid(4242, 4242, 0) == 0 && setresuid(4242, 4242, 0) == 0);
	box = start_box(SHELL("[ $(id -u) = 4242 ] && [ $(id -G) = 4242 ] && "
			      "grep -q '^CapEff:.0*$' /proc/self/status"), NULL);
	check_exit(box, 0);
	fh_box_free(box);
}

static void test_without_namespaces(void)
{
	static struct snapshot before;
	struct fh_box *box;

	deny_namespaces();
	become_peculiar();
	take_snapshot(&before);
	box = start_box(SHELL("exit 4"), NULL);
	check_exit(box, 4);
	fh_box_free(box);
	for (int i = 0; i < 2; i++) {
		box = start_box(SHELL("sleep 100"), NULL);
		if (i)
			check_ok(fh_kill(box, SIGKILL, &err));
		fh_box_free(box);
	}
	check_unchanged(&before);
	check_no_child();
	for (int sig = 1; sig <= 64; sig++)
		check_int(n_caught[sig], 0);
}

#define N_OF_ROOT 2

static const struct tap_test tests[] = {
	{ .name = "whatever comes of a box, the caller is as before",
	  .run = test_left_as_it_was },
	{ .name = "the same without namespaces",
	  .run = test_without_namespaces },
	{ .name = "waiting for any child does not see a box",
	  .run = test_waiting_for_any },
	{ .name = "SIGCHLD ignored, and SA_NOCLDWAIT",
	  .run = test_ignored_sigchld },
	{ .name = "somebody else reaps the box", .run = test_reaped_by_another },
	{ .name = "any umask of the host", .run = test_umask },
	{ .name = "2000 grants and 1024 descriptors",
	  .run = test_descriptor_limit },
	{ .name = "no descriptor left, at every point",
	  .run = test_no_descriptors },
	{ .name = "a host that is not dumpable", .run = test_not_dumpable },
	/* The last N_OF_ROOT: where the caller is not root they say nothing. */
	{ .name = "a daemon that was root", .run = test_was_root },
	{ .name = "and one that may become it again", .run = test_half_root },
};

int main(void)
{
	size_t n = sizeof(tests) / sizeof(tests[0]);

	return tap_run(tests, getuid() == 0 ? n : n - N_OF_ROOT);
}
