/* Pid 1 of the box: reaps, forwards signals, reports the program's end. */
#include <errno.h>
#include <fcntl.h>
#include <fumehood/result.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/child.h"
#include "apply/init_refusals.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "mech/environment_apply.h"
#include "mech/seccomp_apply.h"

/*
 *            SIGCHLD              program reaped
 *   waiting ---------> reaping ------------------> reported --> exit:
 *      |  ^               |                         the kernel kills
 *      |  +---------------+ somebody else           what is left
 *      | other signal: to the program's group
 *      | time limit: SIGTERM to it, then, GRACE_MS later, exit
 *      | end of file on go_fd, or the launcher's pidfd: it is gone --> exit
 *      | a byte on go_fd: the launcher wants the end --> exit
 *      | BOX_THREAD_DIED: its thread has ended --> exit
 *      | the number of a listener: descriptors become our own
 *      | a refused system call: answered and counted
 *
 * The program cannot reach init: it has no right to trace it (init is not
 * dumpable), the filter refuses to change its limits and priority, and init
 * forwards no signal that comes from inside its pid namespace. Without one,
 * Landlock's signal scope keeps them apart.
 */
struct init {
	struct box *box;
	pid_t program;
	int signals;	/* signalfd of everything, all blocked since start */
	bool is_timed_out;
	uint64_t deadline_ms; /* UINT64_MAX = none */
	int children;	/* /proc/self/task/../children; -1 with a pid ns */
	int ready_fd;	/* to and from the program's process; -1 when done */
	struct init_refusals refusals;
};

enum {
	WATCHED_SIGNALS,
	WATCHED_GO,
	WATCHED_PARENT,
	WATCHED_READY,
	WATCHED_LISTENER,
	N_WATCHED,
};

#define FORWARDED_MAX 31
#define GRACE_MS 2000 /* between asking to end and ending */
#define REAP_BATCH 256 /* between two looks at the launcher's pipe */

static int raw_wait(pid_t *ret_pid, int *ret_status)
{
	long pid = syscall(SYS_wait4, -1, ret_status, WNOHANG | __WALL, NULL);

	*ret_pid = (pid_t)pid;
	return pid < 0 ? -errno : 0;
}

/*
 * Without a pid namespace nobody else kills what the program left behind.
 * Orphans come to us (subreaper), so killing our children until none is left
 * reaches every descendant; stopping them first keeps a fork loop from
 * outrunning us.
 */
static size_t signal_children(struct init *init, int sig)
{
	char buffer[4096];
	size_t n = 0;
	ssize_t len = pread(init->children, buffer, sizeof(buffer) - 1, 0);
	char *word = buffer;

	if (len <= 0)
		return 0;
	buffer[len] = '\0';
	/* A word cut by the buffer's end would be another pid. */
	if (len == sizeof(buffer) - 1)
		*strrchr(buffer, ' ') = '\0';
	while (*word >= '0' && *word <= '9') {
		pid_t pid = 0;

		while (*word >= '0' && *word <= '9')
			pid = pid * 10 + (*word++ - '0');
		kill(pid, sig);
		n++;
		while (*word == ' ')
			word++;
	}
	return n;
}

static void end_descendants(struct init *init)
{
	pid_t pid;
	int status;

	if (init->children < 0)
		return;
	while (signal_children(init, SIGSTOP)) {
		signal_children(init, SIGKILL);
		/* A bound, or processes that make new ones as fast as they
		 * are reaped would keep us from the next round. */
		for (int n = 0; n < REAP_BATCH; n++)
			if (raw_wait(&pid, &status) < 0 || pid <= 0)
				break;
	}
}

static _Noreturn void finish(struct init *init, int status)
{
	struct box_message message = { .kind = BOX_ENDED, .status = status,
				       .ended_by = init->is_timed_out ? BOX_BY_TIME
							   : BOX_BY_ITSELF };

	end_descendants(init);
	write_exactly(init->box->report_fd, &message, sizeof(message));
	init_refusals_report(&init->refusals, init->box);
	_exit(0);
}

/* Is there more to reap? */
static bool reap(struct init *init)
{
	pid_t pid;
	int status;

	for (int n = 0; n < REAP_BATCH; n++) {
		if (raw_wait(&pid, &status) < 0 || pid <= 0)
			return false;
		if (pid == init->program)
			finish(init, status);
	}
	return true;
}

/* Stopping is asked for with SIGSTOP: a program whose process group has no
 * parent in its session would ignore SIGTSTP. */
static void forward(struct init *init, int sig)
{
	pid_t group = init->box->leads_group ? -init->program : init->program;

	if (sig == SIGTSTP)
		sig = SIGSTOP;
	/* Before its new session the program has no group of its own. */
	if (kill(group, sig) < 0)
		kill(init->program, sig);
}

static _Noreturn void end_as_killed(struct init *init)
{
	end_descendants(init);
	init_refusals_report(&init->refusals, init->box);
	_exit(FH_EXIT_SIGNAL_BASE + SIGKILL);
}

static void read_signals(struct init *init)
{
	struct signalfd_siginfo info;

	while (read(init->signals, &info, sizeof(info)) == sizeof(info)) {
		/* The launcher is outside: it has no number in here. What a
		 * terminal sends, the kernel does, to the launcher as well,
		 * and what comes of it is for the launcher to say. */
		bool is_launcher = (!init->box->has_pid_namespace ||
				    info.ssi_pid == 0) &&
				   info.ssi_code != SI_KERNEL;
		/* Told to who leads the session, and for him to pass on. */
		bool is_hangup = init->box->has_terminal &&
				 info.ssi_signo == SIGHUP &&
				 info.ssi_code == SI_KERNEL;

		if (info.ssi_signo == BOX_THREAD_DIED && is_launcher)
			end_as_killed(init);
		if (info.ssi_signo != SIGCHLD &&
		    info.ssi_signo <= FORWARDED_MAX &&
		    (is_launcher || is_hangup))
			forward(init, (int)info.ssi_signo);
	}
}

static int open_children(struct init *init, struct child_failure *failure)
{
	char path[64] = "/proc/self/task/";

	init->children = -1;
	if (init->box->has_pid_namespace)
		return 0;
	number_format(path + strlen(path), (uint64_t)getpid());
	memcpy(path + strlen(path), "/children", sizeof("/children"));
	init->children = open(path, O_RDONLY | O_CLOEXEC);
	if (init->children < 0)
		return child_fail(failure, -errno, "watch",
				  "the program's descendants");
	return 0;
}

/* Init needs no stream of the program's: holding one open would keep the
 * other end of a pipe waiting. */
static int close_streams(const struct init *init)
{
	const int ours[] = { init->box->go_fd,	   init->box->report_fd,
			     init->box->parent_fd, init->children,
			     init->signals,	   init->ready_fd,
			     init->refusals.listener };
	int keep[ARRAY_SIZE(ours)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (ours[i] >= 0)
			n = descriptors_insert(keep, n, ours[i]);
	return descriptors_close_but(0, keep, n);
}

/*
 * The program's process has loaded its filter and tells the number of the
 * listener. What it shares with us until it becomes the program becomes our own
 * here, whether before that or after; then its streams can be closed. Where they
 * cannot, they stay open until the end, and nothing else is the worse for it.
 */
static void take_listener(struct init *init)
{
	int listener;

	if (read_exactly(init->ready_fd, &listener, sizeof(listener)) < 0)
		listener = -1;
	init->ready_fd = -1;
	init_refusals_begin(&init->refusals, listener);
	if (unshare(CLONE_FILES) == 0)
		close_streams(init);
}

static int init_prepare(struct init *init, struct child_failure *failure)
{
	uint64_t all = ~UINT64_C(0);
	int r = open_children(init, failure);

	if (r < 0)
		return r;
	if (!init->box->counts_refusals)
		r = close_streams(init);
	if (r < 0)
		return child_fail(failure, r, "close the streams of", "init");
	init->signals = (int)syscall(SYS_signalfd4, -1, &all, sizeof(all),
				     SFD_NONBLOCK | SFD_CLOEXEC);
	if (init->signals < 0)
		return child_fail(failure, -errno, "watch", "signals");
	r = seccomp_load(&init->box->init_filter);
	if (r < 0)
		return child_fail(failure, r, "load", "the filter of init");
	r = write_exactly(init->ready_fd, "", 1);
	if (r < 0)
		return child_fail(failure, r, "release", "the program");
	if (!init->box->counts_refusals) {
		close(init->ready_fd);
		init->ready_fd = -1;
	}
	return 0;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* For poll: until the deadline; never beyond what an int holds. */
static int ms_left(const struct init *init)
{
	uint64_t now;

	if (init->deadline_ms == UINT64_MAX)
		return -1;
	now = now_ms();
	if (now >= init->deadline_ms)
		return 0;
	return init->deadline_ms - now > INT32_MAX
		       ? INT32_MAX
		       : (int)(init->deadline_ms - now);
}

static void keep_time(struct init *init)
{
	if (init->deadline_ms == UINT64_MAX || now_ms() < init->deadline_ms)
		return;
	if (init->is_timed_out)
		finish(init, SIGKILL);
	init->is_timed_out = true;
	/* A stopped program could not end itself. */
	forward(init, SIGTERM);
	forward(init, SIGCONT);
	init->deadline_ms = now_ms() + GRACE_MS;
}

/* The launcher has died, or wants an end of all at once. */
static _Noreturn void obey_launcher(struct init *init)
{
	char byte;

	if (recv(init->box->go_fd, &byte, 1, MSG_DONTWAIT) == 1)
		end_as_killed(init);
	end_descendants(init);
	_exit(FH_EXIT_NOT_BOXED);
}

static void watch(const struct init *init, struct pollfd ret[N_WATCHED])
{
	const int fds[N_WATCHED] = {
		[WATCHED_SIGNALS] = init->signals,
		[WATCHED_GO] = init->box->go_fd,
		[WATCHED_PARENT] = init->box->parent_fd,
		[WATCHED_READY] = init->ready_fd,
		[WATCHED_LISTENER] = init->refusals.listener,
	};

	for (int i = 0; i < N_WATCHED; i++)
		ret[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
}

static void turn(struct init *init)
{
	struct pollfd watched[N_WATCHED];
	bool has_more = reap(init);

	keep_time(init);
	watch(init, watched);
	if (poll(watched, N_WATCHED, has_more ? 0 : ms_left(init)) < 0)
		return;
	if (watched[WATCHED_SIGNALS].revents)
		read_signals(init);
	if (watched[WATCHED_GO].revents || watched[WATCHED_PARENT].revents)
		obey_launcher(init);
	if (watched[WATCHED_READY].revents)
		take_listener(init);
	if (watched[WATCHED_LISTENER].revents)
		init_refusals_serve(&init->refusals, init->box,
				    watched[WATCHED_LISTENER].revents);
}

void init_run(struct box *box, pid_t program, int ready_fd)
{
	struct init init = { .box = box, .program = program,
			     .signals = -1, .deadline_ms = UINT64_MAX,
			     .ready_fd = ready_fd,
			     .refusals = { .listener = -1 } };
	struct child_failure failure = { 0 };
	int r = init_prepare(&init, &failure);

	if (r < 0) {
		/* The program still waits for the byte, and gets none. */
		child_report_failure(box, STEP_FORK, r, &failure,
				     FH_EXIT_NOT_BOXED);
		_exit(FH_EXIT_NOT_BOXED);
	}
	if (box->timeout_ms != UINT64_MAX)
		init.deadline_ms = now_ms() + box->timeout_ms;
	for (;;)
		turn(&init);
}
