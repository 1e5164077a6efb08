/* Pid 1 of the box: reaps, forwards signals, reports the program's end. */
#include <errno.h>
#include <fumehood/result.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/init_descendants.h"
#include "apply/init_evidence.h"
#include "apply/init_output.h"
#include "apply/init_refusals.h"
#include "apply/init_time.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "mech/environment_apply.h"
#include "mech/seccomp_apply.h"

/*
 *            SIGCHLD              program reaped
 *   waiting ---------> reaping ------------------> reported --> exit:
 *      |  ^               |           |   ^        the kernel kills
 *      |  +---------------+ somebody  |   |        what is left
 *      |                     else     +- draining, where output is counted:
 *      |                                 until the relay has ended, or no time is left
 *      | the program stopped or goes on: told
 *      | other signal: to the program's group
 *      | a limit of time: SIGTERM or SIGXCPU to it, then, grace later, exit
 *      | the relay has passed all that may be printed --> exit
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
	bool has_ended; /* the program: its number may be anybody's */
	bool has_child_news; /* since the program was looked at */
	bool hit_pids;
	int status; /* of the program, when it has ended */
	int signals;	/* signalfd of everything, all blocked since start */
	int ready_fd;	/* to and from the program's process; -1 when done */
	struct init_time time;
	struct init_descendants descendants;
	struct init_output *output;
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

static _Noreturn void finish(struct init *init, enum box_end ended_by,
			     int status)
{
	struct box_message message = { .kind = BOX_ENDED, .status = status,
				       .ended_by = ended_by,
				       .hit_pids = init->hit_pids };

	init_descendants_end(&init->descendants, 0, &status);
	write_exactly(init->box->report_fd, &message, sizeof(message));
	init_refusals_report(&init->refusals, init->box);
	_exit(0);
}

/* Ends what still runs, the program as well unless it has ended. */
static _Noreturn void finish_by(struct init *init, enum box_end ended_by)
{
	finish(init, ended_by, init->has_ended ? init->status : SIGKILL);
}

static void relay_ended(struct init *init, int status)
{
	init->output->relay = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == OUTPUT_TOO_MUCH)
		finish_by(init, BOX_BY_OUTPUT);
	if (init->has_ended)
		finish(init, init->time.ended_by, init->status);
}

/* Nobody else can then keep the relay from passing on what is there, or add to
 * it. In a pid namespace the others end with us; -1 would be all of the user's
 * without one. */
static void drain(struct init *init)
{
	int status;

	if (init->box->has_pid_namespace)
		kill(-1, SIGSTOP);
	else if (init_descendants_end(&init->descendants,
				      init->output->relay, &status))
		relay_ended(init, status);
	init_output_drain(init->output);
}

static void program_ended(struct init *init, int status)
{
	init->has_ended = true;
	init->status = status;
	init->hit_pids = status != 0 && init_has_no_process_left(init->box,
								init->program);
	if (!init->output->relay)
		finish(init, init->time.ended_by, status);
	drain(init);
}

/* Dropped when nobody reads: it may stop itself without end. */
static void tell(const struct init *init, char what)
{
	send(init->box->go_fd, &what, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Of the others nothing but the end is of interest. */
static void look_at_program(struct init *init)
{
	int status;

	init->has_child_news = false;
	if (init->has_ended ||
	    wait4(init->program, &status, WNOHANG | WUNTRACED | WCONTINUED |
		  __WALL, NULL) != init->program)
		return;
	if (WIFSTOPPED(status))
		tell(init, BOX_TOLD_STOPPED);
	else if (WIFCONTINUED(status))
		tell(init, BOX_TOLD_CONTINUED);
	else
		program_ended(init, status);
}

/* Is there more to reap? */
static bool reap(struct init *init)
{
	pid_t pid;
	int status;

	if (init->has_child_news)
		look_at_program(init);
	for (int n = 0; n < INIT_REAP_BATCH; n++) {
		if (init_wait_any(&pid, &status) < 0 || pid <= 0)
			return false;
		if (pid == init->output->relay)
			relay_ended(init, status);
		else if (pid == init->program && !init->has_ended)
			program_ended(init, status);
	}
	return true;
}

/* Stopping is asked for with SIGSTOP: a program whose process group has no
 * parent in its session would ignore SIGTSTP. */
static void forward(struct init *init, int sig)
{
	pid_t group = init->box->leads_group ? -init->program : init->program;

	if (init->has_ended)
		return;
	if (sig == SIGTSTP)
		sig = SIGSTOP;
	/* Before its new session the program has no group of its own. */
	if (kill(group, sig) < 0)
		kill(init->program, sig);
}

static _Noreturn void end_as_killed(struct init *init)
{
	int status;

	init_descendants_end(&init->descendants, 0, &status);
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
		if (info.ssi_signo == SIGCHLD)
			init->has_child_news = true;
		else if (info.ssi_signo <= FORWARDED_MAX &&
			 (is_launcher || is_hangup))
			forward(init, (int)info.ssi_signo);
	}
}

/* Init needs no stream of the program's: holding one open would keep the
 * other end of a pipe waiting. */
static int close_streams(const struct init *init)
{
	const int ours[] = { init->box->go_fd,	     init->box->report_fd,
			     init->box->parent_fd,   init->box->cpu_stat_fd,
			     init->signals,	     init->ready_fd,
			     init->output->control,  init->refusals.listener,
			     init->descendants.children };
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

static int release_program(struct init *init, struct child_failure *failure)
{
	int r = write_exactly(init->ready_fd, "", 1);

	if (r < 0)
		return child_fail(failure, r, "release", "the program");
	if (!init->box->counts_refusals) {
		close(init->ready_fd);
		init->ready_fd = -1;
	}
	return 0;
}

/* What is sent to the launcher's group is not for us: kill -9, and nobody would be
 * left to end what the program leaves where no pid namespace does; a key, and what
 * the launcher forwards of it would be lost beside it, being pending already. The
 * program has been forked: it keeps to that group where the terminal is inherited.
 * Who leads a session has a group of his own. */
static int leave_group(const struct init *init, struct child_failure *failure)
{
	if (init->box->has_terminal || setpgid(0, 0) == 0)
		return 0;
	return child_fail(failure, -errno, "leave the process group of",
			  "the launcher");
}

static int init_prepare(struct init *init, struct child_failure *failure)
{
	uint64_t all = ~UINT64_C(0);
	int r = leave_group(init, failure);

	if (r == 0)
		r = init_descendants_open(&init->descendants, init->box,
					  failure);
	if (r == 0)
		r = init_output_start(init->output, init->box, failure);
	if (r == 0)
		r = init_evidence_prepare(init->box, failure);
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
	if (prctl(PR_SET_NAME, BOX_INIT_NAME, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "name", "init");
	r = seccomp_load(&init->box->init_filter);
	if (r < 0)
		return child_fail(failure, r, "load", "the filter of init");
	return release_program(init, failure);
}

static void keep_time(struct init *init)
{
	struct init_time *time = &init->time;

	switch (init_time_look(time)) {
	case TIME_IS_LEFT:
		return;
	case TIME_TO_END:
		finish_by(init, time->ended_by);
	case TIME_TO_ASK:
		/* There is nobody to be asked: the relay waits in vain. */
		if (init->has_ended)
			finish_by(init, time->ended_by);
	}
	forward(init, time->ended_by == BOX_BY_CPU ? SIGXCPU : SIGTERM);
	/* A stopped program could not end itself. */
	forward(init, SIGCONT);
}

/* The launcher has died, or wants an end of all at once. */
static _Noreturn void obey_launcher(struct init *init)
{
	char byte;
	int status;

	if (recv(init->box->go_fd, &byte, 1, MSG_DONTWAIT) == 1)
		end_as_killed(init);
	init_descendants_end(&init->descendants, 0, &status);
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
	if (poll(watched, N_WATCHED,
		 has_more ? 0 : init_time_left(&init->time)) < 0)
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

void init_run(struct box *box, struct init_output *output, pid_t program,
	      int ready_fd)
{
	struct init init = { .box = box, .program = program,
			     .signals = -1, .ready_fd = ready_fd,
			     .output = output,
			     .refusals = { .listener = -1 } };
	struct child_failure failure = { 0 };
	int r = init_prepare(&init, &failure);

	if (r < 0) {
		/* The program still waits for the byte, and gets none. */
		child_report_failure(box, STEP_FORK, r, &failure,
				     FH_EXIT_NOT_BOXED);
		_exit(FH_EXIT_NOT_BOXED);
	}
	init_time_begin(&init.time, box);
	for (;;)
		turn(&init);
}
