/* The seccomp(2) call, for which libc has no wrapper. */
#ifndef FH_SYS_SECCOMP_CALLS_H
#define FH_SYS_SECCOMP_CALLS_H

#include <errno.h>
#include <linux/seccomp.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/seccomp.h: Linux 5.19 */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
/* Linux 6.6 */
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
/* Linux 6.6 */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#endif

/* A listener whose notifications no signal interrupts once they are received. */
#define SECCOMP_LISTENER_FLAGS                                                 \
	(SECCOMP_FILTER_FLAG_NEW_LISTENER |                                    \
	 SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

/* Return: what the kernel returns, or -errno */
static inline int sys_seccomp(unsigned operation, unsigned flags,
			      const void *args)
{
	long r = syscall(SYS_seccomp, operation, flags, args);

	return r < 0 ? -errno : (int)r;
}

/* Does the kernel know such listeners? It looks at the flags before the
 * program, and nothing is changed. */
static inline bool seccomp_has_listeners(void)
{
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_LISTENER_FLAGS,
			   NULL) == -EFAULT;
}

#endif
