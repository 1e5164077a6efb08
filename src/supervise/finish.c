/* Waits for the end of a box, signals it, and says how it ended. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "supervise/costs.h"
#include "supervise/running.h"
#include "supervise/trace.h"
#include "sys/process.h"

#define WAIT_BY_PIDFD 3 /* P_PIDFD, include/uapi/linux/wait.h: Linux 5.4 */

const struct end_info ends[N_ENDS] = {
	[FH_END_NOT_STARTED] = { "not-started", "the program never started" },
	[FH_END_EXITED] = { "exited", "exited" },
	[FH_END_SIGNALLED] = { "signalled", "killed by a signal" },
	[FH_END_TIMEOUT] = { "timeout", "ended at the time limit" },
	[FH_END_LIMIT] = { "limit", "ended at a ceiling" },
	[FH_END_REFUSED_SYSCALL] = { "refused-syscall",
		"killed for a refused system call" },
	[FH_END_KILLED] = { "killed",
		"the box was killed from outside" },
	[FH_END_MEMORY] = { "memory", "ended at its memory ceiling" },
	[FH_END_PIDS] = { "pids", "failed at its ceiling of processes" },
	[FH_END_OUTPUT] = { "output", "ended for printing too much" },
};

/* A program may send itself any signal; it is taken for a ceiling's only
 * where the ceiling was set. */
static enum fh_end signal_reason(const struct running *running, int sig)
{
	if (sig == SIGSYS)
		return FH_END_REFUSED_SYSCALL;
	if ((sig == SIGXCPU && running->rlimits >> RLIMIT_CPU & 1) ||
	    (sig == SIGXFSZ && running->rlimits >> RLIMIT_FSIZE & 1))
		return FH_END_LIMIT;
	return FH_END_SIGNALLED;
}

/* What init ends a program for: the status is the ceiling's, whatever the program
 * made of it. */
static const struct {
	enum fh_end reason;
	int exit_code;
} by_init[] = {
	[BOX_BY_TIME] = { FH_END_TIMEOUT, FH_EXIT_TIMED_OUT },
	[BOX_BY_CPU] = { FH_END_LIMIT, FH_EXIT_SIGNAL_BASE + SIGXCPU },
	[BOX_BY_OUTPUT] = { FH_END_OUTPUT, FH_EXIT_SIGNAL_BASE + SIGXFSZ },
};

/* Init told how the program ended. */
static void conclude_ended(struct running *running,
			   const struct box_message *message)
{
	struct fh_result *result = &running->result;
	int status = message->status;

	running->hit_pids = message->hit_pids != 0;
	result->status = status;
	if (message->ended_by > BOX_BY_ITSELF &&
	    message->ended_by < ARRAY_SIZE(by_init)) {
		result->reason = by_init[message->ended_by].reason;
		result->exit_code = by_init[message->ended_by].exit_code;
	} else if (WIFSIGNALED(status)) {
		result->reason = signal_reason(running, WTERMSIG(status));
		result->exit_code = FH_EXIT_SIGNAL_BASE + WTERMSIG(status);
	} else {
		result->reason = FH_END_EXITED;
		result->exit_code = WEXITSTATUS(status);
	}
}

static void conclude_failed(struct fh_result *result,
			    const struct box_message *message)
{
	result->reason = FH_END_NOT_STARTED;
	result->exit_code = message->exit_code;
	result->error = message->error;
}

/* Init said nothing: it was killed, by us or by somebody else outside. */
static void conclude_silent(struct fh_result *result, int init_status)
{
	result->reason = FH_END_KILLED;
	if (WIFSIGNALED(init_status)) {
		result->exit_code = FH_EXIT_SIGNAL_BASE + WTERMSIG(init_status);
		return;
	}
	result->exit_code = FH_EXIT_SIGNAL_BASE + SIGKILL;
	if (WEXITSTATUS(init_status) == FH_EXIT_SIGNAL_BASE + SIGKILL)
		return; /* it ended all by our own order */
	result->exit_code = FH_EXIT_NOT_BOXED;
	error_set(&result->error, FH_STAGE_SUPERVISE, -EPROTO,
		  "learn how the program ended");
}

/* What is in the pipe. Never waiting for it: nobody is left who would write,
 * though another process of the caller's may have the other end by chance. */
static bool read_now(const struct running *running, void *ret, size_t len)
{
	struct pollfd report = { .fd = running->report_fd, .events = POLLIN };

	return poll(&report, 1, 0) == 1 && report.revents & POLLIN &&
	       read_exactly(running->report_fd, ret, len) == 0;
}

/* A message crosses whole or not at all, and so do its parts. */
static void take_refusals(struct running *running)
{
	struct box_refusals *told = &running->refusals;

	told->kind = BOX_REFUSED;
	running->has_refusals =
		read_now(running, &told->n,
			 offsetof(struct box_refusals, rows) -
				 offsetof(struct box_refusals, n)) &&
		told->n <= BOX_REFUSALS_MAX &&
		(told->n == 0 ||
		 read_now(running, told->rows, told->n * sizeof(told->rows[0])));
}

/* The first message of the end counts: a failure is the cause, what init says of
 * its child afterwards only a consequence. */
static bool take_end(struct running *running, struct box_message *message)
{
	message_sanitize(message);
	if (message->kind == BOX_FAILED && message->error.code < 0)
		conclude_failed(&running->result, message);
	else if (message->kind == BOX_ENDED)
		conclude_ended(running, message);
	else
		return false;
	return true;
}

static void conclude(struct running *running, int init_status)
{
	struct box_message message;
	const size_t rest = sizeof(message) - sizeof(message.kind);
	bool is_told = false, has_end = false;

	running->result.status = -1;
	while (read_now(running, &message.kind, sizeof(message.kind))) {
		if (message.kind == BOX_REFUSED) {
			take_refusals(running);
			break; /* the last of all */
		}
		if (!read_now(running, &message.lost, rest))
			break;
		if (!is_told)
			has_end = take_end(running, &message);
		is_told = true;
	}
	if (!has_end)
		conclude_silent(&running->result, init_status);
}

/* A second question gets the answer of the first. */
static int tell_end(const struct running *running, struct fh_error *err)
{
	if (!running->is_stolen)
		return 0;
	error_set(err, FH_STAGE_SUPERVISE, -ECHILD,
		  "wait for the box: somebody else in this process has reaped it");
	error_remedy(err, "do not wait with __WALL or __WCLONE for any child");
	return -ECHILD;
}

/* By the pidfd: the number of an init that somebody else has reaped may be
 * another child's by now. Before Linux 5.4 there is only the number. */
static int wait_for_init(const struct running *running, int *ret_status,
			 struct rusage *ret_usage)
{
	siginfo_t info = { 0 };
	long r;

	do {
		r = syscall(SYS_waitid, WAIT_BY_PIDFD, running->pid_fd, &info,
			    WEXITED | __WALL, ret_usage);
	} while (r < 0 && errno == EINTR);
	if (r < 0 && errno == EINVAL) {
		do {
			r = wait4(running->pid, ret_status, __WALL, ret_usage);
		} while (r < 0 && errno == EINTR);
		return r < 0 ? -errno : 0;
	}
	*ret_status = info.si_code == CLD_EXITED ? info.si_status << 8
						 : info.si_status;
	return r < 0 ? -errno : 0;
}

/* Of what was in it nothing is left, unless without a pid namespace. */
static void leave_cgroup(struct running *running)
{
	cgroup_free(running->cgroup);
	running->cgroup = NULL;
}

static int reap(struct running *running, struct fh_error *err)
{
	struct rusage usage = { 0 };
	int status = 0;
	int r = wait_for_init(running, &status, &usage);

	running->has_ended = true;
	__atomic_store_n(&running->is_reaped, true, __ATOMIC_RELEASE);
	running->result.wall_us = monotonic_us() - running->started_us;
	running->is_stolen = r < 0;
	if (r == 0)
		conclude(running, status);
	costs_take(running, &usage);
	leave_cgroup(running);
	return tell_end(running, err);
}

int running_poll(const struct running *running, struct pollfd *fds, nfds_t n,
		 int timeout_ms)
{
	int r;

	if (running->trace)
		return trace_poll(running->trace, fds, n, timeout_ms);
	r = poll(fds, n, timeout_ms);
	return r < 0 ? -errno : r;
}

int running_wait(struct running *running, int timeout_ms, struct fh_error *err)
{
	struct pollfd watched[2] = {
		{ .fd = running->pid_fd, .events = POLLIN },
	};
	uint64_t deadline_us = UINT64_MAX;
	int n;

	if (running->has_ended)
		return tell_end(running, err);
	if (timeout_ms >= 0)
		deadline_us = monotonic_us() + (uint64_t)timeout_ms * 1000;
	while ((n = running_poll(running, watched, 1, timeout_ms)) == -EINTR) {
		uint64_t now = monotonic_us();

		if (timeout_ms >= 0)
			timeout_ms = now >= deadline_us ? 0
				: (int)((deadline_us - now + 999) / 1000);
	}
	if (n < 0)
		return error_set(err, FH_STAGE_SUPERVISE, n,
				 "wait for the box");
	if (n == 0)
		return error_set(err, FH_STAGE_SUPERVISE, -ETIMEDOUT,
				 "wait for the box: it still runs");
	return reap(running, err);
}

/* Its number is nobody else's as long as nobody has reaped it: good enough where
 * a filter around us refuses the other way. */
static int signal_init(const struct running *running, int sig)
{
	int r = process_signal(running->pid_fd, sig);

	if (r == -ENOSYS || r == -EPERM)
		r = kill(running->pid, sig) < 0 ? -errno : 0;
	return r;
}

/* Without a pid namespace only init can end what the program left behind: a
 * byte asks for it, where force would make that nobody's. Before there is a
 * program the same byte would let init go on. */
static int end_all(const struct running *running)
{
	if (running->has_pid_namespace || !running->is_standing)
		return signal_init(running, SIGKILL);
	return send(running->go_fd, "k", 1, MSG_NOSIGNAL) == 1 ? 0 : -ESRCH;
}

/* What has ended and waits to be reaped the kernel would still signal. */
static bool is_over(const struct running *running)
{
	struct pollfd watched = { .fd = running->pid_fd, .events = POLLIN };

	return __atomic_load_n(&running->is_reaped, __ATOMIC_ACQUIRE) ||
	       poll(&watched, 1, 0) > 0;
}

int running_signal(struct running *running, int sig)
{
	if (is_over(running))
		return -ESRCH;
	/* It would stop init itself, and with it the time limit and the end
	 * that waits for it; SIGTSTP asks init to stop the program. */
	if (sig == SIGSTOP)
		sig = SIGTSTP;
	return sig == SIGKILL ? end_all(running)
			      : signal_init(running, sig);
}

void running_done(struct running *running)
{
	int *fds[] = { &running->pid_fd, &running->go_fd, &running->go_peer_fd,
		       &running->report_fd, &running->terminal_fd };

	if (running->pid > 0 && !running->has_ended) {
		end_all(running);
		running_wait(running, -1, NULL);
	}
	leave_cgroup(running);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		cleanup_close(fds[i]);
		*fds[i] = -1;
	}
}
