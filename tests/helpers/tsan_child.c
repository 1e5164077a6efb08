/* Lets ThreadSanitizer look at the parent's side of a box: it has to hear of
 * every fork, and a raw clone is none to it. */
#include <errno.h>
#include <stddef.h>

#include "sys/process.h"

struct bpf_program;

/* --wrap: what calls process_clone() and the loaders of filters comes here. */
pid_t __wrap_process_clone(uint64_t flags, int *ret_pidfd);
int __wrap_seccomp_load(const struct bpf_program *program);
int __wrap_seccomp_load_telling(const struct bpf_program *program);

/* As where namespaces cannot be had: then a clone is a fork. */
pid_t __wrap_process_clone(uint64_t flags, int *ret_pidfd)
{
	pid_t pid;

	if (flags)
		return -ENOSPC;
	pid = fork();
	if (pid > 0 && ret_pidfd)
		*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return pid < 0 ? -errno : pid;
}

/* The filter of init knows the calls of init, not those of a run time. */
int __wrap_seccomp_load(const struct bpf_program *program)
{
	(void)program;
	return 0;
}

/* As where a filter around us has the listener. */
int __wrap_seccomp_load_telling(const struct bpf_program *program)
{
	(void)program;
	return -EBUSY;
}
