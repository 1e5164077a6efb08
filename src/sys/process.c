/* Clones a process by the newest call that the kernel lets us have. */
#include "sys/process.h"

pid_t process_clone(uint64_t flags, int *ret_pidfd)
{
	int pidfd = -1;
	struct process_clone_args args = {
		.flags = flags | (ret_pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = 0,
	};
	long pid = syscall(SYS_clone3, &args, PROCESS_CLONE_ARGS_VER0);

	if (pid < 0 && errno == ENOSYS) {
		/* clone(2) stores the pidfd where the parent tid would go. */
#if defined(__s390__)
#error "clone(2) takes its stack argument first here"
#endif
		pid = syscall(SYS_clone, args.flags, NULL, &pidfd,
			      NULL, NULL);
	}
	if (pid < 0)
		return -errno;
	if (pid > 0 && ret_pidfd)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}

pid_t process_clone_into(uint64_t flags, int cgroup_fd, int *ret_pidfd)
{
	int pidfd = -1;
	struct process_clone_args args = {
		.flags = flags | CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = 0,
		.cgroup = (uint64_t)cgroup_fd,
	};
	long pid = syscall(SYS_clone3, &args, PROCESS_CLONE_ARGS_VER2);

	if (pid < 0)
		return -errno;
	if (pid > 0)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}
