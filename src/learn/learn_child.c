/* Starts a program whose calls are stopped for us to look at them. */
#include "learn/learn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "mech/filter.h"
#include "sys/listener_calls.h"
#include "sys/process.h"

/*
 * The child shares our table of descriptors until it executes, which gives it a
 * copy of its own: so the listener that it makes is ours at once, and nothing has
 * to be sent by a process whose calls are stopped already. It closes nothing, for
 * it would be closed here; the pipe between us therefore never ends, and its
 * messages count.
 */
struct start {
	const struct sock_fprog *filter;
	const char *path;
	char *const *argv;
	int report_fd;
	uint64_t signals;
	pid_t parent;
};

extern char **environ;

/* No handler of the caller's may run in the copy of its memory. */
static void let_signals_be(uint64_t signals)
{
	for (int sig = 1; sig <= PROCESS_SIGNALS; sig++) {
		if (!process_ignores_signal(sig))
			process_default_signal(sig);
	}
	process_restore_signals(signals);
}

static int make_listener(const struct sock_fprog *filter)
{
	int fd = sys_seccomp(SECCOMP_SET_MODE_FILTER,
			     SECCOMP_FILTER_FLAG_NEW_LISTENER |
				     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			     filter);

	if (fd == -EINVAL) /* before Linux 5.19 */
		fd = sys_seccomp(SECCOMP_SET_MODE_FILTER,
				 SECCOMP_FILTER_FLAG_NEW_LISTENER, filter);
	return fd;
}

__attribute__((noreturn)) static void run_child(const struct start *start)
{
	int code;

	let_signals_be(start->signals);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    getppid() != start->parent)
		_exit(FH_STAGE_APPLY);
	code = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno
		: make_listener(start->filter);
	if (write_exactly(start->report_fd, &code, sizeof(code)) == 0 &&
	    code >= 0) {
		execve(start->path, start->argv, environ);
		code = -errno;
		write_exactly(start->report_fd, &code, sizeof(code));
	}
	_exit(FH_STAGE_EXEC);
}

/* Waits for a message or the end of the child. Return: 0, -ESRCH without one */
static int read_report(const struct learn_child *child, int timeout_ms,
		       int *ret)
{
	struct pollfd watched[] = {
		{ .fd = child->report_fd, .events = POLLIN },
		{ .fd = child->pidfd, .events = POLLIN },
	};

	while (poll(watched, ARRAY_SIZE(watched), timeout_ms) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!(watched[0].revents & POLLIN))
		return -ESRCH;
	return read_exactly(child->report_fd, ret, sizeof(*ret));
}

int learn_child_failure(const struct learn_child *child)
{
	int code = 0;

	return read_report(child, 0, &code) == 0 ? code : 0;
}

static int fail_listener(int code, struct fh_error *err)
{
	error_set(err, FH_STAGE_SUPERVISE, -EOPNOTSUPP,
		  "watch a program by seccomp notifications: %s",
		  code == -EBUSY ? "this process is watched that way itself"
				 : "the kernel, or a filter around us, refuses");
	error_remedy(err, "import a log of strace instead");
	return -EOPNOTSUPP;
}

static int clone_child(const struct start *start, struct learn_child *child)
{
	struct start copy = *start;

	process_block_signals(&copy.signals);
	child->pid = process_clone(CLONE_FILES, &child->pidfd);
	if (child->pid == 0)
		run_child(&copy);
	process_restore_signals(copy.signals);
	return child->pid < 0 ? child->pid : 0;
}

int learn_child_start(const struct bpf_program *filter, const char *path,
		      char *const argv[], struct learn_child *ret,
		      struct fh_error *err)
{
	const struct sock_fprog program = { .len = filter->len,
					    .filter = filter->code };
	struct learn_child child = { .pidfd = -1 };
	struct start start = { .filter = &program, .path = path,
			       .argv = argv, .parent = getpid() };
	int ends[2];
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, FH_STAGE_SUPERVISE, -errno, "make a pipe");
	child.report_fd = ends[0];
	start.report_fd = child.report_end_fd = ends[1];
	r = clone_child(&start, &child);
	if (r < 0)
		error_set(err, FH_STAGE_SUPERVISE, r, "start a process");
	else
		r = read_report(&child, -1, &child.listener_fd);
	if (r == 0 && child.listener_fd >= 0) {
		*ret = child;
		return 0;
	}
	if (child.pid > 0)
		r = r == 0 ? fail_listener(child.listener_fd, err)
			: error_set(err, FH_STAGE_SUPERVISE, r,
				    "start a process: it has ended");
	if (child.pid > 0) {
		while (waitpid(child.pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	}
	cleanup_close(&child.pidfd);
	close(ends[0]);
	close(ends[1]);
	return r;
}

void learn_child_done(struct learn_child *child)
{
	cleanup_close(&child->listener_fd);
	cleanup_close(&child->pidfd);
	cleanup_close(&child->report_fd);
	cleanup_close(&child->report_end_fd);
}
