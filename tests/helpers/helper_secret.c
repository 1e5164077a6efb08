/*
 * A program with secrets, divided by a broker; for tests/root/secrets.bats, which
 * looks for them in its memory.
 *
 *	helper_secret SERVICE USER FILE
 *
 * The worker reads commands from its standard input, a line each, and answers each
 * with a line. "take SECRET" gives it the secret; "wipe" wipes its own copies.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fumehood/fumehood.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD_MAX 32
#define SECRET_MAX 4096

/* All that the worker knows; the library's copies are what is looked for. */
static struct {
	char secret[SECRET_MAX]; /* ended by a NUL */
	char bytes[SECRET_MAX];	 /* from a file, or from the monitor */
} mine;

static char **args;
static struct fh_channel *channel;

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0 ||
	    write(STDOUT_FILENO, "\n", 1) < 0)
		_exit(1);
}

static void say_result(int r)
{
	char text[64];

	if (r == 0)
		return say("0");
	snprintf(text, sizeof(text), "-%s", strerrorname_np(-r));
	say(text);
}

static void write_log(void *ctx, enum fh_log_level level, const char *text)
{
	(void)ctx;
	(void)level;
	dprintf(STDERR_FILENO, "log: %s\n", text);
}

/* Up to the end of the line or, for a word, a blank; straight from the pipe. */
static bool read_part(char *ret, size_t size, bool is_word)
{
	size_t n = 0;

	while (n + 1 < size && read(STDIN_FILENO, ret + n, 1) == 1) {
		if (ret[n] == '\n' || (is_word && ret[n] == ' ')) {
			ret[n] = '\0';
			return true;
		}
		n++;
	}
	return false;
}

/* --- in the monitor --------------------------------------------------------- */

static int echo(void *ctx, const void *request, size_t size,
		struct fh_broker_reply *reply)
{
	(void)ctx;
	if (size > reply->size)
		return -E2BIG;
	memcpy(reply->data, request, size);
	reply->size = size;
	return 0;
}

/* Answers when nobody waits any more. */
static int echo_late(void *ctx, const void *request, size_t size,
		     struct fh_broker_reply *reply)
{
	poll(NULL, 0, 300);
	return echo(ctx, request, size, reply);
}

static int refuse(void *ctx, const void *request, size_t size,
		  struct fh_broker_reply *reply)
{
	(void)ctx;
	memcpy(reply->data, request, size < reply->size ? size : reply->size);
	return -EACCES;
}

static const struct {
	const char *name;
	fh_broker_handler function;
} handlers[] = {
	{ "echo", echo },
	{ "echo-late", echo_late },
	{ "refuse", refuse },
};

/* --- commands ----------------------------------------------------------------- */

static void take(void)
{
	say(read_part(mine.secret, sizeof(mine.secret), false) ? "0" : "-");
}

static void wipe(void)
{
	explicit_bzero(&mine, sizeof(mine));
	say("0");
}

static void tell_pid(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", getpid());
	say(text);
}

static void tell_variables(void)
{
	const char *bind = getenv("LD_BIND_NOW");

	say(getenv("FUMEHOOD_BROKER") ? "FUMEHOOD_BROKER" :
	    bind ? bind : "none");
}

static void authenticate(void)
{
	say_result(fh_broker_authenticate(channel, args[1], args[2],
					  mine.secret, -1, NULL));
}

/* What was typed in the wrong place. */
static void authenticate_as(void)
{
	say_result(fh_broker_authenticate(channel, args[1], mine.secret, "x",
					  -1, NULL));
}

static void read_file(void)
{
	size_t n;

	say_result(fh_broker_read_file(channel, args[3], mine.bytes,
				       sizeof(mine.bytes), &n, -1, NULL));
}

/* There is room for one byte: the answer came, and was not given. */
static void read_little(void)
{
	size_t n;

	say_result(fh_broker_read_file(channel, args[3], mine.bytes, 1, &n, -1,
				       NULL));
}

static void request(const char *name, int timeout_ms)
{
	size_t n;

	say_result(fh_broker_request(channel, name, mine.secret,
				     strlen(mine.secret), mine.bytes,
				     sizeof(mine.bytes), &n, NULL, timeout_ms,
				     NULL));
}

static void ask_echo(void)
{
	request("echo", -1);
}

static void ask_refusal(void)
{
	request("refuse", -1);
}

static void ask_without_waiting(void)
{
	request("echo-late", 0);
}

static int begin(enum fh_broker_kind kind, const char *name)
{
	const bool is_file = kind == FH_BROKER_READ_FILE;
	const struct fh_broker_ask ask = {
		.kind = kind, .name = name,
		.user = kind == FH_BROKER_AUTHENTICATE ? args[2] : NULL,
		.data = is_file ? NULL : mine.secret,
		.data_size = is_file ? 0 : strlen(mine.secret),
	};
	uint32_t id;

	return fh_broker_begin(channel, &ask, &id, NULL);
}

/* What comes while something else is awaited is kept. */
static void begin_all(void)
{
	size_t n;
	int r = begin(FH_BROKER_READ_FILE, args[3]);

	if (r == 0)
		r = begin(FH_BROKER_REQUEST, "echo");
	if (r == 0)
		r = begin(FH_BROKER_AUTHENTICATE, args[1]);
	if (r == 0)
		r = fh_broker_request(channel, "echo", "x", 1, mine.bytes, 1,
				      &n, NULL, -1, NULL);
	say_result(r);
}

static void finish(void)
{
	struct fh_broker_answer answer;
	int r = fh_broker_finish(channel, -1, &answer, NULL);

	say_result(r < 0 ? r : answer.status);
}

/* Asks for what takes the place of nothing that was there before. */
static void ask_other(void)
{
	size_t n;

	say_result(fh_broker_request(channel, "echo", "x", 1, mine.bytes, 1, &n,
				     NULL, -1, NULL));
}

/* What was lent goes into the next question; then the answer has it, too. */
static void pass_on(void)
{
	struct fh_broker_answer answer;
	size_t n = 0;
	int r = begin(FH_BROKER_READ_FILE, args[3]);

	if (r == 0)
		r = fh_broker_finish(channel, -1, &answer, NULL);
	if (r == 0)
		r = fh_broker_request(channel, "echo", answer.data, answer.size,
				      mine.bytes, sizeof(mine.bytes), &n, NULL,
				      -1, NULL);
	say_result(r == 0 && (!n || mine.bytes[0] == '\0') ? -EIO : r);
}

static void free_channel(void)
{
	fh_channel_free(channel);
	channel = NULL;
	say("0");
}

static void end(void)
{
	_exit(0);
}

static const struct {
	const char *name;
	void (*function)(void);
} commands[] = {
	{ "authenticate", authenticate },
	{ "authenticate-as", authenticate_as },
	{ "begin", begin_all },
	{ "echo", ask_echo },
	{ "end", end },
	{ "finish", finish },
	{ "free", free_channel },
	{ "no-wait", ask_without_waiting },
	{ "other", ask_other },
	{ "pass-on", pass_on },
	{ "pid", tell_pid },
	{ "read", read_file },
	{ "read-little", read_little },
	{ "refuse", ask_refusal },
	{ "take", take },
	{ "variables", tell_variables },
	{ "wipe", wipe },
};

static void work(void)
{
	const size_t n = sizeof(commands) / sizeof(*commands);
	char word[WORD_MAX];

	while (read_part(word, sizeof(word), true))
		for (size_t i = 0; i < n; i++)
			if (strcmp(commands[i].name, word) == 0)
				commands[i].function();
}

static int describe(struct fh_broker *broker, struct fh_error *err)
{
	const struct fh_broker_terms often = { .size = sizeof(often),
					       .per_minute = 1000 };
	int r = fh_broker_allow_authenticate(broker, args[1], 100, &often, err);

	if (r == 0)
		r = fh_broker_allow_read_file(broker, args[3], SECRET_MAX, NULL,
					      err);
	for (size_t i = 0; i < sizeof(handlers) / sizeof(*handlers) && r == 0;
	     i++)
		r = fh_broker_handle(broker, handlers[i].name, SECRET_MAX,
				     SECRET_MAX, handlers[i].function, NULL,
				     NULL, err);
	return r;
}

int main(int argc, char **argv)
{
	const struct fh_log log = { .write = write_log };
	const struct fh_broker_options options = { .size = sizeof(options),
						   .log = &log };
	struct fh_broker *broker = fh_broker_new();
	struct fh_broker_result result;
	char line[FH_ERROR_LINE_MAX];
	struct fh_error err;
	int r;

	if (argc != 4)
		return 2;
	args = argv;
	r = describe(broker, &err);
	if (r == 0)
		r = fh_broker_split(broker, argv, &options, &channel, &result,
				    &err);
	fh_broker_free(broker);
	if (r < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "%s\n", line);
		return 1;
	}
	if (r == FH_BROKER_IS_MONITOR) {
		fprintf(stderr, "%s, status %x\n", result.text,
			(unsigned int)result.status);
		return result.exit_code;
	}
	work();
	return 0;
}
