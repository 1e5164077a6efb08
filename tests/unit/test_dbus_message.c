/* Messages of D-Bus are made as the specification has them, byte by byte, and what is
 * not such a message is refused, with a reason. */
#include "cgroup/dbus_message.h"

#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* By hand, from the specification. */
static const uint8_t call[] = {
	'l', 1, 0, 1, 40, 0, 0, 0, 7, 0, 0, 0, 61, 0, 0, 0,
	/* fields: path, member, destination, signature */
	1, 1, 'o', 0, 2, 0, 0, 0, '/', 'a', 0, 0, 0, 0, 0, 0,
	3, 1, 's', 0, 4, 0, 0, 0, 'C', 'a', 'l', 'l', 0, 0, 0, 0,
	6, 1, 's', 0, 3, 0, 0, 0, 'x', '.', 'y', 0, 0, 0, 0, 0,
	8, 1, 'g', 0, 7, 's', 's', 'a', '(', 's', 'v', ')', 0, 0, 0, 0,
	/* body: "ab", "", an array of one structure */
	2, 0, 0, 0, 'a', 'b', 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	16, 0, 0, 0, 0, 0, 0, 0,
	/* of "n" and a variant: b, true */
	1, 0, 0, 0, 'n', 0, 1, 'b', 0, 0, 0, 0, 1, 0, 0, 0,
};
#define BODY_AT 80

/* Answers to 3: an error with words. */
static const uint8_t answer[] = {
	'l', 3, 1, 1, 7, 0, 0, 0, 9, 0, 0, 0, 63, 0, 0, 0,
	4, 1, 's', 0, 3, 0, 0, 0, 'e', '.', 'r', 0, 0, 0, 0, 0,
	5, 1, 'u', 0, 3, 0, 0, 0,
	7, 1, 's', 0, 4, 0, 0, 0, ':', '1', '.', '2', 0, 0, 0, 0,
	99, 1, 't', 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
	8, 1, 'g', 0, 1, 's', 0, 0,
	2, 0, 0, 0, 'n', 'o', 0,
};
#define TYPE_AT 1
#define VERSION_AT 3
#define SERIAL_AT 8
#define ERROR_AT 16
#define REPLY_AT 32
#define SENDER_AT 40
#define UNKNOWN_AT 56
#define SIGNATURE_AT 72

static uint8_t message[DBUS_MESSAGE_MAX];

static void test_bytes(void)
{
	struct dbus_builder b =
		dbus_begin(message,
			   &(struct dbus_header){ .type = DBUS_CALL,
						  .serial = 7,
						  .path = "/a",
						  .interface = "",
						  .member = "Call",
						  .destination = "x.y",
						  .signature = "ssa(sv)" });
	struct dbus_array array;

	dbus_put_string(&b, "ab");
	dbus_put_string(&b, "");
	array = dbus_array_begin(&b, 8);
	dbus_put_struct(&b);
	dbus_put_string(&b, "n");
	dbus_put_signature(&b, "b");
	dbus_put_number(&b, 1);
	dbus_array_end(&b, &array);
	check_int(dbus_finish(&b), sizeof(call));
	for (size_t i = 0; i < sizeof(call); i++)
		if (message[i] != call[i])
			tap_fail(__FILE__, __LINE__, "byte %zu is %d, not %d",
				 i, message[i], call[i]);
}

static void test_empty_array(void)
{
	struct dbus_builder b =
		dbus_begin(message,
			   &(struct dbus_header){ .type = DBUS_CALL,
						  .serial = 1,
						  .path = "/",
						  .member = "M",
						  .signature = "a(sv)" });
	size_t body = b.w.len;
	struct dbus_array array = dbus_array_begin(&b, 8);
	struct dbus_header header;
	struct dbus_reader reader;
	const char *why = NULL;

	dbus_array_end(&b, &array);
	check_int(dbus_finish(&b), body + 8); /* filled up for no element */
	check_int(dbus_take(message, body + 8, &header, &reader, &why), 0);
	check_int(dbus_take_number(&reader), 0);
}

static void test_too_much(void)
{
	static char string[DBUS_STRING_MAX + 2];
	struct dbus_header header = { .type = DBUS_CALL, .serial = 1 };
	struct dbus_builder b = dbus_begin(message, &header);

	memset(string, 'x', DBUS_STRING_MAX);
	for (int i = 0; i < 8; i++)
		dbus_put_string(&b, string);
	check(dbus_finish(&b) > 8 * DBUS_STRING_MAX);
	for (int i = 0; i < 8; i++)
		dbus_put_string(&b, string);
	check_int(dbus_finish(&b), -E2BIG);
	check(b.w.len <= DBUS_MESSAGE_MAX);
	b = dbus_begin(message, &header);
	string[DBUS_STRING_MAX] = 'x';
	dbus_put_string(&b, string);
	check_int(dbus_finish(&b), -E2BIG);
}

static void test_taken(void)
{
	struct dbus_header header;
	struct dbus_reader body;
	const char *why = NULL;

	check_int(dbus_take(answer, sizeof(answer), &header, &body, &why), 0);
	check_int(header.type, DBUS_ERROR);
	check_int(header.serial, 9);
	check_int(header.reply_serial, 3);
	check_str(header.error_name, "e.r");
	check_str(header.sender, ":1.2");
	check_str(header.signature, "s");
	check_str(header.path, "");
	check_str(dbus_take_string(&body), "no");
	check(!body.r.why);
	check_int(body.r.left, 0);
	check_str(dbus_take_string(&body), "");
	check_str(body.r.why, "it ends too early");

	check_int(dbus_take(call, sizeof(call), &header, &body, &why), 0);
	check_str(header.path, "/a");
	check_str(header.member, "Call");
	check_str(header.destination, "x.y");
	check_int(body.r.left, sizeof(call) - BODY_AT);
}

/* Every beginning of it, in a block of exactly that size. */
static void test_short(void)
{
	for (size_t size = 0; size < sizeof(answer); size++) {
		uint8_t *exact = malloc(size ? size : 1);
		struct dbus_header header;
		struct dbus_reader body;
		const char *why = NULL;

		check(exact);
		memcpy(exact, answer, size);
		check_int(dbus_take(exact, size, &header, &body, &why), -EPROTO);
		check(why);
		free(exact);
	}
}

/* One byte changed. */
static const struct {
	const char *why;
	size_t at;
	uint8_t byte;
} bad[] = {
	{ "it is not little-endian", 0, 'B' },
	{ "the version is another", VERSION_AT, 2 },
	{ "the size is another", 4, 8 },
	{ "the serial is 0", SERIAL_AT, 0 },
	{ "it is longer than a message may be", 7, 0xff },
	{ "it is longer than a message may be", 15, 0xff },
	{ "a field that it must have is missing", TYPE_AT, DBUS_SIGNAL },
	{ "a field that it must have is missing", TYPE_AT, DBUS_CALL },
	{ "a field that it must have is missing", TYPE_AT, 0 },
	{ "a field that it must have is missing", REPLY_AT + 4, 0 },
	{ "a field of the header has the number 0", ERROR_AT, 0 },
	{ "a field of the header has another type", ERROR_AT + 2, 'o' },
	{ "a field of the header is there twice", SENDER_AT, 4 },
	{ "a field of the header has no plain type", UNKNOWN_AT + 2, 'v' },
	{ "a string does not end where it should", UNKNOWN_AT + 1, 0 },
	{ "what it answers is not said once", REPLY_AT + 2, 'i' },
	{ "what it answers is not said once", UNKNOWN_AT, 5 },
	{ "what fills it up is not zero", ERROR_AT + 13, 1 },
	{ "a string is too long", ERROR_AT + 5, 5 },
	{ "a string is too long", ERROR_AT + 7, 0xff },
	{ "a string does not end where it should", ERROR_AT + 11, 'x' },
	{ "a string does not end where it should", ERROR_AT + 9, 0 },
	{ "it ends too early", SENDER_AT + 4, 200 },
	{ "a string does not end where it should", SIGNATURE_AT + 4, 3 },
};

static void test_bad(void)
{
	for (size_t i = 0; i < N(bad); i++) {
		struct dbus_header header = { .serial = 42 };
		struct dbus_reader body;
		const char *why = NULL;

		memcpy(message, answer, sizeof(answer));
		message[bad[i].at] = bad[i].byte;
		printf("# %zu: %s\n", i, bad[i].why);
		check_int(dbus_take(message, sizeof(answer), &header, &body,
				    &why),
			  -EPROTO);
		check_str(why, bad[i].why);
		check_int(header.serial, 42);
	}
}

/* Where a field ends beyond the header, though not beyond the message. */
static void test_beyond(void)
{
	struct dbus_header header;
	struct dbus_reader body;
	const char *why = NULL;

	memcpy(message, call, sizeof(call));
	message[12] -= 8;
	message[4] += 8;
	check_int(dbus_take(message, sizeof(call), &header, &body, &why),
		  -EPROTO);
	check_str(why, "a field goes beyond the header");
}

static void test_type_unknown(void)
{
	struct dbus_header header;
	struct dbus_reader body;
	const char *why = NULL;

	memcpy(message, answer, sizeof(answer));
	message[TYPE_AT] = 77;
	check_int(dbus_take(message, sizeof(answer), &header, &body, &why), 0);
	check_int(header.type, 77);
}

static void test_size(void)
{
	const char *why = NULL;
	size_t size = 0;

	check_int(dbus_size(answer, &size, &why), 0);
	check_int(size, sizeof(answer));
	memcpy(message, answer, DBUS_FIXED_SIZE);
	memset(message + 4, 0xff, 4);
	memset(message + 12, 0xff, 4);
	check_int(dbus_size(message, &size, &why), -EPROTO);
	check_str(why, "it is longer than a message may be");
	check_int(size, sizeof(answer));
	/* Of a length that is allowed, and ours to pass over. */
	memcpy(message, answer, DBUS_FIXED_SIZE);
	message[6] = 0x10;
	check_int(dbus_size(message, &size, &why), 0);
	check_int(size, sizeof(answer) + (1 << 20));
}

static const struct tap_test tests[] = {
	{ .name = "a call, byte by byte", .run = test_bytes },
	{ .name = "an empty array of structures", .run = test_empty_array },
	{ .name = "what is too long is not made", .run = test_too_much },
	{ .name = "an error and a call are read", .run = test_taken },
	{ .name = "what is cut off is refused", .run = test_short },
	{ .name = "what is wrong is refused, with the reason", .run = test_bad },
	{ .name = "a field beyond the header is refused", .run = test_beyond },
	{ .name = "an unknown type is left to the caller",
	  .run = test_type_unknown },
	{ .name = "the size is known from the beginning", .run = test_size },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
