/* Waits for a child by its pidfd, whatever signal it sends at its end. */
#ifndef FH_BROKER_ROLE_WAIT_H
#define FH_BROKER_ROLE_WAIT_H

#include <errno.h>
#include <sys/wait.h>

#define ROLE_P_PIDFD 3 /* P_PIDFD of include/uapi/linux/wait.h: Linux 5.4 */

/* Return: 0 or a negative errno; with WNOHANG ret->si_pid is 0 while it runs */
static inline int role_waitid(int pidfd, siginfo_t *ret, int options)
{
	int r;

	ret->si_pid = 0;
	do {
		r = waitid((idtype_t)ROLE_P_PIDFD, (id_t)pidfd, ret,
			   options | __WALL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* As waitpid(2) has it. */
static inline int role_status(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return (info->si_status & 0x7f) |
	       (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

#endif
