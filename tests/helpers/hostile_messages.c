/* Says to the monitor what no honest worker says. */
#include "helpers/hostile.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/wire.h"

/* Whoever says it is ended before this returns. */
static int say(const void *message, size_t size)
{
	struct pollfd end = { .fd = hostile_socket(), .events = POLLIN };

	if (write(end.fd, message, size) != (ssize_t)size)
		return BROKEN;
	poll(&end, 1, PATIENCE);
	return WON;
}

static uint8_t bytes[2 * WIRE_MESSAGE_MAX];

static int ask_for(const char *path, const struct fh_broker_ask *other)
{
	struct fh_broker_ask ask = { .kind = FH_BROKER_OPEN, .access = FH_READ,
				     .name = path };

	return wire_put_request(bytes, 77, other ? other : &ask);
}

static int say_garbage(void)
{
	memset(bytes, 0xa5, 300);
	return say(bytes, 300);
}

static int say_little(void)
{
	return say(bytes, (size_t)ask_for(at("files/plain"), NULL) > 10 ? 10
									 : 0);
}

static int say_nothing(void)
{
	return say(bytes, 0);
}

static int say_huge(void)
{
	int n = ask_for(at("files/plain"), NULL);

	memset(bytes + n, 'x', sizeof(bytes) - (size_t)n);
	return say(bytes, sizeof(bytes));
}

/* The header says 4 GiB less one follow. */
static int say_4_gib(void)
{
	int n = ask_for(at("files/plain"), NULL);

	memset(bytes + 12, 0xff, 4);
	return say(bytes, (size_t)n);
}

/* So does the path within. */
static int say_long_string(void)
{
	int n = ask_for(at("files/plain"), NULL);

	memset(bytes + WIRE_HEADER_SIZE + 8, 0xff, 2);
	return say(bytes, (size_t)n);
}

static int say_nul(void)
{
	int n = ask_for(at("files/plain"), NULL);

	bytes[n - 2] = '\0';
	return say(bytes, (size_t)n);
}

static int say_tail(void)
{
	int n = ask_for(at("files/plain"), NULL);

	return say(bytes, (size_t)n + 1);
}

static int say_version(void)
{
	int n = ask_for(at("files/plain"), NULL);

	bytes[4]++;
	return say(bytes, (size_t)n);
}

static int say_type(void)
{
	int n = ask_for(at("files/plain"), NULL);

	bytes[6] = WIRE_REQUESTS_END + 1;
	return say(bytes, (size_t)n);
}

static int say_answer(void)
{
	return say(bytes, (size_t)wire_put_answer(bytes, 1, 0, "", 0, 0));
}

/* The library's own call does not even say it. */
static int be_ready_twice(void)
{
	if (fh_broker_ready(hostile_channel, PATIENCE, NULL) < 0)
		return BROKEN;
	return say(bytes, (size_t)wire_put_plain(bytes, WIRE_READY, 77));
}

static int say_standing(void)
{
	return say(bytes, (size_t)wire_put_plain(bytes, WIRE_STANDING, 0));
}

static int say_failed(void)
{
	struct fh_error err = { .code = -EPERM, .stage = FH_STAGE_APPLY,
				.what = "nothing" };

	return say(bytes, (size_t)wire_put_failure(bytes, &err));
}

/* A kind of which the table has no row. */
static int say_other_kind(void)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_AUTHENTICATE,
					   .name = "login", .user = "root",
					   .data = "x", .data_size = 1 };

	return say(bytes, (size_t)ask_for(NULL, &ask));
}

static int say_too_much(void)
{
	static const char data[65] = "";
	const struct fh_broker_ask ask = { .kind = FH_BROKER_REQUEST,
					   .name = "echo", .data = data,
					   .data_size = sizeof(data) };

	return say(bytes, (size_t)ask_for(NULL, &ask));
}

static int send_descriptors(int n_headers, int n_each)
{
	union {
		struct cmsghdr header;
		char space[256];
	} control = { 0 };
	const int fds[2] = { 0, 0 };
	struct iovec data = { bytes, (size_t)ask_for(at("files/plain"), NULL) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control };
	struct pollfd end = { .fd = hostile_socket(), .events = POLLIN };
	size_t used = 0;

	for (int i = 0; i < n_headers; i++) {
		struct cmsghdr header = {
			.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN((size_t)n_each * sizeof(int)) };

		memcpy(control.space + used, &header, sizeof(header));
		memcpy(control.space + used + CMSG_LEN(0), fds,
		       (size_t)n_each * sizeof(int));
		used += CMSG_SPACE((size_t)n_each * sizeof(int));
	}
	message.msg_controllen = used;
	/* From Linux 6.16 on the sender itself is refused. */
	if (sendmsg(end.fd, &message, 0) < 0)
		return errno == EPERM ? 0 : BROKEN;
	poll(&end, 1, PATIENCE);
	return WON;
}

static int send_one(void)
{
	return send_descriptors(1, 1);
}

static int send_two(void)
{
	return send_descriptors(1, 2);
}

static int send_twice(void)
{
	return send_descriptors(2, 1);
}

const struct hostile_attack hostile_messages[] = {
	{ "garbage", say_garbage },
	{ "little", say_little },
	{ "empty", say_nothing },
	{ "huge", say_huge },
	{ "4-gib", say_4_gib },
	{ "long-string", say_long_string },
	{ "nul", say_nul },
	{ "tail", say_tail },
	{ "version", say_version },
	{ "type", say_type },
	{ "answer", say_answer },
	{ "ready-twice", be_ready_twice },
	{ "standing", say_standing },
	{ "failed", say_failed },
	{ "other-kind", say_other_kind },
	{ "too-much", say_too_much },
	{ "send-one", send_one },
	{ "send-two", send_two },
	{ "send-twice", send_twice },
	{ 0 },
};
