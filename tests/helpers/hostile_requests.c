/* Asks at the wrong time, too often, and for what is not in the table. */
#include "helpers/hostile.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/wire.h"

static int bind_once(void)
{
	return fh_broker_bind(hostile_channel, FH_TCP, "127.0.0.1", hostile_port, PATIENCE,
			      NULL);
}

static int bind_late(void)
{
	if (fh_broker_ready(hostile_channel, PATIENCE, NULL) < 0)
		return BROKEN;
	return refused(bind_once() < 0);
}

static int bind_twice(void)
{
	int fd = bind_once();

	if (fd < 0)
		return BROKEN;
	close(fd);
	return refused(bind_once() < 0);
}

/* A socket that was given, and is let go of, reaches nothing else. */
static int reuse_socket(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	const struct sockaddr_in other = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(hostile_port + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int on = 1;
	int fd = bind_once();

	if (fd < 0 || connect(fd, &none, sizeof(none)) < 0)
		return BROKEN;
	return refused(connect(fd, (const struct sockaddr *)&other,
			       sizeof(other)) < 0 && errno == EACCES &&
		       bind(fd, (const struct sockaddr *)&other,
			    sizeof(other)) < 0 && errno == EACCES &&
		       listen(fd, 1) < 0 && errno == EACCES &&
		       setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
				  sizeof(on)) < 0 &&
		       sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
			      (const struct sockaddr *)&other,
			      sizeof(other)) < 0 && errno == EOPNOTSUPP);
}

static int read_secret(void)
{
	char text[64];
	size_t n;

	return fh_broker_read_file(hostile_channel, at("secret"), text, sizeof(text),
				   &n, PATIENCE, NULL);
}

static int read_often(void)
{
	for (int i = 0; i < 3; i++)
		if (read_secret() < 0)
			return BROKEN;
	return refused(read_secret() < 0);
}

/* --- what is not in the table ------------------------------------------------------- */

static int get(unsigned int access, const char *path)
{
	return fh_broker_open(hostile_channel, access, path, 0600, PATIENCE, NULL);
}

/* Controls first: what is in the table is given. */
static int open_others(void)
{
	static const char *const beyond[] = {
		"files/../secret", "files/sub/../../secret", "files/..",
		"files/./../secret", "files//../secret", "secret", "files",
		"files/", "filesx", "files/link", "files/sub/up/secret",
		"files/fifo", "files/none", "spool/plain", "files/abs",
		"files/plain/", "files/proc", "files/sub", "",
	};
	int fd = get(FH_READ, at("files/plain"));

	if (fd < 0)
		return BROKEN;
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++)
		if (get(FH_READ, at(beyond[i])) >= 0) {
			printf("got %s\n", beyond[i]);
			return WON;
		}
	return refused(get(FH_READ, "/etc/passwd") < 0 &&
		       get(FH_READ, "etc/passwd") < 0 &&
		       get(FH_READ, "/proc/self/root/etc/passwd") < 0 &&
		       get(FH_READ, "//etc/passwd") < 0);
}

static int write_others(void)
{
	int fd = get(FH_BROKER_CREATE, at("spool/new"));

	if (fd < 0 || write(fd, "x", 1) != 1)
		return BROKEN;
	close(fd);
	fd = get(FH_READ, at("files/plain"));
	if (fd < 0)
		return BROKEN;
	return refused(write(fd, "x", 1) < 0 &&
		       get(FH_WRITE, at("files/plain")) < 0 &&
		       get(FH_BROKER_CREATE, at("files/new")) < 0 &&
		       get(FH_BROKER_CREATE, at("spool/new")) < 0 &&
		       get(FH_BROKER_CREATE, at("spool/dangling")) < 0 &&
		       get(FH_BROKER_CREATE, at("spool/../outside")) < 0 &&
		       get(FH_READ | FH_BROKER_CREATE, at("spool/x")) < 0 &&
		       get(FH_EXEC, at("files/plain")) < 0 &&
		       get(0, at("files/plain")) < 0);
}

/* Somebody outside exchanges files/swapped for a link to the secret all the time. */
static int open_swapped(void)
{
	int n_given = 0;

	for (int i = 0; i < 10000; i++) {
		char text[6] = "";
		int fd = get(FH_READ, at("files/swapped"));

		if (fd < 0)
			continue;
		if (read(fd, text, 5) == 5 && strcmp(text, "plain") != 0)
			return WON;
		n_given++;
		close(fd);
	}
	return n_given ? 0 : BROKEN;
}

static int connect_others(void)
{
	static const struct {
		const char *address;
		int more;
	} others[] = { { "127.0.0.1", 1 }, { "127.0.0.2", 0 }, { "::1", 0 },
		       { "0.0.0.0", 0 }, { "::ffff:127.0.0.1", 0 } };
	int fd = fh_broker_connect(hostile_channel, FH_TCP, "127.0.0.1", hostile_port,
				   PATIENCE, NULL);

	/* Nobody listens there; what matters is who said so. */
	if (fd != -ECONNREFUSED)
		return BROKEN;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (fh_broker_connect(hostile_channel, FH_TCP, others[i].address,
				      (uint16_t)(hostile_port + others[i].more),
				      PATIENCE, NULL) != -EACCES)
			return WON;
	return refused(fh_broker_connect(hostile_channel, FH_UDP, "127.0.0.1", hostile_port,
					 PATIENCE, NULL) == -EACCES);
}

/* --- floods ---------------------------------------------------------------------------- */

static int ask_ten_thousand_times(void)
{
	for (int i = 0; i < 100; i++)
		close(get(FH_READ, at("files/plain")));
	if (pause_for_test("few"))
		return BROKEN;
	for (int i = 0; i < 10000; i++) {
		int fd = get(FH_READ, at(i % 3 ? "files/plain" : "files/none"));

		if ((fd >= 0) != (i % 3 != 0))
			return WON;
		if (fd >= 0)
			close(fd);
	}
	return pause_for_test("many");
}

static size_t ask_for_plain(uint8_t *ret)
{
	const struct fh_broker_ask ask = { .kind = FH_BROKER_OPEN,
					   .access = FH_READ,
					   .name = at("files/plain") };

	return (size_t)wire_put_request(ret, 77, &ask);
}

/* Requests, but nobody who takes the answers. */
static int flood(void)
{
	static uint8_t bytes[WIRE_MESSAGE_MAX];
	int end = hostile_socket(), n = 0;
	size_t size = ask_for_plain(bytes);

	if (fcntl(end, F_SETFL, O_NONBLOCK) < 0)
		return BROKEN;
	for (int quiet = 0; quiet < 20;) {
		if (write(end, bytes, size) == (ssize_t)size) {
			quiet = 0;
			n++;
			continue;
		}
		usleep(10000);
		quiet++;
	}
	/* It stopped listening: both ways are full. */
	return n > 0 && n < 100000 ? pause_for_test("full") : WON;
}

static int close_channel(void)
{
	fh_channel_free(hostile_channel);
	usleep(300000);
	return 0;
}

static int do_nothing(void)
{
	int fd = bind_once();

	return fd >= 0 && read_secret() == 0 ? 0 : BROKEN;
}

const struct hostile_attack hostile_requests[] = {
	{ "nothing", do_nothing },
	{ "bind-late", bind_late },
	{ "bind-twice", bind_twice },
	{ "reuse-socket", reuse_socket },
	{ "read-often", read_often },
	{ "open-others", open_others },
	{ "write-others", write_others },
	{ "open-swapped", open_swapped },
	{ "connect-others", connect_others },
	{ "ten-thousand", ask_ten_thousand_times },
	{ "flood", flood },
	{ "close", close_channel },
	{ 0 },
};
