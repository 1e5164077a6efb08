/* The sockets that the monitor makes. */
#include "monitor_stand.h"

#include <netinet/in.h>

static void add_socket(enum fh_broker_kind kind, enum fh_transport transport,
		       const char *address, uint16_t port)
{
	struct broker_row row = { .kind = kind, .transport = transport,
				  .port = port };

	if (address) {
		row.address.family = strchr(address, ':') ? AF_INET6 : AF_INET;
		check_int(inet_pton(row.address.family, address,
				    row.address.bytes), 1);
	}
	add(row);
}

/* Free now; nobody else here takes it on purpose. */
static uint16_t free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check_int(bind(fd, (struct sockaddr *)&in, size), 0);
	check_int(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);

	check_int(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in6 in = { 0 };
	socklen_t size = sizeof(in);

	check_int(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	return ntohs(in.sin6_port); /* at the same place in both families */
}

static void test_bind(void)
{
	uint16_t port = free_port();
	int fd;

	stage();
	add_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1", port);
	begin();
	fd = ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1", port);
	check(fd > 2);
	check_int(port_of(fd), port);
	check_int(option(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	check_int(option(fd, SOL_SOCKET, SO_REUSEADDR), 1);
	check_int(option(fd, SOL_SOCKET, SO_DOMAIN), AF_INET);
	check_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1", port),
		  -EADDRINUSE);
	check_int(ask_socket(FH_BROKER_BIND, FH_UDP, "127.0.0.1", port),
		  -EACCES);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.2", port),
		  -EACCES);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, NULL, port), -EACCES);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "::1", port), -EACCES);
	/* The same bytes in the other family. */
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "7f00:1::", port),
		  -EACCES);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1",
			     (uint16_t)(port ^ 1)), -EACCES);
	close(fd);
	check(ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1", port) > 2);
}

static void test_bind_any(void)
{
	uint16_t port = free_port();
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd, peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	stage();
	add_socket(FH_BROKER_BIND, FH_TCP, NULL, port);
	add_socket(FH_BROKER_BIND, FH_UDP, NULL, port);
	begin();
	/* Control: nobody listens yet. */
	check_int(connect(peer, (struct sockaddr *)&in, sizeof(in)), -1);
	check_int(errno, ECONNREFUSED);
	fd = ask_socket(FH_BROKER_BIND, FH_TCP, NULL, port);
	check(fd > 2);
	close(peer);
	peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(connect(peer, (struct sockaddr *)&in, sizeof(in)), 0);
	if (option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6)
		check_int(option(fd, IPPROTO_IPV6, IPV6_V6ONLY), 0);
	check_int(ask_socket(FH_BROKER_BIND, FH_TCP, "127.0.0.1", port),
		  -EACCES);
	fd = ask_socket(FH_BROKER_BIND, FH_UDP, NULL, port);
	check(fd > 2);
	check_int(option(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
	check_int(option(fd, SOL_SOCKET, SO_REUSEADDR), 0);
}

/* All of one family are not all. */
static void test_bind_six(void)
{
	uint16_t port = free_port();
	int fd;

	stage();
	add_socket(FH_BROKER_BIND, FH_TCP, "::", port);
	begin();
	fd = ask_socket(FH_BROKER_BIND, FH_TCP, "::", port);
	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		skip("no IPv6");
	check(fd > 2);
	check_int(option(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
}

static int listen_at(uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	check_int(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	check_int(listen(fd, 8), 0);
	return fd;
}

/* The one connection in the making, when its socket says something. */
static void look(void)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct pollfd polled = { .fd = monitor->later[i].fd,
					 .events = POLLOUT };

		if (monitor->later[i].state != LATER_CONNECTING)
			continue;
		check_int(poll(&polled, 1, 5000), 1);
		later_look(&monitor->later[i], clock_us);
	}
}

static int connected(const char *address, uint16_t port)
{
	int fd = ask_socket(FH_BROKER_CONNECT, FH_TCP, address, port);

	if (fd != 1)
		return fd;
	look();
	fd = later_fd(0);
	check_int(answer.header.id, next_id);
	return fd;
}

static void test_connect(void)
{
	uint16_t port = free_port(), other = free_port();
	int fd, next, server = listen_at(port);

	stage();
	add_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port);
	add_socket(FH_BROKER_CONNECT, FH_TCP, NULL, other);
	begin();
	fd = connected("127.0.0.1", port);
	check(fd > 2);
	check_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	check_int(write(fd, "x", 1), 1);
	close(fd);
	check_int(connected("127.0.0.2", port), -EACCES);
	check_int(connected("::1", port), -EACCES);
	check_int(ask_socket(FH_BROKER_CONNECT, FH_UDP, "127.0.0.1", port),
		  -EACCES);
	close(server);
	next = dup(0);
	close(next);
	check_int(connected("127.0.0.1", port), -ECONNREFUSED);
	check_int(dup(0), next);
	/* Every address, at this port. */
	check_int(connected("127.0.0.1", other), -ECONNREFUSED);
	server = listen_at(other);
	check(connected("127.0.0.1", other) > 2);
	check_int(later_when(monitor) == UINT64_MAX, 1);
}

/* Nobody takes it and nobody refuses it: a full queue drops what comes. */
static void test_connect_endless(void)
{
	uint16_t port = free_port();
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check_int(listen(listen_at(port), 0), 0);
	for (int i = 0; i < 4; i++)
		connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0),
			(struct sockaddr *)&in, sizeof(in));
	stage();
	add_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port);
	begin();
	check_int(ask_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port), 1);
	check(later_when(monitor) < UINT64_MAX);
	clock_us += 50000000;
	later_expire(monitor, clock_us);
	check_int(later_fd(0), 1);
	clock_us += 20000000;
	later_expire(monitor, clock_us);
	check_int(later_fd(0), -ETIMEDOUT);
	check_int(answer.header.id, next_id);
}

static void test_connect_udp(void)
{
	uint16_t port = free_port();
	int fd;

	stage();
	add_socket(FH_BROKER_CONNECT, FH_UDP, "127.0.0.1", port);
	begin();
	fd = ask_socket(FH_BROKER_CONNECT, FH_UDP, "127.0.0.1", port);
	check(fd > 2);
	check_int(option(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
	check_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	check_int(ask_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port),
		  -EACCES);
}

/* --- helpers -------------------------------------------------------------- */

/* Connections as well; and what is under way at the end is closed. */
static void test_full_of_connections(void)
{
	uint16_t port = free_port();
	int fds[FH_BROKER_PENDING_MAX], next;

	check(listen_at(port) > 2);
	stage();
	add_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port);
	begin();
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		check_int(ask_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1",
				     port), 1);
		fds[i] = monitor->later[i].fd;
		check(fcntl(fds[i], F_GETFD) >= 0);
	}
	next = dup(0);
	close(next);
	check_int(ask_socket(FH_BROKER_CONNECT, FH_TCP, "127.0.0.1", port),
		  -ENOBUFS);
	check_int(dup(0), next);
	monitor_free(monitor);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		check_int(fcntl(fds[i], F_GETFD), -1);
}

int main(void)
{
	const struct tap_test tests[] = {
		{ "a port of the table is bound, no other", test_bind, 0 },
		{ "all addresses of both families", test_bind_any, 0 },
		{ "all addresses of one", test_bind_six, 0 },
		{ "addresses of the table are connected to, no others", test_connect, 0 },
		{ "a connection that nobody answers has an end", test_connect_endless, 0 },
		{ "a datagram socket is connected at once", test_connect_udp, 0 },
		{ "no more than sixteen connections are made at once",
		  test_full_of_connections, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
