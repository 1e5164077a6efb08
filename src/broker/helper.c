/* A helper of the monitor's: takes requests, has each answered by a process of
 * its own. */
#include "broker/helper.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/error.h"
#include "base/scratch.h"
#include "broker/helper_work.h"
#include "broker/packet.h"
#include "broker/role_fence.h"
#include "broker/wire.h"
#include "policy/policy.h"
#include "probe/kernel.h"
#include "sys/process.h"

struct helper {
	const struct helper_work *work;
	const struct fh_broker *broker;
	void *means;
	int socket;
	uint32_t limit_ms;
	struct attempt_list attempts;
	uint8_t message[WIRE_MESSAGE_MAX]; /* wiped whenever it was used */
	uint8_t answer[WIRE_MESSAGE_MAX];
	struct wire_request request;
};

static const struct helper_work *const works[N_HELPERS] = {
	[HELPER_AUTHENTICATOR] = &helper_authenticator,
	[HELPER_RESOLVER] = &helper_resolver,
};

enum helper_kind helper_for(enum fh_broker_kind kind)
{
	for (int i = 0; i < N_HELPERS; i++)
		if (works[i]->answers == kind)
			return (enum helper_kind)i;
	return N_HELPERS;
}

static uint64_t now_ms(void)
{
	return (uint64_t)deadline_clock_ms();
}

/* Whoever parses what is hostile must not live on after its parent, nor be
 * looked into. */
static int shut(struct fh_error *err)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return error_set(err, FH_STAGE_APPLY, -errno,
				 "protect a helper of the monitor: %s",
				 strerror(errno));
	return 0;
}

/* What main() has set up before the split is not for modules: handlers, which
 * may ignore SIGCHLD, and the terminal. Signals for the whole group are for the
 * monitor to act on: it lets go of its helpers. */
static void detach(void)
{
	uint64_t before;

	process_block_signals(&before);
	for (int sig = 1; sig <= PROCESS_SIGNALS; sig++)
		process_default_signal(sig);
	setsid();
	umask(022);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/* As every role, with what changing ids undoes done again. */
static int fence(enum helper_kind kind, const struct fh_broker *broker,
		 const struct fh_log *log, struct fh_error *err)
{
	struct fh_policy *policy = NULL;
	struct fh_kernel kernel;
	int r;

	kernel_probe_quick(&kernel);
	r = helper_policy(kind, broker, &kernel, &policy, err);
	if (r == 0)
		r = role_fence(policy, &kernel, getppid(), log, err);
	policy_free(policy);
	return r;
}

/* No module writes where the program's own output goes. */
static int silence(int null_fd, struct fh_error *err)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null_fd, fd) < 0)
			return error_set(err, FH_STAGE_APPLY, -errno,
					 "open /dev/null for a helper");
	return 0;
}

/* The fences, and the word of it. */
static void stand(struct helper *helper, enum helper_kind kind,
		  const struct fh_log *log)
{
	autoclose int null_fd = fd_raise(open("/dev/null", O_RDWR | O_CLOEXEC));
	struct fh_error err = { 0 };
	int r = shut(&err), size;

	detach();
	if (r == 0)
		r = helper->work->prepare(helper->broker, &helper->means, &err);
	if (r == 0)
		r = fence(kind, helper->broker, log, &err);
	if (r == 0)
		r = silence(null_fd, &err);
	size = r == 0 ? wire_put_plain(helper->answer, WIRE_STANDING, 0) :
			wire_put_failure(helper->answer, &err);
	if (size < 0 || packet_send(helper->socket, helper->answer,
				    (size_t)size, -1) < 0)
		r = -EPIPE;
	if (r < 0)
		_exit(EXIT_FAILURE);
}

static _Noreturn void finish(struct helper *helper, int exit_code)
{
	explicit_bzero(helper->message, sizeof(helper->message));
	explicit_bzero(&helper->request, sizeof(helper->request));
	attempts_drop(&helper->attempts);
	_exit(exit_code);
}

static void answer(struct helper *helper, uint32_t id, int status,
		   const struct fh_address *addresses, size_t n)
{
	int size = n ? wire_put_addresses(helper->answer, id, addresses, n) :
		       wire_put_answer(helper->answer, id, status, NULL, 0, 0);

	if (size < 0 || packet_send(helper->socket, helper->answer,
				    (size_t)size, -1) < 0)
		finish(helper, EXIT_FAILURE);
}

/* --- one request ------------------------------------------------------------ */

/* Once more, after the monitor: one mistake must not be enough. */
static bool is_in_table(const struct helper *helper)
{
	const struct wire_request *request = &helper->request;

	for (size_t i = 0; i < helper->broker->n_rows; i++) {
		const struct broker_row *row = &helper->broker->rows[i];

		if (row->kind != request->kind || !row->object)
			continue;
		if (row->kind == FH_BROKER_RESOLVE
		    ? helper_covers_name(row->object, request->name)
		    : strcmp(row->object, request->name) == 0)
			return true;
	}
	return false;
}

static bool is_under_way(const struct helper *helper, uint32_t id)
{
	for (size_t i = 0; i < helper->attempts.n; i++)
		if (helper->attempts.all[i].id == id)
			return true;
	return false;
}

static int take(struct helper *helper, size_t size)
{
	struct wire_request *request = &helper->request;
	struct wire_header header;
	int r = wire_take_header(helper->message, size, &header, NULL);

	if (r == 0 && (!wire_is_request(header.type) || header.n_fds))
		r = -EPROTO;
	if (r == 0)
		r = wire_take_request(helper->message, size, request, NULL);
	if (r == 0 && (request->kind != helper->work->answers ||
		       is_under_way(helper, request->id)))
		r = -EPROTO;
	return r;
}

static void serve_request(struct helper *helper)
{
	const struct wire_request *request = &helper->request;
	size_t size = 0;
	int r = packet_receive(helper->socket, helper->message,
			       sizeof(helper->message), &size, NULL);
	uint32_t id;

	if (r == -EAGAIN)
		return;
	if (r < 0 || !size || take(helper, size) < 0)
		finish(helper, r == 0 && !size ? EXIT_SUCCESS : EXIT_FAILURE);
	id = request->id;
	if (is_in_table(helper))
		r = attempt_start(&helper->attempts, helper->work,
				  helper->means, request,
				  now_ms() + helper->limit_ms);
	else
		r = -EACCES;
	/* The attempt has its own copy, in memory of its own. */
	explicit_bzero(helper->message, size);
	explicit_bzero(&helper->request, sizeof(helper->request));
	if (r < 0)
		answer(helper, id, r, NULL, 0);
}

/* --- all of them ------------------------------------------------------------ */

static int wait_ms(const struct helper *helper)
{
	uint64_t now = now_ms(), first = UINT64_MAX;

	for (size_t i = 0; i < helper->attempts.n; i++)
		if (helper->attempts.all[i].ends_ms < first)
			first = helper->attempts.all[i].ends_ms;
	if (first == UINT64_MAX)
		return -1;
	return first > now ? (int)(first - now) : 0;
}

/* Backwards: what ends is replaced by the last one. */
static void conclude(struct helper *helper, const struct pollfd *polled)
{
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	const uint64_t now = now_ms();
	size_t n;

	for (size_t i = helper->attempts.n; i-- > 0;) {
		const uint32_t id = helper->attempts.all[i].id;
		const bool has_ended = polled[i].revents;
		int r;

		if (!has_ended && now < helper->attempts.all[i].ends_ms)
			continue;
		r = attempt_end(&helper->attempts, i, helper->work, !has_ended,
				addresses, &n);
		answer(helper, id, r, addresses, n);
	}
}

/*
 * poll() looks at the monitor's end even when nothing more is read from it: when
 * that closes, nobody waits for an answer any more.
 */
static _Noreturn void serve(struct helper *helper)
{
	struct pollfd polled[1 + HELPER_ATTEMPTS_MAX];

	for (;;) {
		const size_t n = helper->attempts.n;

		polled[0] = (struct pollfd){
			.fd = helper->socket,
			.events = n < HELPER_ATTEMPTS_MAX ? POLLIN : 0,
		};
		for (size_t i = 0; i < n; i++)
			polled[i + 1] = (struct pollfd){
				.fd = helper->attempts.all[i].pidfd,
				.events = POLLIN,
			};
		if (poll(polled, n + 1, wait_ms(helper)) < 0 && errno != EINTR)
			finish(helper, EXIT_FAILURE);
		if (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			finish(helper, EXIT_SUCCESS);
		conclude(helper, polled + 1);
		if (polled[0].revents & POLLIN)
			serve_request(helper);
	}
}

_Noreturn void helper_serve_for(enum helper_kind kind,
				const struct fh_broker *broker, int socket,
				const struct fh_log *log, uint32_t limit_ms)
{
	/* On the stack, not on the heap, from which pieces would be taken for
	 * others; zeroed, for it is small beside what PAM loads. */
	struct helper helper = {
		.work = works[kind], .broker = broker,
		.socket = socket, .limit_ms = limit_ms,
	};

	stand(&helper, kind, log);
	serve(&helper);
}

_Noreturn void helper_serve(enum helper_kind kind,
			    const struct fh_broker *broker, int socket,
			    const struct fh_log *log)
{
	helper_serve_for(kind, broker, socket, log, HELPER_ATTEMPT_MS);
}
