/* Passes a program's output on, as much of it as it may print. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/init_output.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "mech/environment_apply.h"
#include "mech/seccomp_apply.h"

/* What a pipe takes without waiting when poll(2) finds it writable: PIPE_BUF. */
#define CHUNK 4096
/* What is handed over to a pipe at once; it takes as much as it has room for. */
#define MOVED_MAX (1 << 20)

/*
 *   idle -- the source has something --> full -- the target takes something --+
 *    ^                                    ^                                   |
 *    +----------- it was all -------------+------- a chunk was passed on -----+
 *
 * A target that takes nothing thus holds up neither the other one nor the end, if
 * there is nothing for it.
 */
struct flow {
	int source; /* -1: at its end, or its target's reader is gone */
	int target;
	bool is_pipe; /* the target: its reader's end shows by poll(2) */
	bool can_move; /* a pipe, and nobody around us refuses splice(2) */
	bool is_full;
};

struct relay {
	struct flow flows[OUTPUTS_MAX];
	size_t n;
	int control; /* -1: the program has ended */
	uint64_t left;
};

static void stop(struct flow *flow)
{
	/* The program's next write has no reader: SIGPIPE, as without us. */
	close(flow->source);
	close(flow->target);
	flow->source = flow->target = -1;
	flow->is_full = false;
}

/* A target may be non-blocking, which is whoever's shares it. */
static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		struct pollfd watched = { .fd = fd, .events = POLLOUT };

		if (n < 0 && errno == EAGAIN)
			poll(&watched, 1, -1);
		else if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Pages change hands, nothing is copied, and never more of them than is left.
 * Return: how much, 0 at the end, or a negative errno */
static ssize_t move(struct relay *relay, struct flow *flow)
{
	size_t most = relay->left < MOVED_MAX ? (size_t)relay->left : MOVED_MAX;
	ssize_t n = splice(flow->source, NULL, flow->target, NULL, most,
			   SPLICE_F_NONBLOCK);

	if (n >= 0) {
		relay->left -= (uint64_t)n;
		return n;
	}
	if (errno == EPIPE || errno == EAGAIN || errno == EINTR)
		return -errno;
	flow->can_move = false;
	return -EAGAIN;
}

/* One byte more than is left is read, and not passed on: that is too much, and no
 * less would be. Return: as above */
static ssize_t copy(struct relay *relay, struct flow *flow)
{
	char data[CHUNK];
	size_t most = relay->left < CHUNK ? (size_t)relay->left + 1 : CHUNK;
	ssize_t n = read(flow->source, data, most);
	size_t fits;
	int r;

	if (n <= 0)
		return n < 0 ? -errno : 0;
	fits = (uint64_t)n > relay->left ? (size_t)relay->left : (size_t)n;
	r = write_all(flow->target, data, fits);
	if (r < 0)
		return r;
	relay->left -= fits;
	if (fits < (size_t)n)
		_exit(OUTPUT_TOO_MUCH);
	return n;
}

/* When the others stand still, nothing more will come. */
static void look_for_more(const struct relay *relay, struct flow *flow)
{
	struct pollfd source = { .fd = flow->source, .events = POLLIN };
	int n = poll(&source, 1, 0);

	flow->is_full = n < 0 || source.revents & POLLIN;
	if (!flow->is_full && relay->control < 0)
		stop(flow);
}

static void pass(struct relay *relay, struct flow *flow)
{
	ssize_t n = flow->can_move && relay->left ? move(relay, flow)
						  : copy(relay, flow);

	if (n > 0 || n == -EAGAIN || n == -EINTR)
		look_for_more(relay, flow);
	else
		stop(flow);
}

enum { WATCHED_CONTROL, WATCHED_FIRST };
#define N_WATCHED (WATCHED_FIRST + 2 * OUTPUTS_MAX)

static nfds_t watch(const struct relay *relay, struct pollfd *ret)
{
	nfds_t n = WATCHED_FIRST;

	ret[WATCHED_CONTROL] = (struct pollfd){ .fd = relay->control,
						.events = POLLIN };
	for (size_t i = 0; i < relay->n; i++) {
		const struct flow *flow = &relay->flows[i];
		bool has_target = flow->is_full || flow->is_pipe;

		ret[n++] = (struct pollfd){
			.fd = flow->is_full ? -1 : flow->source,
			.events = POLLIN };
		ret[n++] = (struct pollfd){
			.fd = has_target ? flow->target : -1,
			.events = flow->is_full ? POLLOUT : 0 };
	}
	return n;
}

static void serve(struct relay *relay, struct flow *flow, short source,
		  short target)
{
	if (flow->source < 0)
		return;
	if (flow->is_full && target)
		pass(relay, flow);
	else if (flow->is_pipe && target & POLLERR)
		stop(flow);
	else if (source & POLLIN)
		flow->is_full = true;
	else if (source)
		stop(flow);
}

/* What is there when the program has ended is looked for, and is all. */
static void begin_draining(struct relay *relay)
{
	close(relay->control);
	relay->control = -1;
	for (size_t i = 0; i < relay->n; i++)
		if (relay->flows[i].source >= 0)
			look_for_more(relay, &relay->flows[i]);
}

static bool is_done(const struct relay *relay)
{
	for (size_t i = 0; i < relay->n; i++)
		if (relay->flows[i].source >= 0)
			return false;
	return true;
}

/* Where nothing fits any more, nobody has to be waited for to see if there is
 * too much. */
static void pass_none(struct relay *relay)
{
	for (size_t i = 0; i < relay->n && !relay->left; i++)
		if (relay->flows[i].is_full)
			pass(relay, &relay->flows[i]);
}

static void turn(struct relay *relay)
{
	struct pollfd watched[N_WATCHED];
	nfds_t n;

	pass_none(relay);
	n = watch(relay, watched);
	if (is_done(relay) || poll(watched, n, -1) < 0)
		return;
	for (size_t i = 0; i < relay->n; i++) {
		const struct pollfd *pair = watched + WATCHED_FIRST + 2 * i;

		serve(relay, &relay->flows[i], pair[0].revents,
		      pair[1].revents);
	}
	if (relay->control >= 0 && watched[WATCHED_CONTROL].revents)
		begin_draining(relay);
}

static int close_others(const struct init_output *output, int ready_fd)
{
	int keep[2 + 2 * OUTPUTS_MAX];
	size_t n = descriptors_insert(keep, 0, output->control_in);

	n = descriptors_insert(keep, n, ready_fd);
	for (size_t i = 0; i < output->n; i++) {
		n = descriptors_insert(keep, n, output->sources[i]);
		n = descriptors_insert(keep, n, output->targets[i]);
	}
	return descriptors_close_but(0, keep, n);
}

static int open_flows(struct relay *relay, const struct init_output *output)
{
	for (size_t i = 0; i < output->n; i++) {
		struct stat st;

		if (fstat(output->targets[i], &st) < 0)
			return -errno;
		relay->flows[i] = (struct flow){
			.source = output->sources[i],
			.target = output->targets[i],
			.is_pipe = S_ISFIFO(st.st_mode),
			.can_move = S_ISFIFO(st.st_mode) };
	}
	return 0;
}

static int confine(const struct init_output *output, const struct box *box,
		   int ready_fd)
{
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NAME, "fumehood-output", 0, 0, 0) < 0)
		return -errno;
	r = close_others(output, ready_fd);
	return r < 0 ? r : seccomp_load(&box->output_filter);
}

_Noreturn void output_relay_run(const struct init_output *output,
				const struct box *box, int ready_fd)
{
	struct relay relay = { .n = output->n, .control = output->control_in,
			       .left = box->output_limit };
	int r = open_flows(&relay, output);

	if (r == 0)
		r = confine(output, box, ready_fd);
	if (write_exactly(ready_fd, &r, sizeof(r)) < 0 || r < 0)
		_exit(OUTPUT_UNCONFINED);
	close(ready_fd);
	while (!is_done(&relay))
		turn(&relay);
	_exit(OUTPUT_ALL_PASSED);
}
