/* The codec: there and back, cut anywhere, changed anywhere, wrong in each way. */
#include "broker/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t message[WIRE_MESSAGE_MAX + 1], again[WIRE_MESSAGE_MAX];
static char long_name[PATH_MAX + 1];
static uint8_t full[FH_BROKER_DATA_MAX + 1];

/* --- there and back ----------------------------------------------------------- */

static const struct fh_broker_ask asks[] = {
	{ .kind = FH_BROKER_AUTHENTICATE, .name = "login", .user = "ann",
	  .data = "s3cret", .data_size = 6 },
	{ .kind = FH_BROKER_AUTHENTICATE, .name = "login", .user = "ann",
	  .data = "", .data_size = 0 },
	{ .kind = FH_BROKER_BIND, .transport = FH_TCP, .port = 80 },
	{ .kind = FH_BROKER_BIND, .transport = FH_UDP, .port = 65535,
	  .address = "127.0.0.1" },
	{ .kind = FH_BROKER_BIND, .transport = FH_UDP, .port = 0x1234,
	  .address = "::" },
	{ .kind = FH_BROKER_CONNECT, .transport = FH_TCP, .port = 1,
	  .address = "2001:db8::1" },
	{ .kind = FH_BROKER_OPEN, .access = FH_READ, .name = "/srv/x" },
	{ .kind = FH_BROKER_OPEN, .access = FH_WRITE, .name = "/srv/x",
	  .mode = 0777 },
	{ .kind = FH_BROKER_OPEN, .access = FH_BROKER_CREATE, .name = "/\xff",
	  .mode = 0600 },
	{ .kind = FH_BROKER_READ_FILE, .name = "/etc/key" },
	{ .kind = FH_BROKER_REQUEST, .name = "sum", .data = "a\0b",
	  .data_size = 3 },
	{ .kind = FH_BROKER_REQUEST, .name = "s" },
	{ .kind = FH_BROKER_RESOLVE, .name = "db.example.org" },
};

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

/* --- cut and changed -------------------------------------------------------------- */

static int take_any(const uint8_t *bytes, size_t size)
{
	static struct wire_request request;
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	struct wire_header header;
	struct fh_error err;
	size_t n;

	if (wire_take_header(bytes, size, &header, NULL) < 0)
		return -EPROTO;
	if (wire_is_request(header.type)) {
		if (wire_take_request(bytes, size, &request, NULL) < 0)
			return -EPROTO;
		/* What is in range can be said, and is said so alone. */
		check_int(wire_put_taken(again, request.id, &request), size);
		check(memcmp(again, bytes, size) == 0);
		return 0;
	}
	if (header.type == WIRE_FAILED) {
		if (wire_take_failure(bytes, size, &err, NULL) < 0)
			return -EPROTO;
		check_int(wire_put_failure(again, &err) >= 0, true);
		return 0;
	}
	if (header.type == WIRE_ANSWER && header.size % 17 == 0 &&
	    wire_take_addresses(bytes, size, addresses, &n, NULL) == 0) {
		check_int(wire_put_addresses(again, header.id, addresses, n),
			  size);
		check(memcmp(again, bytes, size) == 0);
	}
	return 0;
}

/* A copy of exactly that size, so that a sanitizer sees one byte too far. */
static int take_copy(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int r;

	check(copy);
	memcpy(copy, bytes, size);
	r = take_any(copy, size);
	free(copy);
	return r;
}

static size_t put_nth(size_t i)
{
	struct fh_address address = { .family = AF_INET, .bytes = { 127 } };
	struct fh_error err;
	int size;

	if (i < N(asks)) {
		size = wire_put_request(message, 1, &asks[i]);
	} else if (i == N(asks)) {
		size = wire_put_addresses(message, 1, &address, 1);
	} else if (i == N(asks) + 1) {
		error_set(&err, FH_STAGE_APPLY, -EPERM, "what");
		size = wire_put_failure(message, &err);
	} else if (i == N(asks) + 2) {
		size = wire_put_plain(message, WIRE_READY, 1);
	} else {
		size = wire_put_answer(message, 1, -EACCES, NULL, 0, 0);
	}
	check(size > 0);
	return (size_t)size;
}

#define N_MESSAGES (N(asks) + 4)

static void test_cut(void)
{
	for (size_t i = 0; i < N_MESSAGES; i++) {
		size_t size = put_nth(i);

		check_int(take_copy(message, size), 0);
		for (size_t n = 0; n < size; n++)
			check_int(take_copy(message, n), -EPROTO);
		message[size] = 0;
		check_int(take_copy(message, size + 1), -EPROTO);
		/* Cut or longer, and the header says so. */
		for (size_t n = WIRE_HEADER_SIZE; n <= size + 1; n++) {
			message[12] = (uint8_t)(n - WIRE_HEADER_SIZE);
			if (n == size)
				continue;
			/* Data alone may be shorter. */
			if (i < N(asks) &&
			    asks[i].kind == FH_BROKER_REQUEST)
				(void)take_copy(message, n);
			else if (i < N(asks) || i == N(asks) + 1)
				check_int(take_copy(message, n), -EPROTO);
		}
	}
}

static void test_changed(void)
{
	size_t n_taken = 0, n_refused = 0;

	for (size_t i = 0; i < N_MESSAGES; i++) {
		size_t size = put_nth(i);

		for (size_t at = 0; at < size; at++) {
			uint8_t was = message[at];

			for (int value = 0; value < 256; value++) {
				message[at] = (uint8_t)value;
				if (take_any(message, size) == 0)
					n_taken++;
				else
					n_refused++;
			}
			message[at] = was;
		}
	}
	printf("# %zu taken, %zu refused\n", n_taken, n_refused);
	check(n_taken > 1000 && n_refused > 10000);
}

/* --- wrong in each way, by name --------------------------------------------------- */

enum what { HEADER, REQUEST, ADDRESSES, FAILURE };

/* Bytes that are put in the place of those of a good message. */
static const struct {
	const char *why;
	enum what what;
	size_t nth; /* of put_nth() */
	size_t at;
	uint8_t bytes[4];
	size_t n_bytes;
} bad[] = {
	{ "the magic is another", HEADER, 0, 3, { '2' }, 1 },
	{ "the version is another", HEADER, 0, 4, { 2 }, 1 },
	{ "the version is another", HEADER, 0, 5, { 1 }, 1 },
	{ "no such type", HEADER, 0, 6, { 0 }, 1 },
	{ "no such type", HEADER, 0, 6, { 15 }, 1 },
	{ "no such type", HEADER, 0, 6, { 23 }, 1 },
	{ "no such type", HEADER, 0, 6, { 36 }, 1 },
	{ "no such type", HEADER, 0, 7, { 1 }, 1 },
	{ "the size is another", HEADER, 0, 12, { 0 }, 1 },
	{ "the size is another", HEADER, 0, 12, { 255, 255, 255, 255 }, 4 },
	{ "what is reserved is not zero", HEADER, 0, 22, { 1 }, 1 },
	{ "what is reserved is not zero", HEADER, 0, 23, { 1 }, 1 },
	{ "it has more than one descriptor", HEADER, 16, 20, { 2 }, 1 },
	{ "it has more than one descriptor", HEADER, 16, 21, { 1 }, 1 },
	{ "the status is not an errno", HEADER, 16, 16, { 1, 0, 0, 0 }, 4 },
	{ "the status is not an errno", HEADER, 16, 16,
	  { 0x00, 0xf0, 0xff, 0xff }, 4 },
	{ "it is no answer and has a status or a descriptor", HEADER, 0, 20,
	  { 1 }, 1 },
	{ "it is no answer and has a status or a descriptor", HEADER, 0, 16,
	  { 0xff, 0xff, 0xff, 0xff }, 4 },
	{ "it is a refusal and has bytes or a descriptor", HEADER, 16, 20,
	  { 1 }, 1 },
	{ "it is a refusal and has bytes or a descriptor", HEADER, 13, 16,
	  { 0xff, 0xff, 0xff, 0xff }, 4 },
	{ "there are bytes left over", HEADER, 0, 6, { 32 }, 1 },
	{ "there are bytes left over", HEADER, 0, 6, { 33 }, 1 },
	{ "it is no request", REQUEST, 15, 0, { 'F' }, 1 },
	{ "it is no request", REQUEST, 14, 0, { 'F' }, 1 },
	{ "no such transport", REQUEST, 2, 24, { 2 }, 1 },
	{ "no such family of addresses", REQUEST, 2, 25, { 5 }, 1 },
	{ "an address is missing", REQUEST, 5, 25, { 0 }, 1 },
	{ "the port is 0", REQUEST, 2, 26, { 0, 0 }, 2 },
	{ "an address is longer than its family's", REQUEST, 2, 28, { 1 }, 1 },
	{ "an address is longer than its family's", REQUEST, 3, 32, { 1 }, 1 },
	{ "an address is longer than its family's", REQUEST, 3, 43, { 1 }, 1 },
	{ "no such access", REQUEST, 6, 24, { 0 }, 1 },
	{ "no such access", REQUEST, 6, 24, { 3 }, 1 },
	{ "no such access", REQUEST, 6, 27, { 1 }, 1 },
	{ "the mode is more than permission bits", REQUEST, 6, 29, { 2 }, 1 },
	{ "a string is too long", REQUEST, 6, 32, { 0, 16 }, 2 },
	{ "a string is too long", REQUEST, 12, 24, { 0, 1 }, 2 },
	{ "a string is too long", REQUEST, 10, 24, { 64, 0 }, 2 },
	{ "it ends too early", REQUEST, 9, 24, { 9, 0 }, 2 },
	{ "a string has a NUL in it", REQUEST, 9, 29, { 0 }, 1 },
	{ "a string has a NUL in it", REQUEST, 0, 38, { 0 }, 1 },
	{ "a string is empty", REQUEST, 9, 24, { 0, 0 }, 2 },
	{ "there are bytes left over", REQUEST, 9, 24, { 7, 0 }, 2 },
	{ "it is no answer with addresses", ADDRESSES, 0, 0, { 'F' }, 1 },
	{ "it is no answer with addresses", ADDRESSES, 13, 20, { 1 }, 1 },
	{ "it is no answer with addresses", ADDRESSES, 16, 0, { 'F' }, 1 },
	{ "an address is missing", ADDRESSES, 13, 24, { 0 }, 1 },
	{ "no such family of addresses", ADDRESSES, 13, 24, { 2 }, 1 },
	{ "an address is longer than its family's", ADDRESSES, 13, 40, { 1 },
	  1 },
	{ "it is no failure", FAILURE, 0, 0, { 'F' }, 1 },
	{ "the code is not an errno", FAILURE, 14, 24, { 1, 0, 0, 0 }, 4 },
	{ "no such stage", FAILURE, 14, 28, { 0 }, 1 },
	{ "no such stage", FAILURE, 14, 28, { 8 }, 1 },
	{ "a text is not printable", FAILURE, 14, 38, { 27 }, 1 },
	{ "a string is too long", FAILURE, 14, 36, { 0, 6 }, 2 },
	{ "a string is empty", FAILURE, 14, 36, { 0, 0 }, 2 },
};

static int take(enum what what, size_t size, const char **ret_why)
{
	static struct wire_request request;
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	struct wire_header header;
	struct fh_error err;
	size_t n;

	switch (what) {
	case HEADER:
		return wire_take_header(message, size, &header, ret_why);
	case REQUEST:
		return wire_take_request(message, size, &request, ret_why);
	case ADDRESSES:
		return wire_take_addresses(message, size, addresses, &n,
					   ret_why);
	case FAILURE:
		return wire_take_failure(message, size, &err, ret_why);
	}
	return 0;
}

static void test_bad(void)
{
	for (size_t i = 0; i < N(bad); i++) {
		size_t size = put_nth(bad[i].nth);
		const char *why = NULL;

		memcpy(message + bad[i].at, bad[i].bytes, bad[i].n_bytes);
		if (take(bad[i].what, size, &why) != -EPROTO || !why ||
		    strcmp(why, bad[i].why) != 0)
			tap_fail(__FILE__, __LINE__, "row %zu: %s, not %s", i,
				 why ? why : "taken", bad[i].why);
		check_int(take(bad[i].what, size, NULL), -EPROTO);
	}
}

/* What must not be too much. */
static void test_too_much(void)
{
	struct fh_broker_ask ask = { .kind = FH_BROKER_REQUEST, .name = "r",
				     .data = full,
				     .data_size = FH_BROKER_DATA_MAX };
	struct fh_address many[FH_BROKER_ADDRESSES_MAX] = {
		{ .family = AF_INET } };
	int size = wire_put_request(message, 1, &ask);
	const char *why = "";

	check_int(take(REQUEST, (size_t)size, &why), 0);
	message[12]++;
	check_int(take(REQUEST, (size_t)size + 1, &why), -EPROTO);
	check_str(why, "there is too much data");
	size = wire_put_answer(message, 1, 0, full, FH_BROKER_DATA_MAX, 0);
	message[12]++;
	check_int(take(HEADER, (size_t)size + 1, &why), -EPROTO);
	check_str(why, "there is too much data");
	check_int(take(HEADER, WIRE_MESSAGE_MAX + 1, &why), -EPROTO);
	check_str(why, "it is too long");
	for (size_t i = 0; i < N(many); i++)
		many[i].family = AF_INET;
	size = wire_put_addresses(message, 1, many, N(many));
	message[size] = 4;
	memset(message + size + 1, 0, 16);
	message[12] += 17;
	message[13] += message[12] < 17;
	check_int(take(ADDRESSES, (size_t)size + 17, &why), -EPROTO);
	check_str(why, "there are too many addresses");
	size = wire_put_answer(message, 1, 0, NULL, 0, 0);
	check_int(take(ADDRESSES, (size_t)size, &why), -EPROTO);
	check_str(why, "it ends too early");
}

/* A refused message leaves what was there; of a request nothing means anything. */
static void test_untouched(void)
{
	struct wire_header header = { .id = 0x5a5a5a5a };
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	struct fh_error err;
	size_t n = 99, size = put_nth(0);

	memset(addresses, 0x5a, sizeof(addresses));
	memset(&err, 0x5a, sizeof(err));
	check_int(wire_take_header(message, size - 1, &header, NULL), -EPROTO);
	check_int(header.id, 0x5a5a5a5a);
	check_int(wire_take_addresses(message, size, addresses, &n, NULL),
		  -EPROTO);
	check_int(n, 99);
	check_int(addresses[0].family, 0x5a5a5a5a);
	check_int(wire_take_failure(message, size, &err, NULL), -EPROTO);
	check_int(err.code, 0x5a5a5a5a);
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
	{ .name = "a message that is cut or longer is none", .run = test_cut },
	{ .name = "each byte changed to each value: refused or in range",
	  .run = test_changed },
	{ .name = "each mistake has its text", .run = test_bad },
	{ .name = "what is too much", .run = test_too_much },
	{ .name = "what is refused writes nothing", .run = test_untouched },
};

int main(void)
{
	memset(long_name, 'n', sizeof(long_name) - 1);
	memset(full, 'd', sizeof(full));
	return tap_run(tests, N(tests));
}
