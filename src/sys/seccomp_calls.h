/* The seccomp(2) call, for which libc has no wrapper. */
#ifndef FH_SYS_SECCOMP_CALLS_H
#define FH_SYS_SECCOMP_CALLS_H

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Return: what the kernel returns, or -errno */
static inline int sys_seccomp(unsigned operation, unsigned flags,
			      const void *args)
{
	long r = syscall(SYS_seccomp, operation, flags, args);

	return r < 0 ? -errno : (int)r;
}

#endif
