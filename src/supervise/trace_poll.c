/* Waits for descriptors and for the stops of a traced box at once. */
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "supervise/trace.h"
#include "sys/process.h"

/*
 * No descriptor tells of a stop, and a handler is not ours to install. SIGCHLD
 * can be read from a signalfd while it is blocked, even if it would be ignored
 * otherwise; but another thread that does not block it may get it first, and a
 * caller may have asked for none of children that stop. So we look by ourselves as
 * well: soon after the last stop, for the next is most likely near, later less.
 */
#define FIRST_NAP_NS 50000L
#define LAST_NAP_NS 4000000L

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int nap(struct pollfd *fds, nfds_t n, int64_t nap_ns)
{
	struct timespec time = { .tv_nsec = (long)nap_ns };
	int r = ppoll(fds, n, &time, NULL);

	return r < 0 && errno != EINTR ? -errno : r < 0 ? 0 : r;
}

/* Return: the descriptors that are ready, not counting the last; or as poll */
static int poll_once(struct trace *trace, struct pollfd *fds, nfds_t n,
		     int64_t *nap_ns, bool *has_read)
{
	struct signalfd_siginfo info;
	bool was_signalled;
	int r;

	if (trace_follow(trace))
		*nap_ns = FIRST_NAP_NS;
	r = nap(fds, n + 1, *nap_ns);
	if (r < 0)
		return r;
	if (*nap_ns < LAST_NAP_NS)
		*nap_ns *= 2;
	was_signalled = fds[n].revents & POLLIN;
	if (was_signalled && read(fds[n].fd, &info, sizeof(info)) > 0)
		*has_read = true;
	return r - was_signalled;
}

static int poll_until(struct trace *trace, struct pollfd *fds, nfds_t n,
		      int timeout_ms, bool *has_read)
{
	int64_t nap_ns = FIRST_NAP_NS;
	int64_t deadline = timeout_ms < 0 ? INT64_MAX
			 : now_ns() + (int64_t)timeout_ms * 1000000;
	int r;

	do {
		r = poll_once(trace, fds, n, &nap_ns, has_read);
	} while (r == 0 && now_ns() < deadline);
	return r;
}

int trace_poll(struct trace *trace, struct pollfd *fds, nfds_t n,
	       int timeout_ms)
{
	const uint64_t child = UINT64_C(1) << (SIGCHLD - 1);
	bool has_read = false;
	uint64_t before;
	int r = process_block_signal(SIGCHLD, &before);

	if (r < 0)
		return r;
	/* Without one the naps alone must do. */
	fds[n].fd = (int)syscall(SYS_signalfd4, -1, &child, sizeof(child),
				 SFD_NONBLOCK | SFD_CLOEXEC);
	fds[n].events = POLLIN;
	fds[n].revents = 0;
	r = poll_until(trace, fds, n, timeout_ms, &has_read);
	if (fds[n].fd >= 0)
		close(fds[n].fd);
	if (has_read)
		kill(getpid(), SIGCHLD);
	process_restore_signals(before);
	return r;
}
