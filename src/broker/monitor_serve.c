/* The monitor's loop: waits, reads, answers, until the worker has ended. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "broker/monitor_state.h"
#include "broker/packet.h"
#include "broker/role_wait.h"
#include "sys/process.h"

/* Where each of them stands in what is polled; connections come after. */
enum watched {
	WATCH_WORKER,
	WATCH_END,
	WATCH_SIGNALS,
	WATCH_HELPERS,
	WATCH_LATER = WATCH_HELPERS + N_HELPERS,
	N_WATCHED = WATCH_LATER + FH_BROKER_PENDING_MAX,
};

struct serving {
	struct monitor *m;
	const struct monitor_ends *ends;
	int worker;	    /* its socket; -1 once it is closed */
	size_t answer_size; /* of an answer that the worker does not take yet */
	int answer_fd;
	const char *why; /* it misbehaved */
	struct pollfd watched[N_WATCHED];
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* --- answers -------------------------------------------------------------- */

static void forget_answer(struct serving *s)
{
	uint8_t *answer = s->m->answer;

	if (s->answer_size > WIRE_HEADER_SIZE)
		explicit_bzero(answer + WIRE_HEADER_SIZE,
			       s->answer_size - WIRE_HEADER_SIZE);
	s->answer_size = 0;
	cleanup_close(&s->answer_fd);
	s->answer_fd = -1;
}

static void misbehaved(struct serving *s, const char *why)
{
	s->why = why;
}

/* The kernel does not take it: too many descriptors are under way, or it has no
 * room for so much. This is told in its stead. */
static void replace_answer(struct serving *s, int code)
{
	struct wire_header header;

	if (wire_take_header(s->m->answer, s->answer_size, &header, NULL) < 0)
		return;
	forget_answer(s);
	s->m->n_refused += header.status == 0;
	s->answer_size = (size_t)wire_put_answer(s->m->answer, header.id, code,
						 NULL, 0, 0);
}

static int try_to_send(const struct serving *s)
{
	return s->worker < 0 ? -EPIPE
			     : packet_send(s->worker, s->m->answer,
					   s->answer_size, s->answer_fd);
}

static bool is_for_good(int code)
{
	return code < 0 && code != -EAGAIN && code != -EPIPE;
}

/* An answer that cannot be sent now is kept, and nothing is read meanwhile; one
 * that never can would be tried for ever. */
static void send_answer(struct serving *s)
{
	int r = try_to_send(s);

	if (is_for_good(r)) {
		replace_answer(s, r);
		r = try_to_send(s);
	}
	if (is_for_good(r))
		misbehaved(s, "could not be answered");
	if (r == -EPIPE)
		s->worker = -1;
	if (r == 0 || s->worker < 0)
		forget_answer(s);
}

static void send_later(struct serving *s, uint64_t now_us)
{
	while (!s->answer_size) {
		int size = later_next(s->m, now_us, s->m->answer,
				      &s->answer_fd);

		if (size <= 0)
			return;
		s->answer_size = (size_t)size;
		send_answer(s);
	}
}

/* --- what comes in -------------------------------------------------------- */

static void read_worker(struct serving *s, uint64_t now_us)
{
	size_t size = 0;
	int r = packet_receive(s->worker, s->m->message, sizeof(s->m->message),
			       &size, NULL);

	if (r == -EAGAIN || r == -EINTR)
		return;
	if (r == -EBADMSG)
		return misbehaved(s, "sent a descriptor");
	if (r == -EMSGSIZE)
		return misbehaved(s, "sent a message that is none: too long");
	if (r < 0 || size == 0) {
		s->worker = -1; /* its end is another matter */
		return;
	}
	r = monitor_dispatch(s->m, s->m->message, size, now_us, s->m->answer,
			     &s->answer_fd, &s->why);
	if (r <= 0)
		return;
	s->answer_size = (size_t)r;
	send_answer(s);
}

static void read_helper(struct serving *s, enum helper_kind helper,
			uint64_t now_us)
{
	static const char *const names[N_HELPERS] = { "authenticator",
						      "resolver" };
	struct monitor *m = s->m;
	size_t size = 0;
	int r = packet_receive(m->helper_sockets[helper], m->message,
			       sizeof(m->message), &size, NULL);

	if (r == -EAGAIN || r == -EINTR)
		return;
	if (r == 0 && size)
		return later_take(m, helper, m->message, size, now_us);
	monitor_tell(m, "the %s is no more", names[helper]);
	m->helper_sockets[helper] = -1;
	later_take(m, helper, NULL, 0, now_us);
}

/* The terminal sends these to the whole process group, the worker's as well. */
static bool has_worker_got_it(const struct signalfd_siginfo *info)
{
	return info->ssi_code > 0 && (info->ssi_signo == SIGINT ||
				      info->ssi_signo == SIGQUIT ||
				      info->ssi_signo == SIGWINCH);
}

static void pass_signal(const struct serving *s)
{
	struct signalfd_siginfo info;

	if (read(s->ends->signal_fd, &info, sizeof(info)) == sizeof(info) &&
	    !has_worker_got_it(&info))
		process_signal(s->ends->worker_pidfd, (int)info.ssi_signo);
}

/* --- the loop ------------------------------------------------------------- */

static void watch(struct serving *s, enum watched at, int fd, short events)
{
	s->watched[at] = (struct pollfd){ .fd = fd, .events = events };
}

static nfds_t watch_all(struct serving *s)
{
	nfds_t n = WATCH_LATER;

	watch(s, WATCH_WORKER, s->worker, s->answer_size ? POLLOUT : POLLIN);
	watch(s, WATCH_END, s->ends->worker_pidfd, POLLIN);
	watch(s, WATCH_SIGNALS, s->ends->signal_fd, POLLIN);
	for (size_t i = 0; i < N_HELPERS; i++)
		watch(s, WATCH_HELPERS + (enum watched)i,
		      s->m->helper_sockets[i], POLLIN);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		if (s->m->later[i].state == LATER_CONNECTING)
			watch(s, (enum watched)n++, s->m->later[i].fd, POLLOUT);
	return n;
}

/* What is due cannot be sent while the worker takes nothing. */
static int wait_for_any(struct serving *s, nfds_t n)
{
	uint64_t when = s->answer_size ? UINT64_MAX : later_when(s->m);
	uint64_t at = when == UINT64_MAX ? 0 : now();
	uint64_t wait_us = when > at ? when - at : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(wait_us / 1000000),
		.tv_nsec = (long)(wait_us % 1000000) * 1000,
	};

	return ppoll(s->watched, n, when == UINT64_MAX ? NULL : &timeout, NULL);
}

static void look_at_connections(struct serving *s, uint64_t now_us)
{
	size_t n = WATCH_LATER;

	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		if (s->m->later[i].state == LATER_CONNECTING &&
		    s->watched[n++].revents)
			later_look(&s->m->later[i], now_us);
}

static void take_turn(struct serving *s)
{
	uint64_t now_us = now();

	if (s->watched[WATCH_SIGNALS].revents)
		pass_signal(s);
	for (size_t i = 0; i < N_HELPERS; i++)
		if (s->watched[WATCH_HELPERS + i].revents)
			read_helper(s, (enum helper_kind)i, now_us);
	look_at_connections(s, now_us);
	later_expire(s->m, now_us);
	if (s->answer_size && s->watched[WATCH_WORKER].revents)
		send_answer(s);
	else if (!s->answer_size && s->watched[WATCH_WORKER].revents)
		read_worker(s, now_us);
	send_later(s, now_us);
}

static void tell_end(struct serving *s, const siginfo_t *info,
		     struct fh_broker_result *ret)
{
	int status = role_status(info);
	bool has_exited = WIFEXITED(status);

	*ret = (struct fh_broker_result){
		.reason = has_exited ? FH_BROKER_EXITED : FH_BROKER_SIGNALED,
		.status = status,
		.exit_code = has_exited ? WEXITSTATUS(status)
					: 128 + WTERMSIG(status),
		.requests = s->m->n_answered,
		.refused = s->m->n_refused,
	};
	if (s->why)
		ret->reason = FH_BROKER_MISBEHAVED;
	if (s->why)
		snprintf(ret->text, sizeof(ret->text), "%s", s->why);
	else if (has_exited)
		snprintf(ret->text, sizeof(ret->text), "exited with status %d",
			 WEXITSTATUS(status));
	else
		snprintf(ret->text, sizeof(ret->text), "ended by signal %d",
			 WTERMSIG(status));
}

int monitor_serve(struct monitor *m, const struct monitor_ends *ends,
		  struct fh_broker_result *ret, struct fh_error *err)
{
	struct serving s = { .m = m, .ends = ends, .answer_fd = -1,
			     .worker = ends->worker_socket };
	siginfo_t info;
	int failure = 0, r;

	m->log = ends->log;
	memcpy(m->helper_sockets, ends->helper_sockets,
	       sizeof(m->helper_sockets));
	while (!s.why && !failure) {
		int n = wait_for_any(&s, watch_all(&s));

		if (n < 0 && errno != EINTR)
			failure = -errno;
		if (n > 0 && s.watched[WATCH_END].revents)
			break;
		if (n >= 0)
			take_turn(&s);
	}
	forget_answer(&s);
	if (s.why || failure)
		process_signal(ends->worker_pidfd, SIGKILL);
	r = role_waitid(ends->worker_pidfd, &info, WEXITED);
	r = failure ? failure : r;
	if (r < 0)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "await the worker: %s", strerror(-r));
	tell_end(&s, &info, ret);
	return 0;
}
