/* Many requests under way at once, and the end of the monitor. */
#include "fake_monitor.h"

#include <sys/resource.h>

/* --- many -------------------------------------------------------------------------- */

static const struct fh_broker_ask ask_open = { .kind = FH_BROKER_OPEN,
					       .access = FH_READ,
					       .name = "/x" };
static const struct fh_broker_ask ask_resolve = { .kind = FH_BROKER_RESOLVE,
						  .name = "x" };
static const struct fh_broker_ask ask_bytes = { .kind = FH_BROKER_READ_FILE,
						.name = "/x" };

static void read_key(void)
{
	char bytes[8] = "";
	size_t n = 0;

	check_int(fh_broker_read_file(channel, "/k", bytes, 8, &n, -1, &err),
		  0);
	check_str(bytes, "a key");
}

/* The last is answered first. */
static void backwards(void)
{
	static struct wire_request requests[4];

	for (size_t i = 0; i < N(requests); i++)
		monitor_take(&requests[i]);
	for (size_t i = N(requests); i-- > 0;)
		answer_request(&requests[i]);
	honest();
}

static void check_answer(const struct fh_broker_answer *answer, uint32_t id)
{
	check_int(answer->id, id);
	check_int(answer->status, 0);
}

static void test_order(void)
{
	struct fh_broker_answer answer;
	uint32_t opened, resolved, read;
	int before, fd;

	channel_begin_with(backwards);
	before = count_fds();
	check(!is_readable());
	check_int(fh_broker_begin(channel, &ask_open, &opened, &err), 0);
	check_int(fh_broker_begin(channel, &ask_resolve, &resolved, &err), 0);
	check_int(fh_broker_begin(channel, &ask_bytes, &read, &err), 0);
	fd = fh_broker_bind(channel, FH_TCP, NULL, 80, -1, &err);
	check(fd >= 0);
	close(fd);
	/* Met on the way: kept, told, and given in that order. A time limit
	 * of 0 does not miss what is kept. */
	read_key();
	check(is_readable());
	check_int(fh_broker_finish(channel, 0, &answer, &err), 0);
	check_answer(&answer, read);
	check_int(answer.fd, -1);
	check_int(answer.size, 5);
	check(memcmp(answer.data, "a key", 5) == 0);
	check(!answer.addresses);
	check_int(fh_broker_finish(channel, -1, &answer, &err), 0);
	check_answer(&answer, resolved);
	check_int(answer.n_addresses, 2);
	check_int(answer.addresses[0].bytes[0], 192);
	check_int(answer.size, 0);
	check(is_readable());
	check_int(fh_broker_finish(channel, 100, &answer, &err), 0);
	check_answer(&answer, opened);
	check(answer.fd >= 0);
	check_int(count_fds(), before + 1);
	close(answer.fd);
	check(!is_readable());
	check_int(fh_broker_finish(channel, -1, &answer, &err), -ENOENT);
	read_key();
	channel_end();
}

static void test_too_many(void)
{
	static struct wire_request requests[FH_BROKER_PENDING_MAX];
	struct fh_broker_answer answer;
	uint32_t id = 99;
	int before;

	channel_begin_alone();
	for (int i = 0; i < FH_BROKER_PENDING_MAX / 2; i++)
		check_int(fh_broker_begin(channel, &ask_bytes, &id, &err), 0);
	for (int i = 0; i < FH_BROKER_PENDING_MAX / 2; i++)
		check_int(fh_broker_open(channel, FH_READ, "/x", 0, 0, &err),
			  -ETIMEDOUT);
	id = 99;
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), -ENOBUFS);
	check_int(id, 99);
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, -1, &err),
		  -ENOBUFS);
	for (size_t i = 0; i < N(requests); i++)
		monitor_take(&requests[i]);
	/* One that is kept has its place still; one that nobody waits for
	 * leaves it. */
	before = count_fds();
	answer_request(&requests[0]);
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), -ENOBUFS);
	check(is_readable());
	answer_request(&requests[FH_BROKER_PENDING_MAX - 1]);
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), 0);
	check_int(count_fds(), before);
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), -ENOBUFS);
	check_int(fh_broker_finish(channel, 0, &answer, &err), 0);
	check_answer(&answer, requests[0].id);
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), 0);
	check_int(fh_broker_finish(channel, 0, &answer, &err), -ETIMEDOUT);
	fh_channel_free(channel);
}

/* A monitor that reads no more until its answer was read: both would wait. */
static void stubborn(void)
{
	static struct wire_request request;
	static uint8_t answer[WIRE_MESSAGE_MAX];

	for (int i = 0; i < 4 * FH_BROKER_PENDING_MAX; i++) {
		struct pollfd end = { .fd = monitor_fd, .events = POLLOUT };
		int size;

		monitor_take(&request);
		size = wire_put_answer(answer, request.id, 0, request.data,
				       request.data_size, 0);
		while (packet_send(monitor_fd, answer, (size_t)size, -1) ==
		       -EAGAIN)
			poll(&end, 1, -1);
	}
}

static void test_large(void)
{
	static char data[FH_BROKER_DATA_MAX];
	const struct fh_broker_ask ask = { .kind = FH_BROKER_REQUEST,
					   .name = "echo",
					   .data = data,
					   .data_size = sizeof(data) };
	struct fh_broker_answer answer;
	uint32_t first = 0, id;

	channel_begin_with(stubborn);
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < FH_BROKER_PENDING_MAX; i++) {
			memset(data, 'a' + i, sizeof(data));
			check_int(fh_broker_begin(channel, &ask, &id, &err),
				  0);
			first = i ? first : id;
		}
		for (uint32_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
			check_int(fh_broker_finish(channel, -1, &answer, &err),
				  0);
			check_answer(&answer, first + i);
			memset(data, 'a' + (int)i, sizeof(data));
			check_int(answer.size, sizeof(data));
			check(memcmp(answer.data, data, sizeof(data)) == 0);
		}
	}
	channel_end();
}

/* What was answered is asked with, as it lies in the channel. */
static void test_borrowed(void)
{
	struct fh_broker_ask ask = { .kind = FH_BROKER_REQUEST,
				     .name = "echo", .data = "once",
				     .data_size = 4 };
	struct fh_broker_answer answer;
	uint32_t id;

	channel_begin_with(honest);
	for (int i = 0; i < 3; i++) {
		check_int(fh_broker_begin(channel, &ask, &id, &err), 0);
		check_int(fh_broker_finish(channel, -1, &answer, &err), 0);
		check(memcmp(answer.data, "once", 4) == 0);
		close(answer.fd);
		ask.data = answer.data;
	}
	channel_end();
}

/* --- the end ------------------------------------------------------------------------ */

static void test_death(void)
{
	static struct wire_request requests[2];
	struct fh_broker_answer answer;
	uint32_t id[2];

	signal(SIGPIPE, SIG_IGN);
	channel_begin_alone();
	for (int i = 0; i < 2; i++)
		check_int(fh_broker_begin(channel, &ask_bytes, &id[i], &err),
			  0);
	for (int i = 0; i < 2; i++)
		monitor_take(&requests[i]);
	answer_request(&requests[1]);
	close(monitor_fd);
	check(is_readable());
	/* What it had said counts still. */
	check_int(fh_broker_finish(channel, -1, &answer, &err), 0);
	check_answer(&answer, id[1]);
	for (int i = 0; i < 3; i++) {
		check(is_readable());
		check_int(fh_broker_finish(channel, i - 1, &answer, &err),
			  -EPIPE);
		check_str(err.what, "the next answer: the monitor is no more");
		check_int(fh_broker_open(channel, FH_READ, "/x", 0, -1, &err),
			  -EPIPE);
		check_int(fh_broker_begin(channel, &ask_open, id, &err),
			  -EPIPE);
	}
	check_str(err.what, "open /x: the monitor is no more");
	fh_channel_free(channel);
}

static void dying(void)
{
	static struct wire_request request;

	monitor_take(&request);
}

/* While it is waited for, in both ways of waiting. */
static void test_death_waiting(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int timeout_ms = -1; timeout_ms < 20000; timeout_ms += 20000) {
		channel_begin_with(dying);
		check_int(fh_broker_open(channel, FH_READ, "/x", 0, timeout_ms,
					 &err), -EPIPE);
		check_int(fh_broker_ready(channel, -1, &err), -EPIPE);
		channel_end();
	}
}

static void test_no_descriptor(void)
{
	struct rlimit limit, none;
	int fd, before;

	channel_begin_with(honest);
	before = count_fds();
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	none = limit;
	none.rlim_cur = 0;
	check(setrlimit(RLIMIT_NOFILE, &none) == 0);
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, -1, &err),
		  -EMFILE);
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	check_int(count_fds(), before);
	fd = fh_broker_open(channel, FH_READ, "/x", 0, -1, &err);
	check_cloexec(fd);
	channel_end();
}

/* Freed with all states at once: nothing stays open. */
static void test_free(void)
{
	static struct wire_request requests[3];
	int before = count_fds();
	uint32_t id;

	channel_begin_alone();
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), 0);
	check_int(fh_broker_begin(channel, &ask_open, &id, &err), 0);
	for (int i = 0; i < 2; i++)
		monitor_take(&requests[i]);
	answer_request(&requests[0]);
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, 0, &err),
		  -ETIMEDOUT);
	answer_request(&requests[1]);
	fh_channel_free(channel);
	fh_channel_free(NULL);
	close(monitor_fd);
	check_int(count_fds(), before);
	check_int(fh_broker_fd(NULL), -EINVAL);
}

/* None could be made: the socket is closed all the same. */
static void test_none(void)
{
	struct rlimit limit, none;
	int ends[2], before = count_fds();

	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (int more = 0; more < 2; more++) {
		check_int(packet_pair(ends), 0);
		none = limit;
		/* Both ends were the lowest that are free. */
		none.rlim_cur = (rlim_t)ends[1] + 1 + (rlim_t)more;
		check(setrlimit(RLIMIT_NOFILE, &none) == 0);
		check(!channel_new(ends[0]));
		check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		close(ends[1]);
		check_int(count_fds(), before);
	}
	check_int(packet_pair(ends), 0);
	channel = channel_new(ends[0]);
	check(channel);
}

static const struct tap_test tests[] = {
	{ .name = "answers for others are kept", .run = test_order },
	{ .name = "the seventeenth request", .run = test_too_many },
	{ .name = "large requests and answers, neither side in the other's way",
	  .run = test_large },
	{ .name = "an answer's bytes as a request's", .run = test_borrowed },
	{ .name = "the monitor is no more", .run = test_death },
	{ .name = "the monitor ends while it is waited for",
	  .run = test_death_waiting },
	{ .name = "no more descriptors to be had", .run = test_no_descriptor },
	{ .name = "a channel that cannot be made", .run = test_none },
	{ .name = "what is freed closes all", .run = test_free },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
