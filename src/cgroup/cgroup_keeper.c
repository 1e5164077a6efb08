/* Keeps a transient scope alive until its account has been read. */
#include "cgroup/cgroup_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/cgroup_files.h"
#include "sys/process.h"

#define KEEPER_NAME "keeper"

/* Between clone and exit, as in init: nothing but system calls, all signals
 * blocked. What it has of the caller's it lets go at once. */
static _Noreturn void keep(int end, int parent)
{
	struct pollfd watched[2] = { { .fd = 0, .events = POLLIN },
				     { .fd = 1, .events = POLLIN } };

	if (dup2(end, 0) < 0 || dup2(parent, 1) < 0 ||
	    process_close_range(2, ~0U) < 0)
		_exit(1);
	while (poll(watched, 2, -1) < 0)
		;
	_exit(0);
}

static int clone_keeper(int end, int parent, int *ret_pid_fd)
{
	uint64_t signals;
	pid_t pid;
	int r = process_block_signals(&signals);

	if (r < 0)
		return r;
	pid = process_clone(0, ret_pid_fd);
	if (pid == 0)
		keep(end, parent);
	process_restore_signals(signals);
	return pid;
}

int cgroup_keeper_start(struct cgroup_keeper *ret)
{
	int ends[2], pid_fd = -1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	autoclose int hold = fd_raise(ends[0]);
	autoclose int end = fd_raise(ends[1]);
	autoclose int parent =
		fd_raise((int)syscall(SYS_pidfd_open, getpid(), 0));

	if (hold < 0 || end < 0 || parent < 0)
		return -EMFILE;
	pid = clone_keeper(end, parent, &pid_fd);
	if (pid < 0)
		return pid;
	*ret = (struct cgroup_keeper){ .pid = pid, .pid_fd = fd_raise(pid_fd),
				       .hold_fd = fd_take(&hold) };
	return 0;
}

/* Not in the scope itself, which could not give controllers then. */
static int move_keeper(const struct cgroup_keeper *keeper, int scope)
{
	char text[16];

	if (mkdirat(scope, KEEPER_NAME, 0700) < 0)
		return -errno;
	autoclose int dir = cgroup_open_dir(scope, KEEPER_NAME);

	snprintf(text, sizeof(text), "%d", keeper->pid);
	return dir < 0 ? dir : cgroup_write(dir, "cgroup.procs", text);
}

int cgroup_keeper_settle(struct cgroup_keeper *keeper, int scope)
{
	int r = keeper->pid ? move_keeper(keeper, scope) : 0;

	if (r < 0)
		cgroup_keeper_end(keeper, scope);
	return r;
}

void cgroup_keeper_end(struct cgroup_keeper *keeper, int scope)
{
	if (!keeper->pid)
		return;
	cleanup_close(&keeper->hold_fd);
	process_signal(keeper->pid_fd, SIGKILL);
	while (waitpid(keeper->pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	cleanup_close(&keeper->pid_fd);
	keeper->pid = 0;
	unlinkat(scope, KEEPER_NAME, AT_REMOVEDIR);
}
