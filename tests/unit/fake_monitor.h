/* A channel, and at its other end a child that answers as a test says. */
#ifndef FH_TESTS_UNIT_FAKE_MONITOR_H
#define FH_TESTS_UNIT_FAKE_MONITOR_H

#include <dirent.h>
#include <fumehood/fumehood.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "broker/channel.h"
#include "broker/packet.h"
#include "broker/wire.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fh_channel *channel;
static struct fh_error err;
static pid_t monitor_pid;
/* The monitor's; the parent has it, too, when it plays both roles. */
static int monitor_fd = -1;
static uint8_t monitor_message[WIRE_MESSAGE_MAX];

static inline int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	check(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Both ends in one process: the test answers itself. */
static inline void channel_begin_alone(void)
{
	int ends[2];

	check_int(packet_pair(ends), 0);
	monitor_fd = ends[1];
	channel = channel_new(ends[0]);
	check(channel);
}

/* A monitor of its own, which ends with the test. */
static inline void channel_begin_with(void (*monitor)(void))
{
	int ends[2];

	check_int(packet_pair(ends), 0);
	fflush(stdout);
	monitor_pid = fork();
	check(monitor_pid >= 0);
	if (monitor_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		monitor_fd = ends[1];
		monitor();
		_exit(0);
	}
	close(ends[1]);
	channel = channel_new(ends[0]);
	check(channel);
}

/* It did all that it should have. */
static inline void channel_end(void)
{
	int status = -1;

	fh_channel_free(channel);
	if (!monitor_pid)
		return;
	check_int(waitpid(monitor_pid, &status, 0), monitor_pid);
	check_int(status, 0);
}

/* --- what a monitor does ------------------------------------------------------ */

/* Return: the header; .type WIRE_NONE when the worker has closed */
static inline struct wire_header monitor_take(struct wire_request *ret)
{
	struct wire_header header = { 0 };
	const char *why = "";
	size_t size = 0;

	check_int(packet_await(monitor_fd, monitor_message,
			       sizeof(monitor_message), &size, NULL), 0);
	if (!size)
		return header;
	check_int(wire_take_header(monitor_message, size, &header, &why), 0);
	if (wire_is_request(header.type))
		check_int(wire_take_request(monitor_message, size, ret, &why),
			  0);
	return header;
}

/* @fd: closed then */
static inline void monitor_answer(uint32_t id, int status, const void *data,
				  size_t size, int fd)
{
	static uint8_t answer[WIRE_MESSAGE_MAX];
	int n = wire_put_answer(answer, id, status, data, size, fd >= 0);

	check(n > 0);
	check_int(packet_send(monitor_fd, answer, (size_t)n, fd), 0);
	if (fd >= 0)
		close(fd);
}

/* --- descriptors that it may send ----------------------------------------------- */

enum thing {
	NOTHING,
	LISTENER,
	DATAGRAM,
	STREAM,
	STREAM_NONBLOCKING,
	SOCKET_PLACE, /* O_PATH of a socket with a name */
	FILE_READ,
	FILE_WRITE,
	FILE_BOTH,
	FILE_PLACE, /* O_PATH */
	DIRECTORY,
	PIPE,
	NULL_DEVICE,
};

static inline int make_file(int flags)
{
	char path[] = "/tmp/fumehood-channel.XXXXXX";
	int made = mkstemp(path), fd;

	check(made >= 0);
	check_int(write(made, "file", 4), 4);
	close(made);
	fd = open(path, flags | O_CLOEXEC);
	check(fd >= 0);
	unlink(path);
	return fd;
}

static inline int make_place(void)
{
	struct sockaddr_un {
		sa_family_t family;
		char path[108];
	} name = { .family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), place;

	snprintf(name.path, sizeof(name.path), "/tmp/fumehood-place.%d",
		 (int)getpid());
	check(bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0);
	place = open(name.path, O_PATH);
	check(place >= 0);
	unlink(name.path);
	close(fd);
	return place;
}

static inline int make_thing(enum thing thing)
{
	int ends[2];

	switch (thing) {
	case NOTHING:
		return -1;
	case LISTENER:
		ends[0] = socket(AF_INET, SOCK_STREAM, 0);
		check(ends[0] >= 0 && listen(ends[0], 1) == 0);
		return ends[0];
	case DATAGRAM:
		return socket(AF_INET, SOCK_DGRAM, 0);
	case STREAM:
	case STREAM_NONBLOCKING:
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
		close(ends[1]);
		if (thing == STREAM_NONBLOCKING)
			fcntl(ends[0], F_SETFL, O_NONBLOCK);
		return ends[0];
	case SOCKET_PLACE:
		return make_place();
	case FILE_READ:
		return make_file(O_RDONLY);
	case FILE_WRITE:
		return make_file(O_WRONLY);
	case FILE_BOTH:
		return make_file(O_RDWR);
	case FILE_PLACE:
		return make_file(O_PATH);
	case DIRECTORY:
		return open("/", O_RDONLY | O_DIRECTORY);
	case PIPE:
		check(pipe(ends) == 0);
		close(ends[0]);
		return ends[1];
	case NULL_DEVICE:
		return open("/dev/null", O_RDWR);
	}
	return -1;
}

/* --- an honest monitor ----------------------------------------------------------- */

static inline enum thing thing_of(const struct wire_request *request)
{
	switch (request->kind) {
	case FH_BROKER_BIND:
		return request->transport == FH_TCP ? LISTENER : DATAGRAM;
	case FH_BROKER_CONNECT:
		return STREAM;
	case FH_BROKER_OPEN:
		return request->access == FH_READ  ? FILE_READ :
		       request->access == FH_WRITE ? FILE_BOTH :
						     FILE_WRITE;
	case FH_BROKER_REQUEST:
		return request->data_size ? PIPE : NOTHING;
	default:
		return NOTHING;
	}
}

static inline void answer_addresses(uint32_t id)
{
	static const struct fh_address two[] = {
		{ .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
		{ .family = AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8 } },
	};
	static uint8_t answer[WIRE_MESSAGE_MAX];
	int size = wire_put_addresses(answer, id, two, 2);

	check_int(packet_send(monitor_fd, answer, (size_t)size, -1), 0);
}

/* What is named "no" is refused, "gone" is not there. */
static inline void answer_request(const struct wire_request *request)
{
	int fd = -1;

	if (strcmp(request->name, "/no") == 0 ||
	    (request->kind == FH_BROKER_AUTHENTICATE &&
	     (request->data_size != 5 || memcmp(request->data, "right", 5)))) {
		monitor_answer(request->id, -EACCES, NULL, 0, -1);
	} else if (strcmp(request->name, "/gone") == 0) {
		monitor_answer(request->id, -ENOENT, NULL, 0, -1);
	} else if (request->kind == FH_BROKER_RESOLVE) {
		answer_addresses(request->id);
	} else if (request->kind == FH_BROKER_READ_FILE) {
		monitor_answer(request->id, 0, "a key", 5, -1);
	} else if (request->kind == FH_BROKER_REQUEST) {
		fd = make_thing(thing_of(request));
		monitor_answer(request->id, 0, request->data,
			       request->data_size, fd);
	} else {
		fd = make_thing(thing_of(request));
		monitor_answer(request->id, 0, NULL, 0, fd);
	}
}

static inline void honest(void)
{
	static struct wire_request request;
	struct wire_header header;

	for (;;) {
		header = monitor_take(&request);
		if (header.type == WIRE_NONE)
			return;
		if (header.type == WIRE_READY)
			monitor_answer(header.id, 0, NULL, 0, -1);
		else
			answer_request(&request);
	}
}

static inline void check_cloexec(int fd)
{
	if (fd < 0)
		tap_fail(__FILE__, __LINE__, "%d: %s", fd, err.what);
	check(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

static inline bool is_readable(void)
{
	struct pollfd end = { .fd = fh_broker_fd(channel), .events = POLLIN };

	return poll(&end, 1, 0) == 1;
}

#endif
