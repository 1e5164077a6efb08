/* The program's own requests, what is wiped of them, and what is no request. */
#include "monitor_stand.h"

static int calls;

static int handle(void *ctx, const void *request, size_t size,
		  struct fh_broker_reply *reply)
{
	calls++;
	check_int(reply->size, 8);
	memcpy(reply->data, request, size < 8 ? size : 8);
	reply->size = size;
	if (ctx == &calls)
		reply->fd = open("/dev/null", O_RDONLY);
	if (ctx == &err)
		reply->fd = 99;
	if (size && *(const char *)request == '!')
		return -EXDEV;
	return size && *(const char *)request == '?' ? 5 : 0;
}

static int request(const char *name, const char *data)
{
	return ask((struct fh_broker_ask){ .kind = FH_BROKER_REQUEST,
					   .name = name, .data = data,
					   .data_size = strlen(data) });
}

static void add_request(const char *name, void *ctx)
{
	add((struct broker_row){ .kind = FH_BROKER_REQUEST, .handler = handle,
				 .ctx = ctx, .object = strdup(name),
				 .max_request = 10, .max_answer = 8 });
}

static void test_request(void)
{
	int fd;

	stage();
	add_request("echo", NULL);
	add_request("null", &calls);
	add_request("wrong", &err);
	begin();
	check_int(request("echo", "abc"), 0);
	check(answers("abc"));
	check_int(request("echo", ""), 0);
	check(answers(""));
	check_int(request("echo", "!"), -EXDEV);
	check(answers(""));
	fd = request("null", "x");
	check(fd > 2 && answers("x"));
	close(fd);
	/* With an error nothing comes, and nothing stays: open, or written. */
	check_int(request("null", "!!!!"), -EXDEV);
	check(!memmem(answer.bytes, sizeof(answer.bytes), "!!!!", 4));
	check_int(open("/dev/null", O_RDONLY), fd);
	close(fd);
	calls = 0;
	check_int(request("echo", "?"), -EIO);
	check_int(request("echo", "123456789"), -EIO);
	check_int(answer.header.size, 0);
	check_int(request("wrong", "x"), -EIO);
	check_int(calls, 3);
	check_int(request("none", "x"), -EACCES);
	check_ended(request("echo", "1234567890a"),
		    "made request echo of 11 bytes, 10 are allowed");
	check_int(calls, 3);
}

/* The worker's bytes do not stay, where they may be secret. */
static void test_wiped(void)
{
	struct fh_broker_ask wish = { .kind = FH_BROKER_REQUEST,
				      .name = "echo", .data = "secret",
				      .data_size = 6 };
	uint8_t message[WIRE_MESSAGE_MAX];
	int size;

	stage();
	add_request("echo", NULL);
	begin();
	size = wire_put_request(message, 1, &wish);
	check(size > 0 && memmem(message, (size_t)size, "secret", 6));
	check(dispatch(message, (size_t)size) > 0);
	check(answers("secret"));
	for (int i = 0; i < size; i++)
		check_int(message[i], 0);
	/* Nor of one that ends the worker, whatever it was meant to be. */
	size = wire_put_request(message, 1, &wish);
	message[4]++;
	check_int(dispatch(message, (size_t)size), -EPROTO);
	check(!memmem(message, sizeof(message), "secret", 6));
}

/* Of memory that may be nobody's any more. */
static bool still_has(const uint8_t *at, size_t size, char c)
{
	static uint8_t bytes[WIRE_MESSAGE_MAX];
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	const uint8_t many[] = { c, c, c, c, c, c, c, c };
	ssize_t n = pread(fd, bytes, size, (off_t)(uintptr_t)at);

	check(fd >= 0);
	close(fd);
	return n > 0 && memmem(bytes, (size_t)n, many, sizeof(many));
}

static void test_wiped_at_the_end(void)
{
	const uint8_t *message, *answered;

	stage();
	begin();
	message = monitor->message;
	answered = monitor->answer;
	memset(monitor->message, 'm', sizeof(monitor->message));
	memset(monitor->answer, 'a', sizeof(monitor->answer));
	/* Control: it is found while it is there. */
	check(still_has(message, WIRE_MESSAGE_MAX, 'm'));
	check(still_has(answered, WIRE_MESSAGE_MAX, 'a'));
	monitor_free(monitor);
	check(!still_has(message, WIRE_MESSAGE_MAX, 'm'));
	check(!still_has(answered, WIRE_MESSAGE_MAX, 'a'));
}

static void test_no_message(void)
{
	uint8_t message[WIRE_HEADER_SIZE] = { 0 };
	static const enum wire_type types[] = { WIRE_STANDING };

	stage();
	begin();
	check_int(dispatch(message, 0), -EPROTO);
	check_int(dispatch(message, 5), -EPROTO);
	check_int(dispatch(message, sizeof(message)), -EPROTO);
	check(strncmp(answer.why, "sent a message that is none: ", 29) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		int n = wire_put_plain(message, types[i], 1);

		check_ended(dispatch(message, (size_t)n),
			    "sent a message that only others send");
	}
	check_ended(ask_read("/x"),
		    "asked for read-file, which the table does not have");
	/* Control */
	check_int(ask_ready(), 0);
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "handlers answer what they may", test_request, 0 },
		{ "what was secret in a message is wiped", test_wiped, 0 },
		{ "nor does it stay when the monitor is over",
		  test_wiped_at_the_end, 0 },
		{ "what is no request ends the worker", test_no_message, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
