/* A monitor's dispatcher with a table of its own, asked without a worker. */
#ifndef FH_TESTS_MONITOR_STAND_H
#define FH_TESTS_MONITOR_STAND_H

#include <arpa/inet.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "broker/monitor_state.h"
#include "broker/packet.h"
#include "tap.h"

static struct fh_error err;
static struct fh_broker *broker;
static struct monitor *monitor;
static uint64_t clock_us = 1000000000;
static uint32_t next_id = 7;

/* Of the last answer. */
static struct {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	struct wire_header header;
	int fd;
	const char *why;
} answer;

__attribute__((unused)) static const char *put_file(const char *name,
						    const char *text,
						    mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	return name;
}

/* An absolute name in the test's directory, where it stands. */
__attribute__((unused)) static char *at(const char *name)
{
	char path[PATH_MAX];
	char *ret = NULL;

	check(getcwd(path, sizeof(path)) != NULL);
	check(asprintf(&ret, "%s/%s", path, name) > 0);
	return ret;
}

/* A directory for the test, and an empty table. */
__attribute__((unused)) static void stage(void)
{
	static char directory[PATH_MAX];

	snprintf(directory, sizeof(directory), "%s/monitor.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	check(mkdtemp(directory) != NULL);
	check_int(chdir(directory), 0);
	broker = broker_new();
	check(broker != NULL);
}

static inline void add(struct broker_row row)
{
	check_int(broker_add(broker, &row, &err), 0);
}

static inline void begin(void)
{
	check_int(monitor_new(broker, &monitor, &err), 0);
}

/* What was asked last, as far as it was not wiped. */
static uint8_t asked_bytes[WIRE_MESSAGE_MAX];

/* What dispatching the bytes gives, with the answer taken apart. */
static inline int dispatch(uint8_t *message, size_t size)
{
	int r;

	answer.header = (struct wire_header){ 0 };
	answer.why = NULL;
	r = monitor_dispatch(monitor, message, size, clock_us, answer.bytes,
			     &answer.fd, &answer.why);
	if (r <= 0)
		return r;
	check_int(wire_take_header(answer.bytes, (size_t)r, &answer.header,
				   NULL), 0);
	check_int(answer.header.type, WIRE_ANSWER);
	check_int(answer.header.n_fds, answer.fd >= 0);
	return r;
}

/* Return: the answer's status, or its descriptor; 1 for later; -EPROTO for one
 * that ends the worker */
static inline int ask(struct fh_broker_ask wish)
{
	int size = wire_put_request(asked_bytes, ++next_id, &wish);
	int r;

	check(size > 0);
	r = dispatch(asked_bytes, (size_t)size);
	if (r < 0) {
		check_int(r, -EPROTO);
		check(answer.why && *answer.why);
		return r;
	}
	if (r == 0)
		return 1;
	check_int(answer.header.id, next_id);
	return answer.fd >= 0 ? answer.fd : answer.header.status;
}

static inline int ask_ready(void)
{
	uint8_t message[WIRE_HEADER_SIZE];
	int size = wire_put_plain(message, WIRE_READY, ++next_id);
	int r = dispatch(message, (size_t)size);

	return r < 0 ? r : answer.header.status;
}

static inline int ask_open(unsigned int access, const char *path)
{
	return ask((struct fh_broker_ask){ .kind = FH_BROKER_OPEN,
					   .access = access, .mode = 0777,
					   .name = path });
}

static inline int ask_read(const char *path)
{
	return ask((struct fh_broker_ask){ .kind = FH_BROKER_READ_FILE,
					   .name = path });
}

static inline int ask_socket(enum fh_broker_kind kind,
			     enum fh_transport transport, const char *address,
			     uint16_t port)
{
	return ask((struct fh_broker_ask){ .kind = kind,
					   .transport = transport,
					   .address = address, .port = port });
}

static inline void check_ended(int r, const char *why)
{
	check_int(r, -EPROTO);
	check_str(answer.why, why);
}

static inline bool answers(const char *text)
{
	return answer.header.size == strlen(text) &&
	       memcmp(answer.bytes + WIRE_HEADER_SIZE, text, strlen(text)) == 0;
}

/* Every later answer, once it is known. */
static inline int later_fd(uint64_t after_us)
{
	int fd = -1;
	int size;

	clock_us += after_us;
	size = later_next(monitor, clock_us, answer.bytes, &fd);
	if (!size)
		return 1;
	check_int(wire_take_header(answer.bytes, (size_t)size, &answer.header,
				   NULL), 0);
	return fd >= 0 ? fd : answer.header.status;
}

#endif
