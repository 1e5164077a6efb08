/* Clones the box's init, writes its id maps, and waits in one event loop. */
#include "supervise/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apply/child.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "policy/policy.h"
#include "sys/process.h"
#include "tables/exit_codes.h"

#define GRACE_MS 2000 /* between asking to end and ending */

const struct end_info ends[N_ENDS] = {
	[FH_END_NOT_STARTED] = { "not-started", "the program never started" },
	[FH_END_EXITED] = { "exited", "exited" },
	[FH_END_SIGNALLED] = { "signalled", "killed by a signal" },
	[FH_END_TIMEOUT] = { "timeout", "ended at the time limit" },
	[FH_END_LIMIT] = { "limit", "ended at a ceiling" },
	[FH_END_REFUSED_SYSCALL] = { "refused-syscall",
		"killed for a refused system call" },
	[FH_END_KILLED] = { "init-killed",
		"the box was killed from outside" },
};

struct run {
	struct box *box;
	struct fh_result *result;
	pid_t init;
	int init_fd; /* pidfd */
	int go_fd;   /* write end; its closing ends the box */
	int report_fd;
	int signal_fd;
	const struct box_watcher *watcher;
	bool has_ended; /* BOX_ENDED or BOX_FAILED arrived */
	bool is_timed_out;
	uint64_t started_us;
	uint64_t deadline_us; /* UINT64_MAX = none */
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int fail_start(struct run *run, int code, const char *what)
{
	run->result->reason = FH_END_NOT_STARTED;
	run->result->exit_code = FH_EXIT_NOT_BOXED;
	return error_set(&run->result->error, FH_STAGE_SUPERVISE, code, "%s",
		       what);
}

static int write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : write_exactly(fd, text, strlen(text));
}

/*
 * The parent writes the maps, so that the child is never a moment without
 * one and errors are ours to tell. Setgroups is denied unless root wants to
 * clear the groups, which must happen inside.
 */
static int write_maps(struct run *run)
{
	const struct box *box = run->box;
	char map[64];
	int r = 0;

	if (!(box->clone_flags & CLONE_NEWUSER))
		return 0;
	if (!box->clear_groups)
		r = write_proc(run->init, "setgroups", "deny");
	if (r < 0)
		return fail_start(run, r, "write setgroups of the box");
	snprintf(map, sizeof(map), "%u %u 1\n", box->uid, box->uid);
	r = write_proc(run->init, "uid_map", map);
	if (r < 0)
		return fail_start(run, r, "write the uid_map of the box");
	snprintf(map, sizeof(map), "%u %u 1\n", box->gid, box->gid);
	r = write_proc(run->init, "gid_map", map);
	return r < 0 ? fail_start(run, r, "write the gid_map of the box") : 0;
}

static int clone_init(struct run *run)
{
	int go[2], report[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return fail_start(run, -errno, "create a pipe");
	if (pipe2(report, O_CLOEXEC) < 0) {
		close(go[0]);
		close(go[1]);
		return fail_start(run, -errno, "create a pipe");
	}
	run->box->go_fd = go[0];
	run->box->report_fd = report[1];
	pid = process_clone(run->box->clone_flags, &run->init_fd);
	if (pid == 0) {
		close(go[1]);
		close(report[0]);
		box_apply(run->box);
	}
	close(go[0]);
	close(report[1]);
	run->go_fd = go[1];
	run->report_fd = report[0];
	run->init = pid;
	return pid < 0 ? fail_start(run, pid, "create the box's namespaces")
		       : 0;
}

static void take_message(struct run *run, const struct box_message *message)
{
	struct fh_result *result = run->result;

	switch (message->kind) {
	case BOX_STARTING:
		if (run->watcher)
			run->watcher->starting(run->watcher->ctx,
					       message->lost);
		break;
	case BOX_ENDED:
		result->status = message->status;
		run->has_ended = true;
		break;
	case BOX_FAILED:
		/* The first failure is the cause; init only notices it. */
		if (run->has_ended)
			break;
		result->reason = FH_END_NOT_STARTED;
		result->exit_code = message->exit_code;
		result->error = message->error;
		run->has_ended = true;
		break;
	}
}

/* The writers are our own code, before the program exists; still a message is
 * taken only whole and of a known kind. */
static void read_report(struct run *run)
{
	struct box_message message;
	int r = read_exactly(run->report_fd, &message, sizeof(message));

	if (r == 0) {
		message.error.what[FH_ERROR_WHAT_MAX - 1] = '\0';
		message.error.remedy[FH_ERROR_REMEDY_MAX - 1] = '\0';
		message.error.origin[FH_ERROR_ORIGIN_MAX - 1] = '\0';
		take_message(run, &message);
		return;
	}
	close(run->report_fd);
	run->report_fd = -1;
}

/* Stopped by the terminal: stop the program, then ourselves, as a shell
 * expects; whoever continues us continues both. */
static void stop_with_program(struct run *run)
{
	process_signal(run->init_fd, SIGTSTP);
	raise(SIGSTOP);
	process_signal(run->init_fd, SIGCONT);
}

static void read_signal(struct run *run)
{
	struct signalfd_siginfo info;

	if (read(run->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
	case SIGPIPE:
		break;
	case SIGTSTP:
		if (run->box->new_session)
			stop_with_program(run);
		else /* the terminal stopped the program as well */
			raise(SIGSTOP);
		break;
	case SIGINT:
	case SIGQUIT:
		/* With the terminal shared, the program got it as well. */
		if (info.ssi_code > 0 && !run->box->new_session)
			break;
		/* fall through */
	default:
		process_signal(run->init_fd, (int)info.ssi_signo);
	}
}

/* Without a pid namespace only init can end what the program left behind: the
 * end of its pipe asks for it, before force is used. */
static void end_init(struct run *run)
{
	if (run->box->has_pid_namespace) {
		process_signal(run->init_fd, SIGKILL);
		run->deadline_us = UINT64_MAX;
		return;
	}
	close(run->go_fd);
	run->go_fd = -1;
	/* However long it takes: with init killed, whatever it still hunts
	 * would be nobody's. */
	run->deadline_us = UINT64_MAX;
}

static void time_out(struct run *run)
{
	if (run->is_timed_out) {
		end_init(run);
		return;
	}
	run->is_timed_out = true;
	/* A stopped program could not end itself. */
	process_signal(run->init_fd, SIGTERM);
	process_signal(run->init_fd, SIGCONT);
	run->deadline_us = now_us() + GRACE_MS * 1000;
}

static int poll_timeout(const struct run *run)
{
	uint64_t now, left;

	if (run->deadline_us == UINT64_MAX)
		return -1;
	now = now_us();
	if (now >= run->deadline_us)
		return 0;
	left = (run->deadline_us - now + 999) / 1000;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

static void wait_for_end(struct run *run)
{
	for (;;) {
		struct pollfd watched[] = {
			{ .fd = run->init_fd, .events = POLLIN },
			{ .fd = run->report_fd, .events = POLLIN },
			{ .fd = run->signal_fd, .events = POLLIN },
		};
		int n = poll(watched, 3, poll_timeout(run));

		if (n < 0)
			continue;
		if (watched[1].revents)
			read_report(run);
		else if (watched[0].revents)
			return;
		if (watched[2].revents)
			read_signal(run);
		if (n == 0)
			time_out(run);
	}
}

static bool has_rlimit(const struct box *box, int resource)
{
	for (size_t i = 0; i < box->n_rlimits; i++)
		if (box->rlimits[i].resource == resource)
			return true;
	return false;
}

/* A program may send itself any signal; it is taken for a ceiling's only
 * where the ceiling was set. */
static enum fh_end signal_reason(const struct box *box, int sig)
{
	if (sig == SIGSYS)
		return FH_END_REFUSED_SYSCALL;
	if ((sig == SIGXCPU && has_rlimit(box, RLIMIT_CPU)) ||
	    (sig == SIGXFSZ && has_rlimit(box, RLIMIT_FSIZE)))
		return FH_END_LIMIT;
	return FH_END_SIGNALLED;
}

static void conclude(struct run *run, int init_status)
{
	struct fh_result *result = run->result;
	int status = result->status;

	if (result->reason == FH_END_NOT_STARTED && result->error.code)
		return;
	if (!run->has_ended) {
		result->reason = run->is_timed_out ? FH_END_TIMEOUT
						   : FH_END_KILLED;
		if (!run->is_timed_out && !WIFSIGNALED(init_status))
			error_set(&result->error, FH_STAGE_SUPERVISE, -EPROTO,
				"learn how the program ended");
		result->exit_code = run->is_timed_out ? FH_EXIT_TIMED_OUT
			: WIFSIGNALED(init_status)
				? FH_EXIT_SIGNAL_BASE + WTERMSIG(init_status)
				: FH_EXIT_NOT_BOXED;
		return;
	}
	if (WIFSIGNALED(status)) {
		result->reason = signal_reason(run->box, WTERMSIG(status));
		result->exit_code = FH_EXIT_SIGNAL_BASE + WTERMSIG(status);
	} else {
		result->reason = FH_END_EXITED;
		result->exit_code = WEXITSTATUS(status);
	}
	if (run->is_timed_out) {
		result->reason = FH_END_TIMEOUT;
		result->exit_code = FH_EXIT_TIMED_OUT;
	}
}

/* The kernel lets init go only when all that was in its pid namespace has been
 * reaped, so its usage is the whole box's. */
static void reap_init(struct run *run)
{
	struct fh_result *result = run->result;
	struct rusage usage = { 0 };
	int status = 0;

	while (wait4(run->init, &status, __WALL, &usage) < 0 && errno == EINTR)
		;
	result->wall_us = now_us() - run->started_us;
	result->user_us = (uint64_t)usage.ru_utime.tv_sec * 1000000 +
			  (uint64_t)usage.ru_utime.tv_usec;
	result->system_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 +
			    (uint64_t)usage.ru_stime.tv_usec;
	result->memory_peak = (uint64_t)usage.ru_maxrss * 1024;
	conclude(run, status);
}

/* Until the maps stand the child waits; without the byte it ends by itself. */
static int release_init(struct run *run)
{
	int r = write_maps(run);

	if (r == 0) {
		r = write_exactly(run->go_fd, "", 1);
		if (r < 0)
			fail_start(run, r, "release the box");
	}
	if (r < 0)
		process_signal(run->init_fd, SIGKILL);
	return r;
}

static int run_box(struct run *run)
{
	sigset_t all;
	int r = clone_init(run);

	if (r < 0)
		return r;
	r = release_init(run);
	sigfillset(&all);
	run->signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signal_fd < 0 && r == 0) {
		fail_start(run, -errno, "watch signals");
		process_signal(run->init_fd, SIGKILL);
	}
	wait_for_end(run);
	reap_init(run);
	return run->result->error.code;
}

int box_run(struct box *box, uint64_t timeout_ms,
	    const struct box_watcher *watcher, struct fh_result *ret)
{
	struct run run = { .box = box, .result = ret, .init_fd = -1,
			   .go_fd = -1, .report_fd = -1, .signal_fd = -1,
			   .watcher = watcher, .deadline_us = UINT64_MAX };
	sigset_t all, before;
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), r;

	memset(ret, 0, sizeof(*ret));
	ret->status = -1;
	run.started_us = now_us();
	if (timeout_ms != POLICY_UNLIMITED)
		run.deadline_us = run.started_us + timeout_ms * 1000;
	sigfillset(&all);
	/* Init reads its signals from a descriptor, which takes none that is
	 * not blocked: it inherits this mask. */
	if (sigprocmask(SIG_SETMASK, &all, &before) < 0)
		return fail_start(&run, -errno, "block signals");
	/* The child's /proc files must be ours, for the maps. */
	if (dumpable != 1)
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	r = run_box(&run);
	for (size_t i = 0; i < 4; i++) {
		int *fds[] = { &run.init_fd, &run.go_fd, &run.report_fd,
			       &run.signal_fd };

		cleanup_close(fds[i]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
