/* Waits for a box in one event loop, and passes on the signals we get. */
#include "relay.h"

#include <fumehood/refusal.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"

int relay_open(struct fh_error *err)
{
	sigset_t all;
	int fd = -1;

	sigfillset(&all);
	if (sigprocmask(SIG_SETMASK, &all, NULL) == 0)
		fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_set(err, FH_STAGE_SUPERVISE, -errno, "watch signals") : fd;
}

/* Stopped by the terminal: stop the program, then ourselves, as a shell
 * expects; whoever continues us continues both. */
static void stop_with_program(struct fh_box *box)
{
	fh_kill(box, SIGTSTP, NULL);
	raise(SIGSTOP);
	fh_kill(box, SIGCONT, NULL);
}

static void pass_on(struct fh_box *box, const struct signalfd_siginfo *info,
		    bool has_own_session)
{
	switch (info->ssi_signo) {
	case SIGCHLD:
	case SIGPIPE:
		break;
	case SIGTSTP:
		if (has_own_session)
			stop_with_program(box);
		else /* the terminal stopped the program as well */
			raise(SIGSTOP);
		break;
	case SIGINT:
	case SIGQUIT:
		/* With the terminal shared, the program got it as well. */
		if (info->ssi_code > 0 && !has_own_session)
			break;
		/* fall through */
	default:
		fh_kill(box, (int)info->ssi_signo, NULL);
	}
}

static void read_signal(int signals, struct fh_box *box, bool has_own_session)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) == sizeof(info))
		pass_on(box, &info, has_own_session);
}

int relay_until_end(int signals, struct fh_box *box, bool has_own_session,
		    struct watch *watch, struct fh_result *ret, struct fh_error *err)
{
	struct pollfd watched[] = {
		{ .fd = fh_box_fd(box), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (!(watched[0].revents & POLLIN)) {
		/* Only a box that is explained has anything to follow. */
		fh_box_follow(box, NULL);
		if (poll(watched, 2, watch_wait_ms(watch)) > 0 &&
		    watched[1].revents)
			read_signal(signals, box, has_own_session);
		watch_turn(watch, box);
	}
	return fh_wait(box, -1, ret, err);
}
