/* fh_broker_split(): who is who afterwards, and how it ends. */
#include "broker_stand.h"

#include <linux/capability.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "broker/packet.h"
#include "broker/wire.h"

#define BIT(c) (1ull << (c))
#define NOBODY 65534

static void test_everything(void)
{
	stage();
	check_run("everything", NULL, 0,
		  "ready ok\nread ok\noutside Permission denied\nwrite ok\n"
		  "create ok\nbytes ok\nsecret hidden\nbind ok\nbind-udp ok\n"
		  "bind-other Permission denied\nconnect ok\n"
		  "connect-other Permission denied\nrequest ok\n"
		  "doubled abab ok\nitself Permission denied\n"
		  "exited 0 0 11 3: exited with status 0\n");
}

static void test_result(void)
{
	stage();
	check_run("exit-0", NULL, 0, "exited 0 0 0 0: exited with status 0\n");
	check_run("exit-200", NULL, 200,
		  "exited 51200 200 0 0: exited with status 200\n");
	check_run("raise-15", NULL, 143,
		  "signaled 15 143 0 0: ended by signal 15\n");
	check_run("raise-11", NULL, 139,
		  "signaled 11 139 0 0: ended by signal 11\n");
	check_run("misbehave", NULL, 137,
		  "misbehaved 9 137 0 0: made request double of 9 bytes, 8 are allowed\n");
}

/* The kernel would reap the worker of who ignores SIGCHLD. */
static void test_ignored_children(void)
{
	stage();
	signal(SIGCHLD, SIG_IGN);
	/* The test itself could not see how the program ended, then. */
	if (fork() == 0) {
		struct run run;

		begin(&run, "exit-7", NULL);
		hear(&run, -1);
		check_str(run.said,
			  "exited 1792 7 0 0: exited with status 7\n");
		/* Nor before it stands; nor does main() who ignores it. */
		begin(&run, "early", NULL);
		hear(&run, -1);
		check_str(run.said,
			  "failed -10: the worker ended before it stood: exit status 9\n");
		begin(&run, "ignores-children", NULL);
		hear(&run, -1);
		check_str(run.said,
			  "exited 1792 7 0 0: exited with status 7\n");
		put("seen", "", 0600);
		_exit(0);
	}
	for (int i = 0; i < 500 && access("seen", F_OK) < 0; i++)
		usleep(10000);
	check_int(access("seen", F_OK), 0);
}

/* The same program, never at the same place. */
static void test_layout(void)
{
	char worker[32] = "", monitor[32] = "";
	struct run run;
	FILE *file = fopen("/proc/sys/kernel/randomize_va_space", "re");

	if (!file || fgetc(file) == '0')
		skip("no address space layout randomisation");
	stage();
	begin(&run, "place", NULL);
	check_int(finish(&run), 0);
	check_int(sscanf(run.said, "%31s %31s", worker, monitor), 2);
	check(strncmp(worker, "0x", 2) == 0 && strncmp(monitor, "0x", 2) == 0);
	check(strcmp(worker, monitor) != 0);
}

/* 10 and 11 were open, and one more that main() opens; the channel has three. */
static void test_descriptors(void)
{
	struct run run;
	int n, count = 0;
	char *end, *at;

	stage();
	begin(&run, "descriptors", "10");
	check_int(finish(&run), 0);
	check(strncmp(run.said, "worker:", 7) == 0);
	end = strchr(run.said, '\n');
	*end = '\0';
	check(strstr(run.said, " 10") != NULL);
	check(!strstr(run.said, " 11"));
	for (at = run.said + 7; sscanf(at, " %*s%n", &n) == 0 && *at; at += n)
		count++;
	printf("#%s\n", run.said + 7);
	check_int(count, 4);
	check(strncmp(end + 1, "monitor:\n", 9) == 0);
	/* Control: without keeping it there are three. */
	begin(&run, "descriptors", NULL);
	check_int(finish(&run), 0);
	*strchr(run.said, '\n') = '\0';
	check(!strstr(run.said, " 10") && !strstr(run.said, " 11"));
	begin(&run, "monitor-keeps", NULL);
	check_int(finish(&run), 0);
	check(strncmp(run.said, "monitor: 11\n", 12) == 0);
	check_run("exit-0", "12", 3,
		  "failed -9: keep-fd 12: it is not open\n");
}

/* What the program was started with reaches the worker. */
static void test_inherited(void)
{
	struct rlimit core;
	sigset_t set;

	stage();
	check_int(getrlimit(RLIMIT_CORE, &core), 0);
	core.rlim_cur = core.rlim_max;
	check_int(setrlimit(RLIMIT_CORE, &core), 0);
	setenv("OTHER", "kept", 1);
	check_run("self", NULL, 0,
		  "worker name helper_broker variable gone other kept core 0 usr1 0 pipe 0 child 0\n"
		  "monitor name helper_broker variable gone other kept core 0 usr1 1 pipe 0 child 0\n"
		  "exited 0 0 0 0: exited with status 0\n");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	check_int(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	signal(SIGPIPE, SIG_IGN);
	check_run("self", NULL, 0,
		  "worker name helper_broker variable gone other kept core 0 usr1 1 pipe 1 child 0\n"
		  "monitor name helper_broker variable gone other kept core 0 usr1 1 pipe 1 child 0\n"
		  "exited 0 0 0 0: exited with status 0\n");
}

static pid_t begin_waiting(struct run *run)
{
	pid_t worker = 0;

	begin(run, "wait", NULL);
	hear(run, 1);
	if (sscanf(run->said, "pid %d", &worker) != 1)
		tap_fail(__FILE__, __LINE__, "said %s", run->said);
	check(worker > 1 && worker != run->pid);
	return worker;
}

/* Files of a process that is not dumpable are root's. */
static unsigned int owner_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	check_int(stat(path, &st), 0);
	return st.st_uid;
}

static void check_fenced(pid_t pid, unsigned int uid, uint64_t capabilities)
{
	check_int(status_of(pid, "Seccomp", 10), 2);
	check_int(status_of(pid, "NoNewPrivs", 10), 1);
	check_int(status_of(pid, "Uid", 10), uid);
	check_int(status_of(pid, "CapEff", 16), capabilities);
	check_int(status_of(pid, "CapPrm", 16), capabilities);
	check_int(owner_of(pid), 0);
	check_int(status_of(pid, "Threads", 10), 1);
}

static void test_fences(void)
{
	bool is_root = geteuid() == 0;
	struct run run;
	pid_t worker;
	int pidfd;

	stage();
	if (is_root)
		strcpy(port, "81"); /* nothing is bound */
	worker = begin_waiting(&run);
	pidfd = (int)syscall(SYS_pidfd_open, worker, 0);
	check_fenced(worker, is_root ? NOBODY : geteuid(), 0);
	check_fenced(run.pid, geteuid(),
		     is_root ? BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_KILL) : 0);
	check_int(status_of(worker, "PPid", 10), run.pid);
	/* Control: the test is not fenced, and its files are its own. */
	check_int(status_of(getpid(), "Seccomp", 10), 0);
	check_int(owner_of(getpid()), geteuid());
	/* The monitor passes it on. */
	check_int(kill(run.pid, SIGTERM), 0);
	check_int(finish(&run), 42);
	check(strstr(run.said, "exited 10752 42 0 0: exited with status 42\n"));
	check_int(syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0), -1);
	check_int(errno, ESRCH);
}

static void test_monitor_dies(void)
{
	struct pollfd end = { .events = POLLIN };
	struct run run;
	pid_t worker;

	stage();
	worker = begin_waiting(&run);
	end.fd = (int)syscall(SYS_pidfd_open, worker, 0);
	check(end.fd >= 0);
	/* Control: it lives, and goes on to. */
	check_int(poll(&end, 1, 100), 0);
	check_int(kill(run.pid, SIGKILL), 0);
	check_int(poll(&end, 1, 5000), 1);
	check_int(finish(&run), 128 + SIGKILL);
}

/* Even before it is confined, or has come to the split. */
static void test_monitor_dies_early(void)
{
	struct pollfd end = { .events = POLLIN };
	struct run run;
	pid_t worker = 0;

	stage();
	begin(&run, "late", NULL);
	hear(&run, 1);
	check_int(sscanf(run.said, "pid %d", &worker), 1);
	end.fd = (int)syscall(SYS_pidfd_open, worker, 0);
	check(end.fd >= 0);
	check_int(poll(&end, 1, 100), 0);
	check_int(kill(run.pid, SIGKILL), 0);
	check_int(poll(&end, 1, 5000), 1);
	check_int(finish(&run), 128 + SIGKILL);
}

/* --- a helper ---------------------------------------------------------------- */

/* The monitor's second child. */
static pid_t helper_of(pid_t monitor)
{
	char path[64], text[64] = "";
	pid_t worker = 0, helper = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)monitor,
		 (int)monitor);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip("the kernel tells no children (CONFIG_PROC_CHILDREN)");
	check(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	check_int(sscanf(text, "%d %d", &worker, &helper), 2);
	return helper;
}

/* Stopped, it does not see that its socket has closed: the kernel ends it. */
static void test_helper(void)
{
	struct pollfd end = { .events = POLLIN };
	struct run run;
	pid_t helper;

	stage();
	begin(&run, "resolver-waits", "10");
	hear(&run, 1);
	check(strncmp(run.said, "pid ", 4) == 0);
	helper = helper_of(run.pid);
	check_int(getsid(helper), helper);
	check_fenced(helper, geteuid() == 0 ? NOBODY : geteuid(), 0);
	end.fd = (int)syscall(SYS_pidfd_open, helper, 0);
	check_int(kill(helper, SIGSTOP), 0);
	check_int(poll(&end, 1, 100), 0);
	check_int(kill(run.pid, SIGKILL), 0);
	check_int(poll(&end, 1, 5000), 1);
	check_int(finish(&run), 128 + SIGKILL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	check_int(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The worker does nothing before all stand; the end waits for nobody. */
static void test_helper_order(void)
{
	int64_t begun;

	stage();
	check_run("resolver-fails", NULL, 3,
		  "failed -10: the resolver ended before it stood: exit status 9\n");
	begun = now_ms();
	check_run("resolver-ends", NULL, 0,
		  "exited 0 0 0 0: exited with status 0\n");
	check(now_ms() - begun < 1500);
}

/* --- refusals -------------------------------------------------------------- */

static void test_no_role(void)
{
	char said[3 * PATH_MAX];

	stage();
	snprintf(said, sizeof(said),
		 "failed -2: worker: read %s/none: No such file or directory; create it, or write -%s/none if it may be missing\n",
		 directory, directory);
	check_run("nothing-to-read", NULL, 3, said);
	snprintf(said, sizeof(said),
		 "after:\nchildren No child processes\nterm 0\nfailed -2: open %s/none: No such file or directory\n",
		 directory);
	check_run("no-directory", NULL, 3, said);
	check_run("thread", NULL, 3,
		  "failed -16: split while other threads run, or may run; split before the first thread is made\n");
	check_run("early", NULL, 3,
		  "failed -10: the worker ended before it stood: exit status 9\n");
	check_run("early-signal", NULL, 3,
		  "failed -10: the worker ended before it stood: signal 9\n");
	/* Control */
	check_run("exit-0", NULL, 0, "exited 0 0 0 0: exited with status 0\n");
}

/* What cannot be executed leaves the process as it was. */
static void test_no_exec(void)
{
	stage();
	check_run("no-exec", NULL, 3,
		  "before: 10 11\nfilter ok\ndeny ok\nload ok\n"
		  "after: 10 11\nchildren No child processes\nterm 0\n"
		  "failed -1: execute this program anew, by /proc/self/exe: Operation not permitted\n");
}

static void test_forged(void)
{
	char last[128], longest[400];
	const char *const forged[] = {
		"", "1", "1:monitor:1:1:3:4:-:-:-:-", "1:worker:1:1:3",
		"2:worker:1:1:3", "1:none:1:1:3", "1:worker:x:1:3",
		"::::::::::::::::::::::::::::::::", last, longest,
	};

	stage();
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	/* Right but for its own pid, which nobody knows before. */
	snprintf(last, sizeof(last), "1:worker:%d:%d:10", (int)getpid(),
		 (int)getpid());
	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++) {
		printf("# %s\n", forged[i]);
		setenv("FUMEHOOD_BROKER", forged[i], 1);
		check_run("exit-0", NULL, 3,
			  "failed -22: FUMEHOOD_BROKER is set but not by a broker; take it out of the environment\n");
	}
}

struct forgery {
	const char *role;
	int off; /* from the monitor's pid; or, below 0, from its own */
	const char *rest;
};

static void exec_forged(void *ctx)
{
	const struct forgery *forgery = ctx;
	bool is_monitor = strstr(forgery->role, "monitor");
	char value[256];

	int self = getpid(), above = is_monitor ? self : getppid();

	snprintf(value, sizeof(value), "%s:%d:%d:%s", forgery->role,
		 self + (forgery->off < 0), above + (forgery->off > 0),
		 forgery->rest);
	setenv("FUMEHOOD_BROKER", value, 1);
	execl(program, program, directory, port, "exit-0", NULL);
}

__attribute__((format(printf, 4, 5))) static void
check_forged(int status, const char *role, int off, const char *format, ...)
{
	char rest[64];
	struct forgery forgery = { role, off, rest };
	va_list args;

	va_start(args, format);
	vsnprintf(rest, sizeof(rest), format, args);
	va_end(args);
	printf("# %s %s\n", role, rest);
	check_int(child_status(exec_forged, &forgery), status);
}

/* Even with all numbers right the descriptor has to be such a socket. */
static void test_forged_descriptor(void)
{
	int stream[2], packets[2], null_fd = open("/dev/null", O_RDONLY);

	stage();
	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	check_int(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets), 0);
	check_forged(3, "1:worker", 0, "%d", null_fd);
	check_forged(3, "1:worker", 0, "%d", stream[0]);
	check_forged(3, "1:worker", 1, "%d", packets[0]);
	check_forged(3, "1:worker", -1, "%d", packets[0]);
	check_forged(3, "2:worker", 0, "%d", packets[0]);
	check_forged(3, "1:worker", 0, "%d%s", packets[0], ":-:-:-:-:-:-");
	check_forged(3, "1:worker", 0, "%d:4", packets[0]);
	check_forged(3, "1:monitor", 0, "%d", packets[0]);
	check_forged(3, "1:monitor", 0, "-:-:-:-:-:-%.0d", 0);
	check_forged(3, "1:monitor", 0, "%d:-:-:-:-:-", packets[0]);
	check_forged(3, "1:monitor", 0, "%d:10:-:-:-:-", packets[0]);
	check_int(dup2(packets[0], STDIN_FILENO), STDIN_FILENO);
	check_forged(3, "1:worker", 0, "%d", STDIN_FILENO);
	/* Control: this one is taken for the channel, and the other end is no
	 * more: it is a worker without a monitor. */
	close(packets[1]);
	check_forged(125, "1:worker", 0, "%d", packets[0]);
}

/* A monitor that says anything else has not said that it stands. */
static void test_other_word(void)
{
	static const struct {
		int status;
		enum wire_type type;
	} words[] = { { 125, WIRE_READY }, { 0, WIRE_STANDING } };

	stage();
	for (size_t i = 0; i < 2; i++) {
		uint8_t message[WIRE_HEADER_SIZE];
		int packets[2], n;

		check_int(packet_pair(packets), 0);
		check_int(fcntl(packets[0], F_SETFD, 0), 0);
		n = wire_put_plain(message, words[i].type, 0);
		check_int(packet_send(packets[1], message, (size_t)n, -1), 0);
		check_forged(words[i].status, "1:worker", 0, "%d", packets[0]);
	}
}

/* A set-user-ID program is refused; needs a place without nosuid. */
static void test_secure(void)
{
	char copy[PATH_MAX + 64], command[3 * PATH_MAX];
	struct stat st;

	stage();
	check_int(chmod(directory, 0755), 0);
	snprintf(copy, sizeof(copy), "%s/setuid", directory);
	snprintf(command, sizeof(command), "cp %s %s", program, copy);
	check_int(system(command), 0);
	check_int(chmod(copy, 04755), 0);
	check_int(stat(copy, &st), 0);
	snprintf(command, sizeof(command),
		 "setpriv --reuid 4242 --regid 4242 --clear-groups %s %s %s exit-0 | grep -q 'failed -1: a set-user-ID program does not split'",
		 copy, directory, port);
	check_int(system(command), 0);
	/* Control */
	check_run("exit-0", NULL, 0, "exited 0 0 0 0: exited with status 0\n");
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "the worker has what the table allows", test_everything, 0 },
		{ "the result is the worker's end", test_result, 0 },
		{ "who ignores SIGCHLD is told as well", test_ignored_children, 0 },
		{ "the roles share no memory layout", test_layout, 0 },
		{ "descriptors reach neither role", test_descriptors, 0 },
		{ "mask, ignored signals, environment and name", test_inherited, 0 },
		{ "both roles are fenced, and signals passed on", test_fences, 0 },
		{ "the worker ends with the monitor", test_monitor_dies, 0 },
		{ "even before it stands", test_monitor_dies_early, 0 },
		{ "a helper is fenced, and ends with the monitor", test_helper, 0 },
		{ "a helper stands before the worker works", test_helper_order, 0 },
		{ "a role that cannot stand is an error", test_no_role, 0 },
		{ "a split that fails leaves nothing", test_no_exec, 0 },
		{ "a forged variable is refused", test_forged, 0 },
		{ "a forged descriptor is refused", test_forged_descriptor, 0 },
		{ "what does not stand is no monitor", test_other_word, 0 },
		/* Only root can make one that is another's. */
		{ "a set-user-ID program is refused", test_secure, 0 },
	};

	return tap_run(tests, sizeof(tests) / sizeof(*tests) -
				      (geteuid() != 0));
}
