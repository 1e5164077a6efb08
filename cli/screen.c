/* Puts the terminal that we were started at into raw mode, and back on every way out. */
#include "screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* For exit(3), which knows nothing of those who call it. */
static struct screen *left_at_exit;

static void leave_at_exit(void)
{
	if (left_at_exit)
		screen_leave(left_at_exit);
}

int screen_copy(int fd, int flags)
{
	char path[40];
	int copy;

	/* By this name it may be opened whoever owns it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	copy = open(isatty(fd) && tcgetpgrp(fd) >= 0 ? "/dev/tty" : path,
		    flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (copy < 0)
		copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return copy < 0 ? -errno : copy;
}

void screen_begin(struct screen *screen, int fd)
{
	screen->fd = fd;
	left_at_exit = screen;
	atexit(leave_at_exit);
}

bool screen_is_ours(const struct screen *screen)
{
	pid_t group = tcgetpgrp(screen->fd);

	/* One that is not our controlling terminal has no groups to go by. */
	return group < 0 || group == getpgrp();
}

bool screen_is_gone(const struct screen *screen)
{
	struct pollfd line = { .fd = screen->fd };

	return screen->fd >= 0 && poll(&line, 1, 0) == 1 &&
	       line.revents & (POLLHUP | POLLERR);
}

void screen_enter(struct screen *screen)
{
	struct termios now, raw;

	if (screen->fd < 0 || !screen_is_ours(screen) ||
	    tcgetattr(screen->fd, &now) < 0)
		return;
	raw = now;
	cfmakeraw(&raw);
	/* A shell that stopped us by force has changed it meanwhile. */
	if (screen->is_raw && memcmp(&raw, &now, sizeof(raw)) == 0)
		return;
	screen->before = now;
	screen->is_raw = tcsetattr(screen->fd, TCSANOW, &raw) == 0;
}

void screen_half_leave(struct screen *screen)
{
	struct termios half = screen->before;

	if (screen->fd < 0 || !screen->is_raw || !screen_is_ours(screen))
		return;
	half.c_oflag &= ~(tcflag_t)OPOST;
	tcsetattr(screen->fd, TCSANOW, &half);
}

void screen_leave(struct screen *screen)
{
	if (screen->fd < 0 || !screen->is_raw)
		return;
	screen->is_raw = false;
	/* In the background it is as the shell wants it. Never waiting for what
	 * is still to be shown: who looks at it may have stopped it. */
	if (screen_is_ours(screen))
		tcsetattr(screen->fd, TCSANOW, &screen->before);
}

void screen_end(struct screen *screen)
{
	screen_leave(screen);
	screen->fd = -1;
	if (left_at_exit == screen)
		left_at_exit = NULL;
}

void screen_copy_size(const struct screen *screen, int master)
{
	struct winsize size;

	if (screen->fd >= 0 && ioctl(screen->fd, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}
