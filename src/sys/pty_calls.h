/* Pseudo-terminals by system calls alone; safe between clone and exec. */
#ifndef FH_SYS_PTY_CALLS_H
#define FH_SYS_PTY_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* include/uapi/asm-generic/ioctls.h, the same on both architectures. The other end by
 * descriptor, not by a name that somebody else may have covered: Linux 4.13. */
#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* struct termios of the kernel, not of a libc, with room for a longer one. */
struct pty_modes {
	unsigned char bytes[64];
};

/* Both ends, close-on-exec, nobody's controlling terminal.
 * @ptmx: whose instance of devpts it comes from. Return: 0 or a negative errno */
static inline int pty_open(const char *ptmx, int *ret_master, int *ret_slave)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
	int unlocked = 0, code;
	int master = open(ptmx, flags);
	int slave = -1;

	if (master < 0)
		return -errno;
	if (ioctl(master, TIOCSPTLCK, &unlocked) == 0)
		slave = ioctl(master, TIOCGPTPEER, flags);
	if (slave < 0) {
		code = -errno;
		close(master);
		return code;
	}
	*ret_master = master;
	*ret_slave = slave;
	return 0;
}

/* Makes a terminal start as another one is: its size, and with has_modes its modes,
 * such as the erase key. */
static inline void pty_resemble(int slave, int model, int has_modes)
{
	struct pty_modes modes;
	struct winsize size;

	if (has_modes && ioctl(model, TCGETS, &modes) == 0)
		ioctl(slave, TCSETS, &modes);
	if (ioctl(model, TIOCGWINSZ, &size) == 0)
		ioctl(slave, TIOCSWINSZ, &size);
}

static inline int pty_is_terminal(int fd)
{
	struct pty_modes modes;

	return ioctl(fd, TCGETS, &modes) == 0;
}

#endif
