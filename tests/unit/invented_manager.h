/*
 * A user manager that is invented: it insists on being asked as the real one is,
 * and then does what .fault says. serve() is for a child; it ends with 1 when what
 * it was asked is not right.
 */
#ifndef FH_TESTS_INVENTED_MANAGER_H
#define FH_TESTS_INVENTED_MANAGER_H

#include <sys/socket.h>

#include "cgroup/dbus_message.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define MANAGER "org.freedesktop.systemd1.Manager"
#define PATH "/org/freedesktop/systemd1"
#define NAME "fumehood-1.scope"

/* What is wrong with the manager. */
enum fault {
	RIGHT,
	REJECTS,	/* the authentication */
	SILENT_LINE,	/* says nothing from the beginning */
	ENDLESS_LINE,	/* a line that does not end */
	SILENT,		/* says nothing when it is asked to start one */
	WRONG_SERIAL,	/* answers another call, then falls silent */
	WRONG_FIRST,	/* the same, then answers */
	SAYS_ERROR,
	SAYS_DENIED,
	SAYS_RUBBISH,
	SAYS_NOTHING,	/* an answer without a job */
	SAYS_TOO_LONG,	/* announces more than D-Bus allows */
	SAYS_LONG,	/* a long signal in between */
	HANGS_UP,	/* in the middle of a message */
	FLOODS,		/* with other signals, without end */
	OTHER_JOB,	/* tells the end of another one, and no more */
	OTHER_SENDER,	/* somebody else tells the end */
	TOO_EARLY,	/* tells the end before the answer, and no more */
	FAILS,		/* the job does */
};

static uint8_t in[DBUS_MESSAGE_MAX], out[DBUS_MESSAGE_MAX];
static enum fault fault;
static bool has_names;

/* --- the manager, in a child ------------------------------------------------------- */

static void take_exactly(int fd, void *ret, size_t size)
{
	for (size_t n = 0; n < size;) {
		ssize_t got = recv(fd, (char *)ret + n, size - n, 0);

		if (got <= 0)
			_exit(0); /* they had enough */
		n += (size_t)got;
	}
}

static void put_exactly(int fd, const void *data, size_t size)
{
	for (size_t n = 0; n < size;) {
		ssize_t put = send(fd, (const char *)data + n, size - n,
				   MSG_NOSIGNAL);

		if (put <= 0)
			_exit(0);
		n += (size_t)put;
	}
}

/* "\0AUTH EXTERNAL 34323432\r\nBEGIN\r\n", in one piece; "OK ..." */
static void be_greeted(int fd)
{
	char expected[80] = "AUTH EXTERNAL ", line[80] = "";
	char digits[16];
	size_t len;

	snprintf(digits, sizeof(digits), "%u", geteuid());
	for (const char *digit = digits; *digit; digit++)
		sprintf(expected + strlen(expected), "%02x", *digit);
	strcat(expected, "\r\nBEGIN\r\n");
	len = strlen(expected);
	take_exactly(fd, line, 1);
	check_int(line[0], 0);
	take_exactly(fd, line, len);
	check_str(line, expected);
	if (fault == SILENT_LINE)
		pause();
	while (fault == ENDLESS_LINE)
		put_exactly(fd, "OK OK OK", 8);
	if (fault == REJECTS)
		put_exactly(fd, "REJECTED EXTERNAL\r\n", 19);
	else
		put_exactly(fd, "OK 0123456789abcdef\r\n", 21);
}

static void put_string(int fd, struct dbus_header *header, const char *string)
{
	struct dbus_builder b;
	static uint32_t serial = 1000;
	int size;

	header->serial = ++serial;
	header->sender = header->sender ? header->sender :
			 has_names	? ":1.4" :
					  NULL;
	header->signature = string ? *string == '/' ? "o" : "s" : NULL;
	b = dbus_begin(out, header);
	if (string)
		dbus_put_string(&b, string);
	size = dbus_finish(&b);
	check(size > 0);
	put_exactly(fd, out, (size_t)size);
}

static void put_answer(int fd, uint32_t to, const char *string)
{
	put_string(fd,
		   &(struct dbus_header){ .type = DBUS_REPLY,
					  .reply_serial = to },
		   string);
}

static void put_error(int fd, uint32_t to, const char *name)
{
	put_string(fd,
		   &(struct dbus_header){ .type = DBUS_ERROR,
					  .reply_serial = to,
					  .error_name = name },
		   "no\033[2J, not today");
}

static void put_end(int fd, const char *sender, const char *job,
		    const char *result)
{
	struct dbus_builder b =
		dbus_begin(out,
			   &(struct dbus_header){ .type = DBUS_SIGNAL,
						  .serial = 5,
						  .path = PATH,
						  .interface = MANAGER,
						  .member = "JobRemoved",
						  .sender = sender,
						  .signature = "uoss" });
	int size;

	dbus_put_number(&b, 17);
	dbus_put_string(&b, job);
	dbus_put_string(&b, NAME);
	dbus_put_string(&b, result);
	size = dbus_finish(&b);
	check(size > 0);
	put_exactly(fd, out, (size_t)size);
}

static void put_signal(int fd)
{
	put_string(fd,
		   &(struct dbus_header){ .type = DBUS_SIGNAL,
					  .path = PATH,
					  .interface = MANAGER,
					  .member = "UnitNew" },
		   NAME);
}

static uint32_t take_message(int fd, struct dbus_header *ret,
			     struct dbus_reader *ret_body)
{
	const char *why = NULL;
	size_t size;

	take_exactly(fd, in, DBUS_FIXED_SIZE);
	check_int(dbus_size(in, &size, &why), 0);
	check(size <= sizeof(in));
	take_exactly(fd, in + DBUS_FIXED_SIZE, size - DBUS_FIXED_SIZE);
	check_int(dbus_take(in, size, ret, ret_body, &why), 0);
	check_int(ret->type, DBUS_CALL);
	return ret->serial;
}

static uint32_t be_called(int fd, const char *interface, const char *member,
			  const char *argument)
{
	struct dbus_header header;
	struct dbus_reader body;
	uint32_t serial = take_message(fd, &header, &body);

	check_str(header.interface, interface);
	check_str(header.member, member);
	check_str(header.signature, argument ? "s" : "");
	if (argument)
		check_str(dbus_take_string(&body), argument);
	put_signal(fd); /* to be passed over */
	return serial;
}

/* What a property of the unit is to be, as bytes; before a value there are zeros. */
#define ASKED(bytes) { bytes, sizeof(bytes) - 1 }
static const struct {
	const char *bytes;
	size_t size;
} asked[] = {
	ASKED("Description\0\1s\0"),
	ASKED("\x07\0\0\0a \\x1bb\0"),
	ASKED("PIDs\0\2au\0"),
	ASKED("\x08\0\0\0\xd2\4\0\0\xd3\4\0\0"), /* 1234, 1235 */
	ASKED("Delegate\0\1b\0"),
	ASKED("\1\0\0\0"),
	ASKED("CollectMode\0\1s\0"),
	ASKED("\x12\0\0\0inactive-or-failed\0"),
};

static uint32_t be_asked(int fd)
{
	struct dbus_header header;
	struct dbus_reader body;
	uint32_t serial = take_message(fd, &header, &body);
	const uint8_t *end;

	check_str(header.destination, "org.freedesktop.systemd1");
	check_str(header.path, PATH);
	check_str(header.interface, MANAGER);
	check_str(header.member, "StartTransientUnit");
	check_str(header.signature, "ssa(sv)a(sa(sv))");
	check_str(dbus_take_string(&body), NAME);
	check_str(dbus_take_string(&body), "fail");
	end = body.r.at + body.r.left;
	for (size_t i = 0; i < N(asked); i++) {
		const uint8_t *at = memmem(body.r.at, (size_t)(end - body.r.at),
					   asked[i].bytes, asked[i].size);

		if (!at)
			tap_fail(__FILE__, __LINE__, "property %zu", i);
		body.r.at = at + asked[i].size;
	}
	/* And nothing else, but an empty array. */
	for (; body.r.at < end; body.r.at++)
		check_int(*body.r.at, 0);
	return serial;
}

/* Ends what the child has to say in a way of its own; returns where it goes on as if
 * nothing had been. */
static void answer_wrongly(int fd, uint32_t serial)
{
	static const char zeros[1 << 16];
	static const uint8_t rubbish[DBUS_FIXED_SIZE] = "l123rubbish";
	/* A signal of a megabyte, and what is more than there may be. */
	static const uint8_t begins_long[] = { 'l', 4, 0, 1, 0, 0, 16, 0,
					       1,   0, 0, 0, 0, 0, 0,  0 };
	static const uint8_t too_long[] = { 'l', 4, 0, 1, 0, 0, 0, 16,
					    1,   0, 0, 0, 0, 0, 0, 0 };

	switch (fault) {
	case SILENT:
		pause();
		break;
	case WRONG_SERIAL:
		put_answer(fd, serial - 1, PATH "/job/17");
		put_end(fd, has_names ? ":1.4" : NULL, PATH "/job/17", "done");
		pause();
		break;
	case WRONG_FIRST:
		put_answer(fd, serial + 1, PATH "/job/18");
		break;
	case SAYS_ERROR:
		put_error(fd, serial, "org.freedesktop.systemd1.UnitExists");
		break;
	case SAYS_DENIED:
		put_error(fd, serial, "org.freedesktop.DBus.Error.AccessDenied");
		break;
	case SAYS_NOTHING:
		put_answer(fd, serial, NULL);
		break;
	case SAYS_RUBBISH:
		put_exactly(fd, rubbish, sizeof(rubbish));
		pause();
		break;
	case SAYS_TOO_LONG:
		put_exactly(fd, too_long, sizeof(too_long));
		pause();
		break;
	case SAYS_LONG:
		put_exactly(fd, begins_long, sizeof(begins_long));
		for (int i = 0; i < 16; i++)
			put_exactly(fd, zeros, sizeof(zeros));
		break;
	case HANGS_UP:
		put_exactly(fd, begins_long, sizeof(begins_long));
		_exit(0);
	case FLOODS:
		for (;;)
			put_signal(fd);
	case TOO_EARLY:
		put_end(fd, has_names ? ":1.4" : NULL, PATH "/job/17", "done");
		break;
	default:
		break;
	}
}

static void serve(int listening)
{
	const char *self = has_names ? ":1.4" : NULL;
	int fd = accept(listening, NULL, NULL);
	static const char bus[] = "org.freedesktop.DBus";
	uint32_t serial;

	check(fd >= 0);
	be_greeted(fd);
	if (has_names) {
		put_answer(fd, be_called(fd, bus, "Hello", NULL), ":1.9");
		put_answer(fd,
			   be_called(fd, bus, "AddMatch",
				     "type='signal',sender='org.freedesktop.systemd1',"
				     "path='" PATH "',interface='" MANAGER "',"
				     "member='JobRemoved'"),
			   NULL);
	}
	put_answer(fd, be_called(fd, MANAGER, "Subscribe", NULL), NULL);
	serial = be_asked(fd);
	answer_wrongly(fd, serial);
	put_answer(fd, serial, PATH "/job/17");
	put_end(fd, self, PATH "/job/16", "done");
	put_signal(fd);
	if (fault == OTHER_SENDER)
		put_end(fd, ":1.66", PATH "/job/17", "done");
	else if (fault != OTHER_JOB && fault != TOO_EARLY)
		put_end(fd, self, PATH "/job/17",
			fault == FAILS ? "fai\033led" : "done");
	pause();
}

#endif
