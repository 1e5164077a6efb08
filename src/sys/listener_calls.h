/* Seccomp user notification: a listener, what it is told, how it answers. */
#ifndef FH_SYS_LISTENER_CALLS_H
#define FH_SYS_LISTENER_CALLS_H

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "sys/seccomp_calls.h"

/* The next call that was stopped. -ENOENT: it is gone. Blocks where none is
 * there, whatever O_NONBLOCK says: poll first. */
static inline int listener_receive(int fd, struct seccomp_notif *ret)
{
	memset(ret, 0, sizeof(*ret)); /* the kernel insists */
	return ioctl(fd, (int)SECCOMP_IOCTL_NOTIF_RECV, ret) < 0 ? -errno : 0;
}

static inline int listener_answer(int fd, struct seccomp_notif_resp answer)
{
	return ioctl(fd, (int)SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 ? -errno
								     : 0;
}

/* @code: positive errno. -ENOENT: who asked was killed while it waited. */
static inline int listener_refuse(int fd, uint64_t id, int code)
{
	return listener_answer(fd, (struct seccomp_notif_resp){
		.id = id, .error = -code });
}

/* Lets the call be carried out, by the kernel and with what its arguments
 * point to by then. -ENOENT: it is gone. */
static inline int listener_continue(int fd, uint64_t id)
{
	return listener_answer(fd, (struct seccomp_notif_resp){
		.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE });
}

/* Is it still the one that was stopped, so that its number was not another's? */
static inline bool listener_is_valid(int fd, uint64_t id)
{
	return ioctl(fd, (int)SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

/* The answer wakes the stopped at once, on our processor. From Linux 6.6 on; else
 * it is only slower. */
static inline void listener_wake_synchronously(int fd)
{
	(void)ioctl(fd, (int)SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

#endif
