/* Keeps a transient scope alive until its account has been read. */
#include "cgroup/cgroup_keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sys/process.h"

/* Between clone and exit, as in init: nothing but system calls, all signals
 * blocked. What it holds of the caller's is let go at once. */
static _Noreturn void keep(int fd, int parent)
{
	struct pollfd watched[2] = { { .fd = 0, .events = POLLIN },
				     { .fd = 1, .events = POLLIN } };

	/* Above both places, for one of them may be where the other lies. */
	fd = fcntl(fd, F_DUPFD, 2);
	parent = fcntl(parent, F_DUPFD, 2);
	if (fd < 0 || parent < 0 || dup2(fd, 0) < 0 || dup2(parent, 1) < 0 ||
	    process_close_range(2, ~0U) < 0)
		_exit(1);
	while (poll(watched, 2, -1) < 0)
		;
	_exit(0);
}

int cgroup_keeper_start(struct cgroup_keeper *ret, int scope)
{
	int ends[2], pid_fd = -1;
	uint64_t signals;
	pid_t pid;
	autoclose int parent = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (parent < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	autoclose int hold = fd_raise(ends[0]);
	autoclose int end = fd_raise(ends[1]);
	int r = hold < 0 ? hold : end < 0 ? end
					  : process_block_signals(&signals);

	if (r < 0)
		return r;
	pid = process_clone_into(0, scope, &pid_fd);
	if (pid == 0)
		keep(end, parent);
	process_restore_signals(signals);
	if (pid < 0)
		return pid;
	*ret = (struct cgroup_keeper){ .pid = pid, .pid_fd = fd_raise(pid_fd),
				       .hold_fd = fd_take(&hold) };
	return 0;
}

void cgroup_keeper_end(struct cgroup_keeper *keeper)
{
	if (!keeper->pid)
		return;
	kill(keeper->pid, SIGKILL);
	while (waitpid(keeper->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	cleanup_close(&keeper->hold_fd);
	cleanup_close(&keeper->pid_fd);
	keeper->pid = 0;
}
