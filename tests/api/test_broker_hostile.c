/*
 * A worker that was taken over, played by tests/helpers/helper_hostile.c: nothing
 * outside the table is given, and the monitor neither dies nor grows.
 */
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "broker_place.h"

#define ENDED (128 + SIGKILL)

struct running {
	pid_t pid; /* the monitor, from its execve on */
	int in, out;
};

static void stage(void)
{
	place();
	check(mkdir("files", 0755) == 0 && mkdir("files/sub", 0755) == 0 &&
	      mkdir("spool", 0755) == 0 && mkdir("filesx", 0755) == 0);
	put("secret", "hidden", 0644);
	put("files/plain", "plain", 0644);
	put("files/swapped", "plain", 0644);
	put("spool/plain", "plain", 0644);
	check(symlink("../secret", "files/link") == 0 &&
	      symlink("/etc/passwd", "files/abs") == 0 &&
	      symlink("/proc/self/root", "files/proc") == 0 &&
	      symlink("../..", "files/sub/up") == 0 &&
	      symlink("../secret", "files/exchange") == 0 &&
	      symlink("../outside", "spool/dangling") == 0);
	check_int(mkfifo("files/fifo", 0644), 0);
}

static struct running start(const char *attack)
{
	char program[PATH_MAX];
	struct running ret;
	int in[2], out[2];

	snprintf(program, sizeof(program), "%s/build/helper_hostile",
		 getenv("STAGE"));
	check(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	fflush(stdout);
	ret = (struct running){ fork(), in[1], out[0] };
	check(ret.pid >= 0);
	if (ret.pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		execl(program, program, directory, port, attack, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	return ret;
}

/* A line; "" at the end. */
static void hear(const struct running *running, char ret[512])
{
	size_t n = 0;

	while (n < 511 && read(running->out, ret + n, 1) == 1)
		if (ret[n++] == '\n')
			break;
	ret[n && ret[n - 1] == '\n' ? n - 1 : n] = '\0';
}

static void go_on(const struct running *running)
{
	check_int(write(running->in, "\n", 1), 1);
}

/* Ends as a shell would tell it, and begins its last line with this. */
static void check_end(struct running *running, int status,
		      const char *beginning)
{
	char line[512];
	int how;

	hear(running, line);
	if (strncmp(line, beginning, strlen(beginning)) != 0)
		tap_fail(__FILE__, __LINE__, "said \"%s\", not \"%s\"", line,
			 beginning);
	check_int(waitpid(running->pid, &how, 0), running->pid);
	check_int(WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how),
		  status);
	close(running->in);
	close(running->out);
}

static void play(const char *attack, int status, const char *beginning)
{
	struct running running = start(attack);

	printf("# %s\n", attack);
	fflush(stdout);
	check_end(&running, status, beginning);
}

/* --- the tests ------------------------------------------------------------------ */

static void test_honest(void)
{
	stage();
	play("nothing", 0, "exited: ");
}

/* Each with the word by which the monitor tells it. */
static void test_ended(void)
{
	static const char *const said[] = {
		"garbage", "little", "empty", "huge", "4-gib", "long-string",
		"nul", "tail", "version", "type", "answer", "standing",
		"failed", "other-kind", "too-much", "bind-late", "bind-twice",
		"ready-twice", "read-often",
	};

	stage();
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		play(said[i], ENDED, "misbehaved: ");
}

static void test_descriptors(void)
{
	static const char *const said[] = { "send-one", "send-two",
					    "send-twice" };
	int pair[2], off = 0;
	bool is_refused;

	stage();
	/* SO_PASSRIGHTS, Linux 6.16: the worker cannot even send them. */
	check_int(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	is_refused = setsockopt(pair[0], SOL_SOCKET, 83, &off, sizeof(off)) ==
		     0;
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		if (is_refused)
			play(said[i], 0, "exited: ");
		else
			play(said[i], ENDED, "misbehaved: ");
}

static void test_refused(void)
{
	static const char *const asked[] = {
		"open-others", "write-others", "connect-others", "trace",
		"fork", "outlive", "execute", "dumpable", "close",
	};
	struct stat st;

	stage();
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		play(asked[i], 0, "exited: ");
	check(stat("outside", &st) < 0 && errno == ENOENT);
	check(stat("files/new", &st) < 0 && errno == ENOENT);
	check_int(stat("spool/new", &st), 0);
	check_int(st.st_mode & 07777, 0600);
	check_int(st.st_uid, geteuid());
}

/* Landlock's scope for signals is ABI 6; root's worker has another uid. */
static void test_signals(void)
{
	long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0, 1);

	stage();
	if (abi < 6 && geteuid() != 0)
		skip("no Landlock ABI 6");
	play("signal", 0, "exited: ");
}

static void test_control_of_tracing(void)
{
	stage();
	play("control-trace", 3, "");
}

static volatile sig_atomic_t is_over;

static void be_over(int sig)
{
	is_over = sig;
}

static void test_swapped(void)
{
	struct running running;
	pid_t swapper;

	stage();
	swapper = fork();
	if (swapper == 0) {
		signal(SIGTERM, be_over);
		while (!is_over)
			syscall(SYS_renameat2, AT_FDCWD, "files/swapped",
				AT_FDCWD, "files/exchange", 2);
		_exit(0);
	}
	running = start("open-swapped");
	check_end(&running, 0, "exited: ");
	check_int(kill(swapper, SIGTERM), 0);
	check_int(waitpid(swapper, NULL, 0), swapper);
}

/* --- what it costs the monitor ---------------------------------------------------- */

static void test_ten_thousand(void)
{
	struct running running;
	char line[512];
	unsigned long long rss, fds;

	stage();
	running = start("ten-thousand");
	hear(&running, line);
	check_str(line, "few");
	rss = status_of(running.pid, "VmRSS", 10);
	fds = status_of(running.pid, "FDSize", 10);
	go_on(&running);
	hear(&running, line);
	check_str(line, "many");
	printf("# resident %llu KiB, then %llu\n", rss,
	       status_of(running.pid, "VmRSS", 10));
	check(status_of(running.pid, "VmRSS", 10) <= rss + 64);
	check_int(status_of(running.pid, "FDSize", 10), fds);
	go_on(&running);
	check_end(&running, 0, "exited: ");
}

static void test_flood(void)
{
	struct running running;
	char line[512];

	stage();
	running = start("flood");
	hear(&running, line);
	check_str(line, "full");
	/* It waits, and does not spin. */
	check(status_of(running.pid, "VmRSS", 10) < 16384);
	check(status_of(running.pid, "FDSize", 10) <= 256);
	go_on(&running);
	check_end(&running, 0, "exited: ");
}

/* --- death, both ways ----------------------------------------------------------------- */

static struct running start_waiting(pid_t *ret_worker, int *ret_pidfd)
{
	struct running running = start("wait");
	char line[512];

	hear(&running, line);
	*ret_worker = atoi(line);
	check(*ret_worker > 1 && *ret_worker != running.pid);
	*ret_pidfd = (int)syscall(SYS_pidfd_open, *ret_worker, 0);
	check(*ret_pidfd >= 0);
	return running;
}

static void check_gone(int pidfd)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };

	check_int(poll(&end, 1, 10000), 1);
	close(pidfd);
}

static void test_monitor_dies(void)
{
	static const int signals[] = { SIGKILL, SIGSEGV, SIGABRT };

	stage();
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t worker;
		int pidfd;
		struct running running = start_waiting(&worker, &pidfd);
		struct pollfd end = { .fd = pidfd, .events = POLLIN };

		/* Control: until then it lives. */
		check_int(poll(&end, 1, 100), 0);
		check_int(kill(running.pid, signals[i]), 0);
		check_gone(pidfd);
		check_end(&running, 128 + signals[i], "");
	}
}

static void test_worker_dies(void)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGSEGV };

	stage();
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t worker;
		int pidfd;
		struct running running = start_waiting(&worker, &pidfd);

		check_int(kill(worker, signals[i]), 0);
		check_end(&running, 128 + signals[i], "signaled: ");
		close(pidfd);
	}
}

static void test_signals_are_passed_on(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

	stage();
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		pid_t worker;
		int pidfd;
		struct running running = start_waiting(&worker, &pidfd);

		check_int(kill(running.pid, signals[i]), 0);
		check_end(&running, 128 + signals[i], "signaled: ");
		close(pidfd);
	}
}

static void test_hundred(void)
{
	enum { N = 100 };
	static struct running running[N];
	static int pidfds[N];
	pid_t worker;

	stage();
	for (int i = 0; i < N; i++)
		running[i] = start_waiting(&worker, &pidfds[i]);
	for (int i = 0; i < N; i++)
		check_int(kill(running[i].pid, i % 2 ? SIGKILL : SIGTERM), 0);
	for (int i = 0; i < N; i++) {
		check_gone(pidfds[i]);
		check_end(&running[i], 128 + (i % 2 ? SIGKILL : SIGTERM), "");
	}
}

static const struct tap_test tests[] = {
	{ "a worker that asks for what it may has it", test_honest, 0 },
	{ "what nobody says ends the worker", test_ended, 120 },
	{ "descriptors are not taken from the worker", test_descriptors, 60 },
	{ "what is not in the table is refused", test_refused, 60 },
	{ "the monitor cannot be signalled", test_signals, 0 },
	{ "control: without fences a process can be traced",
	  test_control_of_tracing, 0 },
	{ "a file exchanged for a link is never followed", test_swapped, 120 },
	{ "ten thousand requests leave nothing in the monitor",
	  test_ten_thousand, 120 },
	{ "requests without anybody to take the answers fill nothing",
	  test_flood, 120 },
	{ "when the monitor dies, so does the worker", test_monitor_dies, 60 },
	{ "when the worker dies, the monitor tells how", test_worker_dies, 60 },
	{ "signals to the monitor reach the worker",
	  test_signals_are_passed_on, 60 },
	{ "a hundred brokers at once", test_hundred, 240 },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
