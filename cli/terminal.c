/* Opens, enters, leaves and closes what lies between a box's terminal and ours. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "terminal_flow.h"

/* include/uapi/asm-generic/ioctls.h */
#ifndef TIOCGPTPEER /* Linux 4.13 */
#define TIOCGPTPEER 0x5441
#endif
#ifndef TIOCSIG
#define TIOCSIG 0x40045436
#endif

static bool is_kind(int fd, mode_t kind)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* A place of our own in what is shared with others, where there can be one. */
static int take(int fd, int flags)
{
	if (fcntl(fd, F_GETFD) < 0)
		return -1;
	if (isatty(fd) || is_kind(fd, S_IFIFO))
		return screen_copy(fd, flags);
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* Of the streams that the box's terminal stands in for, as fh_box_terminal() says. */
static int choose(struct terminal *ret)
{
	int screen = -1, shown = -1;

	for (int fd = STDERR_FILENO; fd >= STDIN_FILENO; fd--)
		if (isatty(fd))
			screen = fd;
	if (screen < 0) {
		ret->in = take(STDIN_FILENO, O_RDONLY);
		ret->out = take(STDOUT_FILENO, O_WRONLY);
		return 0;
	}
	for (int fd = STDERR_FILENO; fd > STDIN_FILENO; fd--)
		if (isatty(fd))
			shown = fd;
	ret->is_in_screen = true;
	ret->in = take(screen, O_RDWR);
	ret->out = take(shown < 0 ? screen : shown, O_WRONLY);
	return ret->in < 0 ? ret->in : ret->out;
}

/* In the background the keys are the shell's: it is only looked at whether there
 * are any, each time anew, because then it may be ours again. */
static int watch_from_away(struct terminal *ret)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	ret->away_fd = epoll_create1(EPOLL_CLOEXEC);
	if (ret->away_fd < 0 ||
	    epoll_ctl(ret->away_fd, EPOLL_CTL_ADD, ret->in, &event) < 0)
		return -errno;
	return 0;
}

static int prepare(struct terminal *ret)
{
	int r;

	ret->master = ret->slave = ret->in = ret->out = -1;
	ret->screen.fd = ret->away_fd = -1;
	r = choose(ret);
	if (r >= 0 && ret->is_in_screen)
		r = watch_from_away(ret);
	if (r < 0)
		return r;
	if (ret->is_in_screen)
		screen_begin(&ret->screen, ret->in);
	if (ret->out < 0)
		return 0;
	ret->is_out_socket = is_kind(ret->out, S_IFSOCK);
	ret->can_out_wait = !ret->is_out_socket &&
			    !is_kind(ret->out, S_IFREG) &&
			    !(fcntl(ret->out, F_GETFL) & O_NONBLOCK);
	return 0;
}

int terminal_new(struct terminal **ret, struct fh_error *err)
{
	struct terminal *terminal = calloc(1, sizeof(*terminal));
	int r = terminal ? prepare(terminal) : -ENOMEM;

	if (r < 0) {
		terminal_free(terminal);
		return error_set(err, FH_STAGE_PREPARE, r,
				 "take over the terminal");
	}
	*ret = terminal;
	return 0;
}

void terminal_begin(struct terminal *terminal, struct fh_box *box)
{
	const int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
	int master = fh_box_terminal(box);

	if (master < 0)
		return;
	fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
	terminal->master = master;
	terminal->slave = ioctl(master, TIOCGPTPEER, flags);
	terminal_enter(terminal);
}

void terminal_enter(struct terminal *terminal)
{
	if (terminal->master < 0)
		return;
	terminal->is_away = terminal->is_in_screen &&
			    !screen_is_ours(&terminal->screen);
	if (terminal->is_away)
		return;
	screen_enter(&terminal->screen);
	screen_copy_size(&terminal->screen, terminal->master);
}

void terminal_leave(struct terminal *terminal)
{
	flow_show(terminal);
	screen_leave(&terminal->screen);
}

bool terminal_signal(const struct terminal *terminal, int sig)
{
	return terminal->master >= 0 &&
	       ioctl(terminal->master, TIOCSIG, (long)sig) == 0;
}

static void let_go(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

void terminal_hang_up(struct terminal *terminal)
{
	let_go(&terminal->slave);
	let_go(&terminal->master);
	terminal->showing = terminal->typing = (struct flow){ 0 };
}

void terminal_drain(struct terminal *terminal)
{
	if (terminal->is_draining)
		return;
	terminal->is_draining = true;
	let_go(&terminal->slave);
	flow_show(terminal);
	if (!terminal_is_drained(terminal))
		screen_half_leave(&terminal->screen);
}

bool terminal_is_drained(const struct terminal *terminal)
{
	return terminal->master < 0 &&
	       terminal->showing.begin == terminal->showing.end;
}

void terminal_free(struct terminal *terminal)
{
	if (!terminal)
		return;
	screen_end(&terminal->screen);
	let_go(&terminal->master);
	let_go(&terminal->slave);
	let_go(&terminal->in);
	let_go(&terminal->out);
	let_go(&terminal->away_fd);
	free(terminal);
}
