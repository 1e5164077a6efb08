/* Waits for a box in one event loop, and passes on the signals we get. */
#include "relay.h"

#include <fumehood/refusal.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "terminal.h"

/*
 * Who stops and who continues:
 *
 *   own pty    ^Z is a byte; the program stops, init tells; we leave the terminal and
 *              stop our whole job, as the key would have; continued, we take it back
 *   none       ^Z is a signal to us: we stop the program, then ourselves
 *   inherit    ^Z is a signal to both
 */

#define TWICE_WITHIN_MS 1000

int relay_open(struct fh_error *err)
{
	sigset_t all;
	int fd = -1;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) == 0)
		fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_set(err, FH_STAGE_SUPERVISE, -errno, "watch signals") : fd;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* By the signal that job control uses, so that a process group which no shell looks
 * after is not stopped for ever; it then goes on at once.
 * @whom: 0 for all of our job, as the key does it */
static void stop(pid_t whom)
{
	const struct timespec at_once = { 0 };
	sigset_t stopping, continuing;

	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTSTP);
	sigemptyset(&continuing);
	sigaddset(&continuing, SIGCONT);
	kill(whom, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stopping, NULL); /* here we stop */
	sigprocmask(SIG_BLOCK, &stopping, NULL);
	sigtimedwait(&continuing, NULL, &at_once);
}

/* Stopped by the terminal: stop the program, then ourselves, as a shell
 * expects; whoever continues us continues both. */
static void stop_with_program(const struct relay *relay)
{
	fh_kill(relay->box, SIGTSTP, NULL);
	stop(getpid());
	fh_kill(relay->box, SIGCONT, NULL);
}

/* The program has been stopped at its own terminal: so are we at ours. */
static void stop_after_program(const struct relay *relay)
{
	bool is_ours = !relay->terminal->is_away;

	terminal_leave(relay->terminal);
	stop(is_ours ? 0 : getpid());
	terminal_enter(relay->terminal);
	fh_kill(relay->box, SIGCONT, NULL);
}

static void end_box(struct relay *relay)
{
	relay->is_ended_by_user = true;
	fh_kill(relay->box, SIGKILL, NULL);
}

/* Who presses ^C again wants no more of it, whatever the program makes of that. */
static void interrupt(struct relay *relay)
{
	uint64_t now = now_ms();

	if (relay->interrupted_ms &&
	    now - relay->interrupted_ms <= TWICE_WITHIN_MS)
		end_box(relay);
	else
		fh_kill(relay->box, SIGINT, NULL);
	relay->interrupted_ms = now;
}

/* From the keyboard, or the kernel in its place. */
static void pass_on_key(struct relay *relay, int sig)
{
	if (relay->terminal) { /* not yet raw, or not any more */
		if (!terminal_signal(relay->terminal, sig))
			fh_kill(relay->box, sig, NULL);
	} else if (sig == SIGTSTP && relay->has_own_session) {
		stop_with_program(relay);
	} else if (sig == SIGTSTP) {
		stop(getpid()); /* the terminal stopped the program as well */
	} else if (sig == SIGINT && relay->has_own_session) {
		interrupt(relay);
	} else if (relay->has_own_session) {
		fh_kill(relay->box, sig, NULL);
	}
}

static void continue_program(const struct relay *relay)
{
	if (relay->terminal)
		terminal_enter(relay->terminal);
	fh_kill(relay->box, SIGCONT, NULL);
}

static void hang_up(const struct relay *relay)
{
	fh_kill(relay->box, SIGHUP, NULL);
	if (relay->terminal && screen_is_gone(&relay->terminal->screen))
		terminal_hang_up(relay->terminal);
}

static void pass_on(struct relay *relay, const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;
	bool is_key = info->ssi_code > 0;

	switch (sig) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGTTIN:
	case SIGTTOU:
		break;
	case SIGWINCH:
		if (relay->terminal)
			terminal_enter(relay->terminal);
		else
			fh_kill(relay->box, sig, NULL);
		break;
	case SIGCONT:
		continue_program(relay);
		break;
	case SIGHUP:
		hang_up(relay);
		break;
	case SIGINT:
	case SIGQUIT:
		if (is_key)
			pass_on_key(relay, sig);
		else
			fh_kill(relay->box, sig, NULL);
		break;
	case SIGTSTP:
		if (is_key || !relay->terminal)
			pass_on_key(relay, sig);
		else
			fh_kill(relay->box, sig, NULL);
		break;
	default:
		fh_kill(relay->box, sig, NULL);
	}
}

/* While only the rest of the output is awaited there is nobody to pass them on to. */
static bool ends_us(int sig)
{
	return sig == SIGINT || sig == SIGTERM || sig == SIGHUP ||
	       sig == SIGQUIT;
}

static void read_signal(struct relay *relay)
{
	struct signalfd_siginfo info;

	if (read(relay->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (relay->terminal && relay->terminal->is_draining &&
	    ends_us((int)info.ssi_signo))
		relay->is_abandoned = true;
	else
		pass_on(relay, &info);
}

/* What came of it in the end counts: it may have been continued already. */
static void read_events(struct relay *relay)
{
	int event, last = 0;

	while ((event = fh_box_event(relay->box)) > 0) {
		watch_event(relay->watch, event);
		last = event;
	}
	if (last == FH_EVENT_STOPPED && relay->terminal)
		stop_after_program(relay);
}

enum { BOX, SIGNALS, EVENTS, TERMINAL, WATCHED = TERMINAL + TERMINAL_FDS };

static void watch(const struct relay *relay, bool has_ended,
		  struct pollfd ret[WATCHED])
{
	ret[BOX] = (struct pollfd){ .fd = has_ended ? -1 : fh_box_fd(relay->box),
				    .events = POLLIN };
	ret[SIGNALS] = (struct pollfd){ .fd = relay->signals,
					.events = POLLIN };
	ret[EVENTS] = (struct pollfd){
		.fd = has_ended ? -1 : fh_box_event_fd(relay->box),
		.events = POLLIN };
	for (int i = 0; i < TERMINAL_FDS; i++)
		ret[TERMINAL + i].fd = -1;
	if (relay->terminal)
		terminal_watch(relay->terminal, ret + TERMINAL);
}

static int wait_ms(const struct relay *relay)
{
	/* There is progress only where the program has no terminal of its own. */
	return relay->terminal ? terminal_wait_ms(relay->terminal)
			       : watch_wait_ms(relay->watch);
}

/* Return: is the box, and what it printed, at an end? */
static bool turn(struct relay *relay, bool *has_ended)
{
	struct pollfd watched[WATCHED];

	watch(relay, *has_ended, watched);
	if (poll(watched, WATCHED, wait_ms(relay)) < 0)
		return false;
	watch_turn(relay->watch, relay->box);
	if (watched[SIGNALS].revents)
		read_signal(relay);
	if (watched[BOX].revents)
		*has_ended = true;
	else if (watched[EVENTS].revents)
		read_events(relay);
	if (!relay->terminal)
		return *has_ended;
	terminal_turn(relay->terminal, watched + TERMINAL);
	if (relay->terminal->is_escaped && !relay->is_ended_by_user)
		end_box(relay);
	if (*has_ended)
		terminal_drain(relay->terminal);
	return *has_ended && (terminal_is_drained(relay->terminal) ||
			      relay->is_abandoned);
}

int relay_until_end(struct relay *relay, struct fh_result *ret,
		    struct fh_error *err)
{
	bool has_ended = false;
	int r;

	if (relay->terminal)
		terminal_begin(relay->terminal, relay->box);
	do {
		/* Only a box that is explained has anything to follow. */
		fh_box_follow(relay->box, NULL);
	} while (!turn(relay, &has_ended));
	r = fh_wait(relay->box, -1, ret, err);
	if (r == 0 && relay->is_ended_by_user && ret->reason == FH_END_KILLED)
		ret->exit_code = FH_EXIT_SIGNAL_BASE + SIGINT;
	return r;
}
