/* The codec: messages cut anywhere, changed anywhere, wrong in each way. */
#include "wire_messages.h"

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
	{ .name = "a message that is cut or longer is none", .run = test_cut },
	{ .name = "each byte changed to each value: refused or in range",
	  .run = test_changed },
	{ .name = "each mistake has its text", .run = test_bad },
	{ .name = "what is too much", .run = test_too_much },
	{ .name = "what is refused writes nothing", .run = test_untouched },
};

int main(void)
{
	memset(full, 'd', sizeof(full));
	return tap_run(tests, N(tests));
}
