/* The codec: what was put is taken as it was, and what has no form is not put. */
#include "wire_messages.h"

#include <arpa/inet.h>

static char long_name[PATH_MAX + 1];

/* --- there and back ----------------------------------------------------------- */

static void check_address(const struct fh_address *address, const char *text)
{
	struct fh_address expected = { 0 };

	if (text) {
		expected.family = strchr(text, ':') ? AF_INET6 : AF_INET;
		check_int(inet_pton(expected.family, text, expected.bytes), 1);
	}
	check_int(address->family, expected.family);
	check(memcmp(address->bytes, expected.bytes, 16) == 0);
}

static void check_taken(const struct wire_request *request,
			const struct fh_broker_ask *ask)
{
	check_int(request->kind, ask->kind);
	check_int(request->transport, ask->transport);
	check_int(request->port, ask->port);
	check_int(request->access, ask->access);
	check_int(request->mode, ask->mode);
	check_address(&request->address, ask->address);
	check_str(request->name, ask->name ? ask->name : "");
	check_str(request->user, ask->user ? ask->user : "");
	check_int(request->data_size, ask->data_size);
	if (ask->data_size)
		check(memcmp(request->data, ask->data, ask->data_size) == 0);
}

static void test_requests(void)
{
	bool is_seen[FH_BROKER_RESOLVE + 1] = { false };

	for (size_t i = 0; i < N(asks); i++) {
		const char *why = "untouched";
		struct wire_request request;
		struct wire_header header;
		int size = wire_put_request(message, 0x89abcdef, &asks[i]);

		check(size >= WIRE_HEADER_SIZE);
		check_int(wire_take_header(message, (size_t)size, &header,
					   &why), 0);
		check(wire_is_request(header.type));
		check_int(header.type, WIRE_REQUESTS + asks[i].kind);
		check_int(header.id, 0x89abcdef);
		check_int(header.size, size - WIRE_HEADER_SIZE);
		check_int(wire_take_request(message, (size_t)size, &request,
					    &why), 0);
		check_str(why, "untouched");
		check_int(request.id, 0x89abcdef);
		check_taken(&request, &asks[i]);
		check_int(wire_put_taken(again, request.id, &request), size);
		check(memcmp(message, again, (size_t)size) == 0);
		is_seen[asks[i].kind] = true;
	}
	for (size_t i = 0; i < N(is_seen); i++)
		check(is_seen[i]);
}

/* The bytes themselves, so that nobody's order decides. */
static void test_bytes(void)
{
	static const uint8_t expected[] = {
		'F', 'H', 'B', '1', 1, 0, 17, 0, 4, 3, 2, 1, 20, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0,
		1, 4, 0x34, 0x12, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0,
	};
	static const uint8_t failed[] = {
		'F', 'H', 'B', '1', 1, 0, 35, 0, 9, 0, 0, 0, 0, 0, 0, 0,
		0xf3, 0xff, 0xff, 0xff, 0, 0, 0, 0,
	};
	const struct fh_broker_ask ask = { .kind = FH_BROKER_BIND,
					   .transport = FH_UDP,
					   .port = 0x1234,
					   .address = "127.0.0.1" };

	check_int(wire_put_request(message, 0x01020304, &ask),
		  sizeof(expected));
	check(memcmp(message, expected, sizeof(expected)) == 0);
	check_int(wire_put_answer(message, 9, -EACCES, NULL, 0, 0),
		  sizeof(failed));
	check(memcmp(message, failed, sizeof(failed)) == 0);
}

static void test_answers(void)
{
	struct wire_header header;
	int size = wire_put_answer(message, 7, 0, "bytes", 5, 1);

	check_int(size, WIRE_HEADER_SIZE + 5);
	check_int(wire_take_header(message, (size_t)size, &header, NULL), 0);
	check_int(header.type, WIRE_ANSWER);
	check_int(header.id, 7);
	check_int(header.size, 5);
	check_int(header.status, 0);
	check_int(header.n_fds, 1);
	size = wire_put_answer(message, 7, -4095, NULL, 0, 0);
	check_int(wire_take_header(message, (size_t)size, &header, NULL), 0);
	check_int(header.status, -4095);
	size = wire_put_answer(message, 7, 0, full, FH_BROKER_DATA_MAX, 0);
	check_int(wire_take_header(message, (size_t)size, &header, NULL), 0);
	check_int(wire_put_answer(message, 7, 0, full, sizeof(full), 0),
		  -E2BIG);
	check_int(wire_put_answer(message, 7, 1, NULL, 0, 0), -EINVAL);
	check_int(wire_put_answer(message, 7, -4096, NULL, 0, 0), -EINVAL);
	check_int(wire_put_answer(message, 7, INT32_MIN, NULL, 0, 0), -EINVAL);
	check_int(wire_put_answer(message, 7, 0, NULL, 0, 2), -EINVAL);
	check_int(wire_put_answer(message, 7, 0, NULL, 1, 0), -EINVAL);
	check_int(wire_put_answer(message, 7, -1, "x", 1, 0), -EINVAL);
	check_int(wire_put_answer(message, 7, -1, NULL, 0, 1), -EINVAL);
}

static void test_plain(void)
{
	static const enum wire_type types[] = { WIRE_READY, WIRE_STANDING };
	struct wire_header header;

	for (size_t i = 0; i < N(types); i++) {
		int size = wire_put_plain(message, types[i], 3);

		check_int(size, WIRE_HEADER_SIZE);
		check_int(wire_take_header(message, (size_t)size, &header,
					   NULL), 0);
		check_int(header.type, types[i]);
		check_int(header.id, 3);
		check(!wire_is_request(header.type));
	}
	check_int(wire_put_plain(message, WIRE_FAILED, 3), -EINVAL);
	check_int(wire_put_plain(message, WIRE_ANSWER, 3), -EINVAL);
	check_int(wire_put_plain(message, WIRE_NONE, 3), -EINVAL);
	check_int(wire_put_plain(message, WIRE_REQUESTS, 3), -EINVAL);
}

static void test_addresses(void)
{
	struct fh_address many[FH_BROKER_ADDRESSES_MAX + 1] = { 0 };
	struct fh_address taken[FH_BROKER_ADDRESSES_MAX];
	size_t n = 0;
	int size;

	for (size_t i = 0; i < N(many); i++) {
		many[i].family = i % 2 ? AF_INET : AF_INET6;
		many[i].bytes[0] = (uint8_t)i;
		many[i].bytes[i % 2 ? 3 : 15] = 0xff;
	}
	for (size_t i = 1; i <= FH_BROKER_ADDRESSES_MAX; i++) {
		size = wire_put_addresses(message, 5, many, i);
		check_int(size, WIRE_HEADER_SIZE + 17 * (int)i);
		check_int(wire_take_addresses(message, (size_t)size, taken, &n,
					      NULL), 0);
		check_int(n, i);
		check(memcmp(taken, many, n * sizeof(*many)) == 0);
	}
	check_int(wire_put_addresses(message, 5, many, N(many)), -E2BIG);
	check_int(wire_put_addresses(message, 5, many, 0), -EINVAL);
	many[1].family = 0;
	check_int(wire_put_addresses(message, 5, many, 2), -EINVAL);
	many[1].family = AF_UNIX;
	check_int(wire_put_addresses(message, 5, many, 2), -EINVAL);
	/* What is left of another family's is not told. */
	many[1].family = AF_INET;
	memset(many[1].bytes, 0xaa, 16);
	size = wire_put_addresses(message, 5, &many[1], 1);
	check_int(wire_take_addresses(message, (size_t)size, taken, &n, NULL),
		  0);
	check_int(taken[0].bytes[3], 0xaa);
	check_int(taken[0].bytes[4], 0);
}

static void test_failures(void)
{
	struct fh_error err, taken;
	int size;

	error_set(&err, FH_STAGE_APPLY, -EPERM, "do \xff \xc3\xa4 \n");
	error_remedy(&err, "ask");
	error_origin(&err, "a.conf:1");
	err.step = 77;
	size = wire_put_failure(message, &err);
	check(size > WIRE_HEADER_SIZE);
	check_int(wire_take_failure(message, (size_t)size, &taken, NULL), 0);
	check(memcmp(&taken, &err, sizeof(err)) == 0);
	error_set(&err, FH_STAGE_PARSE, -EINVAL, "%s", long_name);
	check_int(wire_put_failure(message, &err), WIRE_HEADER_SIZE + 18 +
						   FH_ERROR_WHAT_MAX - 1);
	memset(&err, 0, sizeof(err));
	check_int(wire_put_failure(message, &err), -EINVAL);
	error_set(&err, FH_STAGE_PARSE, -EINVAL, "x");
	err.stage = FH_STAGE_SUPERVISE + 1;
	check_int(wire_put_failure(message, &err), -EINVAL);
	error_set(&err, FH_STAGE_PARSE, 1, "x");
	check_int(wire_put_failure(message, &err), -EINVAL);
	error_set(&err, FH_STAGE_PARSE, -EINVAL, "x");
	err.remedy[0] = '\033';
	check_int(wire_put_failure(message, &err), -EINVAL);
	memset(err.remedy, 'a', sizeof(err.remedy));
	check_int(wire_put_failure(message, &err), -EINVAL);
}

/* --- what has no form ----------------------------------------------------------- */

#define HUGE_NAME long_name
static const struct {
	struct fh_broker_ask ask;
	int code;
} unasked[] = {
	{ { .kind = (enum fh_broker_kind)7, .name = "x" }, -EINVAL },
	{ { .kind = (enum fh_broker_kind)-1, .name = "x" }, -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .user = "u", .data = "" },
	  -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .data = "" },
	  -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = "",
	    .data = "" }, -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = "u" },
	  -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = "u",
	    .data = "a\0b", .data_size = 3 }, -EINVAL },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = "u",
	    .data = full, .data_size = WIRE_PASSWORD_MAX + 1 }, -E2BIG },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = "s", .user = HUGE_NAME,
	    .data = "" }, -E2BIG },
	{ { .kind = FH_BROKER_AUTHENTICATE, .name = HUGE_NAME, .user = "u",
	    .data = "" }, -E2BIG },
	{ { .kind = FH_BROKER_BIND }, -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1,
	    .transport = (enum fh_transport)2 }, -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1, .address = "" }, -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1, .address = "1.2.3" },
	  -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1, .address = "localhost" },
	  -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1, .address = "fe80::1%lo" },
	  -EINVAL },
	{ { .kind = FH_BROKER_BIND, .port = 1, .address = HUGE_NAME },
	  -EINVAL },
	{ { .kind = FH_BROKER_CONNECT, .port = 1 }, -EINVAL },
	{ { .kind = FH_BROKER_CONNECT, .address = "::1" }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .access = FH_READ }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .access = FH_READ, .name = "" }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .name = "/x" }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .name = "/x", .access = FH_EXEC },
	  -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .name = "/x",
	    .access = FH_READ | FH_WRITE }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .name = "/x", .access = FH_BROKER_CREATE,
	    .mode = 04755 }, -EINVAL },
	{ { .kind = FH_BROKER_OPEN, .name = HUGE_NAME, .access = FH_READ },
	  -E2BIG },
	{ { .kind = FH_BROKER_READ_FILE }, -EINVAL },
	{ { .kind = FH_BROKER_READ_FILE, .name = HUGE_NAME }, -E2BIG },
	{ { .kind = FH_BROKER_REQUEST }, -EINVAL },
	{ { .kind = FH_BROKER_REQUEST, .name = HUGE_NAME }, -E2BIG },
	{ { .kind = FH_BROKER_REQUEST, .name = "r", .data_size = 1 },
	  -EINVAL },
	{ { .kind = FH_BROKER_REQUEST, .name = "r", .data = full,
	    .data_size = sizeof(full) }, -E2BIG },
	{ { .kind = FH_BROKER_REQUEST, .name = "r", .data = full,
	    .data_size = SIZE_MAX }, -E2BIG },
	{ { .kind = FH_BROKER_RESOLVE }, -EINVAL },
	{ { .kind = FH_BROKER_RESOLVE, .name = HUGE_NAME }, -E2BIG },
};

static void test_unasked(void)
{
	for (size_t i = 0; i < N(unasked); i++) {
		int r = wire_put_request(message, 1, &unasked[i].ask);

		if (r != unasked[i].code)
			tap_fail(__FILE__, __LINE__, "row %zu: %d, not %d", i,
				 r, unasked[i].code);
	}
}

/* The longest of each, which fit, and one byte more, which does not. */
static void test_longest(void)
{
	static const struct {
		enum fh_broker_kind kind;
		size_t max;
	} rows[] = {
		{ FH_BROKER_AUTHENTICATE, NAME_MAX },
		{ FH_BROKER_OPEN, PATH_MAX - 1 },
		{ FH_BROKER_READ_FILE, PATH_MAX - 1 },
		{ FH_BROKER_REQUEST, FH_BROKER_NAME_MAX - 1 },
		{ FH_BROKER_RESOLVE, NAME_MAX },
	};
	static struct wire_request request;

	for (size_t i = 0; i < N(rows); i++) {
		const char *name = long_name + PATH_MAX - rows[i].max;
		char user[WIRE_USER_MAX];
		struct fh_broker_ask ask = { .kind = rows[i].kind,
					     .access = FH_READ,
					     .name = name,
					     .user = user };
		int size;

		memset(user, 'u', sizeof(user) - 1);
		user[sizeof(user) - 1] = '\0';
		ask.data = full;
		ask.data_size = rows[i].kind == FH_BROKER_AUTHENTICATE
					? WIRE_PASSWORD_MAX
					: FH_BROKER_DATA_MAX;
		size = wire_put_request(message, 1, &ask);
		check(size > 0);
		check_int(wire_take_request(message, (size_t)size, &request,
					    NULL), 0);
		check_str(request.name, name);
		ask.name--;
		check_int(wire_put_request(message, 1, &ask), -E2BIG);
	}
}

static const struct tap_test tests[] = {
	{ .name = "every kind of request comes back as it was asked",
	  .run = test_requests },
	{ .name = "the bytes are those of the header's picture",
	  .run = test_bytes },
	{ .name = "answers", .run = test_answers },
	{ .name = "messages without a payload", .run = test_plain },
	{ .name = "addresses", .run = test_addresses },
	{ .name = "failures", .run = test_failures },
	{ .name = "what has no form is not put", .run = test_unasked },
	{ .name = "the longest names fit, and no longer ones",
	  .run = test_longest },
};

int main(void)
{
	memset(long_name, 'n', sizeof(long_name) - 1);
	memset(full, 'd', sizeof(full));
	return tap_run(tests, N(tests));
}
