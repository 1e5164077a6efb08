/* Whether a pid namespace has a kernel.pid_max of its own. */
#ifndef FH_SYS_PID_MAX_H
#define FH_SYS_PID_MAX_H

#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* RESERVED_PIDS, kernel/pid.c: numbers below are given once only. */
#define PID_RESERVED 300
#define PID_RESERVED_TEXT "300"

/*
 * Before Linux 6.14 the file in /proc of any namespace is the machine's, and root is let
 * write it from inside a box: so nobody may try. A number that is not wholly understood
 * counts as an old one. Nothing but a system call: for use between clone and exec as well.
 */
static inline bool pid_max_is_own(void)
{
	struct utsname name;
	const char *at = name.release;
	unsigned int version[2] = { 0, 0 };

	if (syscall(SYS_uname, &name) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		while (*at >= '0' && *at <= '9' && version[i] < 1000)
			version[i] = version[i] * 10 +
				     (unsigned int)(*at++ - '0');
		if (i == 0 && *at++ != '.')
			return false;
	}
	return version[0] > 6 || (version[0] == 6 && version[1] >= 14);
}

#endif
