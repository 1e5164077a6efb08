/* Moves what is typed and what is shown, as far as that needs no waiting. */
#include "terminal_flow.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ESCAPE 0x1d /* ^] */
#define ESCAPES 3
#define ROOM 256 /* is at least there when poll(2) says that there is some */
#define LOOKS 50
#define LOOK_MS 100
#define TOLD_MAX 8
#define ROUNDS 16 /* before signals are looked at again */
#define ESCAPE_WITHIN_MS 1000

static bool is_empty(const struct flow *flow)
{
	return flow->begin == flow->end;
}

static bool would_wait(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Return: may there be more? */
static bool read_shown(struct terminal *t)
{
	ssize_t n;

	if (is_empty(&t->showing))
		t->showing = (struct flow){ 0 };
	if (t->master < 0 || t->showing.end == sizeof(t->shown))
		return false;
	n = read(t->master, t->shown + t->showing.end,
		 sizeof(t->shown) - t->showing.end);
	if (would_wait(n))
		return false;
	if (n <= 0) { /* nobody has the other end open, and never will */
		close(t->master);
		t->master = -1;
		return false;
	}
	t->showing.end += (size_t)n;
	t->n_looks = 0;
	t->has_printed = true;
	return true;
}

static ssize_t write_out(const struct terminal *t, const char *data, size_t n)
{
	struct pollfd out = { .fd = t->out, .events = POLLOUT };

	if (t->is_out_socket)
		return send(t->out, data, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!t->can_out_wait)
		return write(t->out, data, n);
	if (poll(&out, 1, 0) == 1)
		return write(t->out, data, n < ROOM ? n : ROOM);
	errno = EAGAIN;
	return -1;
}

/* Where nobody takes it any more the program's terminal hangs up, as when one is
 * closed that it shows a window in. Return: has all been taken? */
static bool write_shown(struct terminal *t)
{
	while (!is_empty(&t->showing)) {
		ssize_t n = t->out < 0
				    ? (ssize_t)(t->showing.end - t->showing.begin)
				    : write_out(t, t->shown + t->showing.begin,
						t->showing.end - t->showing.begin);

		if (would_wait(n))
			return false;
		if (n < 0) {
			terminal_hang_up(t);
			return false;
		}
		t->showing.begin += (size_t)n;
	}
	return true;
}

void flow_show(struct terminal *t)
{
	for (int round = 0; round < ROUNDS; round++) {
		while (read_shown(t))
			;
		if (is_empty(&t->showing) || !write_shown(t))
			return;
	}
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The keys are the program's all the same. */
static void count_escapes(struct terminal *t, const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] != ESCAPE) {
			t->n_escapes = 0;
			continue;
		}
		if (!t->n_escapes ||
		    now_ms() - t->first_escape_ms > ESCAPE_WITHIN_MS) {
			t->n_escapes = 0;
			t->first_escape_ms = now_ms();
		}
		t->is_escaped |= ++t->n_escapes >= ESCAPES;
	}
}

static void end_input(struct terminal *t)
{
	close(t->in);
	t->in = -1;
	t->owes_end = true;
}

static void read_typed(struct terminal *t)
{
	ssize_t n = read(t->in, t->typed + t->typing.end,
			 sizeof(t->typed) - t->typing.end);

	if (would_wait(n))
		return;
	if (n > 0) {
		if (t->is_in_screen)
			count_escapes(t, t->typed + t->typing.end, (size_t)n);
		t->typing.end += (size_t)n;
	} else if (!t->is_in_screen) {
		end_input(t);
	} else if (screen_is_ours(&t->screen) || screen_is_gone(&t->screen)) {
		terminal_hang_up(t);
	} else { /* somebody else has got the foreground meanwhile */
		t->is_away = true;
	}
}

static void write_typed(struct terminal *t)
{
	ssize_t n;

	if (is_empty(&t->typing) || t->master < 0)
		return;
	n = write(t->master, t->typed + t->typing.begin,
		  t->typing.end - t->typing.begin);
	if (n > 0) {
		t->typing.begin += (size_t)n;
		t->last_typed = t->typed[t->typing.begin - 1];
	}
	if (is_empty(&t->typing))
		t->typing = (struct flow){ 0 };
}

/*
 * The key for the end of input, as script(1) types it: twice where a line has been
 * begun, for the first one only ends that. A program that edits lines by itself, such
 * as a shell, takes the key too, but only when it has read what came before; one that
 * takes each byte as it is gets none. Once is not enough where several read, one after
 * the other, or where the modes have changed before it was seen.
 */
static bool can_tell_end(const struct terminal *t, const struct termios *modes)
{
	bool is_lines = modes->c_lflag & ICANON;
	int unread = 0;

	if (!(modes->c_lflag & (ICANON | ISIG)) ||
	    t->n_told[is_lines] == TOLD_MAX ||
	    (!is_lines && t->n_told[0] && !t->has_printed))
		return false;
	ioctl(t->slave, FIONREAD, &unread);
	return !unread || (is_lines && !t->n_told[1]);
}

static void tell_end(struct terminal *t)
{
	bool is_in_line = t->last_typed && t->last_typed != '\n', is_lines;
	struct termios modes;

	if (!t->owes_end || !is_empty(&t->typing) || t->slave < 0 ||
	    tcgetattr(t->slave, &modes) < 0)
		return;
	t->n_looks++;
	if (!can_tell_end(t, &modes))
		return;
	is_lines = modes.c_lflag & ICANON;
	t->n_told[is_lines]++;
	t->has_printed = false;
	memset(t->typed, modes.c_cc[VEOF], 2);
	t->typing = (struct flow){ 0, is_lines && is_in_line ? 2 : 1 };
	t->last_typed = '\n';
	write_typed(t);
}

/* Nobody tells us when the program has read, or has changed the modes: for a while after
 * it printed something it is looked at. */
int terminal_wait_ms(const struct terminal *t)
{
	return t->owes_end && t->slave >= 0 && t->n_looks < LOOKS ? LOOK_MS
								  : -1;
}

void terminal_watch(const struct terminal *t, struct pollfd ret[TERMINAL_FDS])
{
	bool can_show = t->showing.end < sizeof(t->shown);
	bool can_type = t->master >= 0 && !t->is_draining && !t->is_away &&
			t->typing.end < sizeof(t->typed);
	short master = (short)((can_show ? POLLIN : 0) |
			       (is_empty(&t->typing) ? 0 : POLLOUT));

	ret[TERMINAL_MASTER] = (struct pollfd){ .fd = master ? t->master : -1,
						.events = master };
	ret[TERMINAL_IN] = (struct pollfd){ .fd = can_type ? t->in : -1,
					    .events = POLLIN };
	ret[TERMINAL_OUT] = (struct pollfd){
		.fd = is_empty(&t->showing) ? -1 : t->out, .events = POLLOUT };
	ret[TERMINAL_AWAY] = (struct pollfd){
		.fd = t->is_away && t->master >= 0 ? t->away_fd : -1,
		.events = POLLIN };
}

/* Is it ours again? A shell tells its jobs only if they were stopped. */
static void look_from_away(struct terminal *t)
{
	struct epoll_event event;

	epoll_wait(t->away_fd, &event, 1, 0);
	if (screen_is_gone(&t->screen))
		terminal_hang_up(t);
	else
		terminal_enter(t);
}

void terminal_turn(struct terminal *t, const struct pollfd fds[TERMINAL_FDS])
{
	if (t->is_away)
		look_from_away(t);
	if (fds[TERMINAL_IN].revents && t->in >= 0 && t->master >= 0)
		read_typed(t);
	write_typed(t);
	if (fds[TERMINAL_MASTER].revents || fds[TERMINAL_OUT].revents)
		flow_show(t);
	tell_end(t);
}
