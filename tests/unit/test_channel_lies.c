/* A monitor that lies to its worker: what it sends is no answer, and nothing of it
 * stays open. Each kind of answer has a row that is good. */
#include "fake_monitor.h"

#define GOOD NULL

/* --- answers that are well formed ---------------------------------------------- */

static const struct fh_broker_ask authenticate = {
	.kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = "u", .data = "p",
	.data_size = 1 };
static const struct fh_broker_ask bind_tcp = { .kind = FH_BROKER_BIND,
					       .port = 1 };
static const struct fh_broker_ask connect_tcp = {
	.kind = FH_BROKER_CONNECT, .port = 1, .address = "::1" };
static const struct fh_broker_ask open_read = {
	.kind = FH_BROKER_OPEN, .access = FH_READ, .name = "/x" };
static const struct fh_broker_ask open_write = {
	.kind = FH_BROKER_OPEN, .access = FH_WRITE, .name = "/x" };
static const struct fh_broker_ask open_create = {
	.kind = FH_BROKER_OPEN, .access = FH_BROKER_CREATE, .name = "/x" };
static const struct fh_broker_ask read_file = { .kind = FH_BROKER_READ_FILE,
						.name = "/x" };
static const struct fh_broker_ask request = { .kind = FH_BROKER_REQUEST,
					      .name = "r" };
static const struct fh_broker_ask resolve = { .kind = FH_BROKER_RESOLVE,
					      .name = "x" };

#define TYPE "its descriptor is of another type"
#define MODE "its descriptor has another access mode"
#define PLACE "its descriptor is a place alone"
#define SURPLUS "it has a descriptor, and was to have none"
#define BYTES "it has bytes, and was to have none"
#define MISSING "it has no descriptor"

static const struct {
	const char *why;
	const struct fh_broker_ask *ask;
	enum thing thing;
	size_t size;
} rows[] = {
	{ GOOD, &authenticate, NOTHING, 0 },
	{ BYTES, &authenticate, NOTHING, 1 },
	{ SURPLUS, &authenticate, FILE_READ, 0 },
	{ GOOD, &bind_tcp, LISTENER, 0 },
	{ GOOD, &bind_tcp, STREAM_NONBLOCKING, 0 },
	{ MISSING, &bind_tcp, NOTHING, 0 },
	{ BYTES, &bind_tcp, LISTENER, 1 },
	{ TYPE, &bind_tcp, FILE_BOTH, 0 },
	{ TYPE, &bind_tcp, PIPE, 0 },
	{ TYPE, &bind_tcp, DIRECTORY, 0 },
	{ PLACE, &bind_tcp, SOCKET_PLACE, 0 },
	{ GOOD, &connect_tcp, STREAM, 0 },
	{ "its descriptor does not block", &connect_tcp, STREAM_NONBLOCKING,
	  0 },
	{ MISSING, &connect_tcp, NOTHING, 0 },
	{ TYPE, &connect_tcp, NULL_DEVICE, 0 },
	{ PLACE, &connect_tcp, SOCKET_PLACE, 0 },
	{ GOOD, &open_read, FILE_READ, 0 },
	{ MODE, &open_read, FILE_BOTH, 0 },
	{ MODE, &open_read, FILE_WRITE, 0 },
	{ PLACE, &open_read, FILE_PLACE, 0 },
	{ TYPE, &open_read, DIRECTORY, 0 },
	{ TYPE, &open_read, NULL_DEVICE, 0 },
	{ TYPE, &open_read, STREAM, 0 },
	{ TYPE, &open_read, PIPE, 0 },
	{ MISSING, &open_read, NOTHING, 0 },
	{ BYTES, &open_read, FILE_READ, 1 },
	{ GOOD, &open_write, FILE_BOTH, 0 },
	{ MODE, &open_write, FILE_READ, 0 },
	{ MODE, &open_write, FILE_WRITE, 0 },
	{ TYPE, &open_write, NULL_DEVICE, 0 },
	{ GOOD, &open_create, FILE_WRITE, 0 },
	{ GOOD, &open_create, FILE_BOTH, 0 },
	{ MODE, &open_create, FILE_READ, 0 },
	{ PLACE, &open_create, FILE_PLACE, 0 },
	{ GOOD, &read_file, NOTHING, 9 },
	{ GOOD, &read_file, NOTHING, 0 },
	{ SURPLUS, &read_file, FILE_READ, 9 },
	{ GOOD, &request, NOTHING, 0 },
	{ GOOD, &request, NOTHING, 9 },
	{ GOOD, &request, DIRECTORY, 9 },
	{ "it ends too early", &resolve, NOTHING, 0 },
	{ "no such family of addresses", &resolve, NOTHING, 9 },
	{ "no such family of addresses", &resolve, NOTHING, 17 },
	{ SURPLUS, &resolve, FILE_READ, 0 },
};

static void check_dead(const char *why)
{
	struct fh_broker_answer answer;
	char expected[128];
	uint32_t id;

	snprintf(expected, sizeof(expected),
		 "the next answer: the monitor's answer is none: %s", why);
	if (strcmp(err.what, expected) != 0)
		tap_fail(__FILE__, __LINE__, "%s, not %s", err.what, expected);
	/* From then on nothing is believed, and nobody waits. */
	check(is_readable());
	check_int(fh_broker_finish(channel, -1, &answer, &err), -EPROTO);
	check_int(fh_broker_begin(channel, &read_file, &id, &err), -EPROTO);
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, -1, &err),
		  -EPROTO);
	check(is_readable());
}

static void test_rows(void)
{
	static char bytes[] = "xxxxxxxxxxxxxxxxxxxx";
	static struct wire_request taken;

	for (size_t i = 0; i < N(rows); i++) {
		struct fh_broker_answer answer = { .id = 99 };
		int before, r;
		uint32_t id;

		channel_begin_alone();
		before = count_fds();
		check_int(fh_broker_begin(channel, rows[i].ask, &id, &err), 0);
		monitor_answer(monitor_take(&taken).id, 0, bytes, rows[i].size,
			       make_thing(rows[i].thing));
		r = fh_broker_finish(channel, -1, &answer, &err);
		if (r != (rows[i].why ? -EPROTO : 0))
			tap_fail(__FILE__, __LINE__, "row %zu: %d: %s", i, r,
				 err.what);
		if (rows[i].why) {
			check_int(answer.id, 99);
			check_dead(rows[i].why);
		} else {
			check_int(answer.id, id);
			check_int(answer.fd >= 0, rows[i].thing != NOTHING);
			check_int(answer.size, rows[i].size);
			if (answer.fd >= 0)
				close(answer.fd);
		}
		check_int(count_fds(), before);
		fh_channel_free(channel);
		close(monitor_fd);
	}
}

/* Nobody waits for it any more: it is looked at all the same. */
static void test_abandoned(void)
{
	static struct wire_request taken;
	struct fh_broker_answer answer;
	int before;

	channel_begin_alone();
	before = count_fds();
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, 0, &err),
		  -ETIMEDOUT);
	monitor_answer(monitor_take(&taken).id, 0, NULL, 0,
		       make_thing(FILE_BOTH));
	check_int(fh_broker_finish(channel, -1, &answer, &err), -EPROTO);
	check_dead(MODE);
	check_int(count_fds(), before);
	channel_end();
}

/* That starting is over is told; nothing comes of it. */
static void test_ready(void)
{
	static const struct {
		const char *why;
		int status;
		enum thing thing;
		size_t size;
	} answers[] = {
		{ GOOD, 0, NOTHING, 0 },     { GOOD, -EINVAL, NOTHING, 0 },
		{ SURPLUS, 0, FILE_READ, 0 }, { BYTES, 0, NOTHING, 1 },
	};
	struct fh_broker_answer answer;

	for (size_t i = 0; i < N(answers); i++) {
		int before;

		channel_begin_alone();
		before = count_fds();
		/* The number is known: the first is 1. */
		monitor_answer(1, answers[i].status, "x", answers[i].size,
			       make_thing(answers[i].thing));
		check_int(fh_broker_ready(channel, -1, &err),
			  answers[i].why ? -EPROTO : answers[i].status);
		if (answers[i].why) {
			check_int(fh_broker_finish(channel, -1, &answer, &err),
				  -EPROTO);
			check_dead(answers[i].why);
		}
		check_int(count_fds(), before);
		fh_channel_free(channel);
		close(monitor_fd);
	}
}

/* --- answers that are not ------------------------------------------------------- */

/* What is kept was good, and is given still. */
static void begin_with_kept(uint32_t *ret_id)
{
	static struct wire_request taken;
	uint32_t id;

	channel_begin_alone();
	check_int(fh_broker_begin(channel, &open_read, &id, &err), 0);
	monitor_answer(monitor_take(&taken).id, 0, NULL, 0,
		       make_thing(FILE_READ));
	check_int(fh_broker_begin(channel, &read_file, ret_id, &err), 0);
	monitor_take(&taken);
	/* It waits for its own, and meets the other. */
	check_int(fh_broker_resolve(channel, "x", (struct fh_address[16]){ 0 },
				    &(size_t){ 0 }, 0, &err), -ETIMEDOUT);
	monitor_take(&taken);
}

static void check_kept_and_dead(const char *why, int before)
{
	struct fh_broker_answer answer;

	check_int(fh_broker_finish(channel, -1, &answer, &err), 0);
	check(answer.fd >= 0);
	close(answer.fd);
	check_int(fh_broker_finish(channel, -1, &answer, &err), -EPROTO);
	check_dead(why);
	check_int(count_fds(), before);
	fh_channel_free(channel);
	close(monitor_fd);
}

static void send_two(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} room = { .bytes = { 0 } };
	struct iovec part = { .iov_base = monitor_message, .iov_len = 24 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = room.bytes,
				  .msg_controllen = sizeof(room.bytes) };
	int fds[2] = { make_thing(FILE_READ), make_thing(FILE_READ) };

	room.header.cmsg_level = SOL_SOCKET;
	room.header.cmsg_type = SCM_RIGHTS;
	room.header.cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(&room.header), fds, sizeof(fds));
	check_int(sendmsg(monitor_fd, &message, 0), 24);
	close(fds[0]);
	close(fds[1]);
}

enum lie {
	GARBAGE,
	OTHER_ID,
	NO_ANSWER,
	CUT,
	TOO_LONG,
	EMPTY,
	TWO_FDS,
	SAYS_ONE, /* descriptor, and sends none */
	SAYS_NONE,
	N_LIES,
};

static const char *const lies[N_LIES] = {
	[GARBAGE] = "the magic is another",
	[OTHER_ID] = "it is to no request that is under way",
	[NO_ANSWER] = "it is no answer",
	[CUT] = "the size is another",
	[TOO_LONG] = "it is too long",
	[EMPTY] = "it is empty or has too many descriptors",
	[TWO_FDS] = "it is empty or has too many descriptors",
	[SAYS_ONE] = "it came with another number of descriptors than it says",
	[SAYS_NONE] = "it came with another number of descriptors than it says",
};

static void tell(enum lie lie, uint32_t id)
{
	static uint8_t long_message[WIRE_MESSAGE_MAX + 1];
	bool says_one = lie == TWO_FDS || lie == SAYS_ONE;
	int fd = lie == SAYS_NONE || lie == OTHER_ID || lie == GARBAGE
			 ? make_thing(FILE_READ) : -1;
	size_t size = (size_t)wire_put_answer(
		monitor_message, lie == OTHER_ID ? id + 100 : id, 0, NULL, 0,
		says_one || (fd >= 0 && lie != SAYS_NONE));

	if (lie == GARBAGE)
		monitor_message[0] = 'x';
	if (lie == NO_ANSWER)
		size = (size_t)wire_put_plain(monitor_message, WIRE_STANDING,
					      id);
	if (lie == CUT)
		monitor_message[12] = 1;
	if (lie == TOO_LONG)
		check_int(packet_send(monitor_fd, long_message,
				      sizeof(long_message), 1), 0);
	else if (lie == EMPTY)
		check_int(send(monitor_fd, "", 0, 0), 0);
	else if (lie == TWO_FDS)
		send_two();
	else
		check_int(packet_send(monitor_fd, monitor_message, size, fd),
			  0);
	if (fd >= 0)
		close(fd);
}

static void test_lies(void)
{
	for (enum lie lie = 0; lie < N_LIES; lie++) {
		int before;
		uint32_t id;

		printf("# %s\n", lies[lie]);
		begin_with_kept(&id);
		/* The one that is kept is open. */
		before = count_fds() - 1;
		tell(lie, id);
		check(is_readable());
		check_kept_and_dead(lies[lie], before);
	}
}

/* While a call waits: it returns, whatever its time limit. */
static void lying(void)
{
	static struct wire_request taken;

	tell(OTHER_ID, monitor_take(&taken).id);
	monitor_take(&taken);
}

static void test_waiting(void)
{
	for (int timeout_ms = -1; timeout_ms < 20000; timeout_ms += 20000) {
		int before;

		channel_begin_with(lying);
		before = count_fds();
		check_int(fh_broker_open(channel, FH_READ, "/x", 0, timeout_ms,
					 &err), -EPROTO);
		check_str(err.what,
			  "open /x: the monitor's answer is none: it is to no request that is under way");
		check_int(fh_broker_open(channel, FH_READ, "/x", 0, timeout_ms,
					 &err), -EPROTO);
		check_int(count_fds(), before);
		channel_end();
	}
}

static const struct tap_test tests[] = {
	{ .name = "descriptors and bytes that do not fit what was asked",
	  .run = test_rows },
	{ .name = "a lie that nobody waits for", .run = test_abandoned },
	{ .name = "lies about being ready", .run = test_ready },
	{ .name = "what is no answer; what was kept is given still",
	  .run = test_lies },
	{ .name = "a lie while it is waited for", .run = test_waiting },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
