/* The sockets that the monitor makes, and answers that come later. */
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

/* Every later answer, once it is known. */
static int later_fd(uint64_t after_us)
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

static int helper; /* its end */

static void begin_helped(enum helper_kind kind)
{
	int ends[2];

	begin();
	check_int(packet_pair(ends), 0);
	monitor->helper_sockets[kind] = ends[0];
	helper = ends[1];
}

static int ask_password(const char *password)
{
	return ask((struct fh_broker_ask){ .kind = FH_BROKER_AUTHENTICATE,
					   .name = "login", .user = "me",
					   .data = password,
					   .data_size = strlen(password) });
}

/* What the helper was asked, or -1. */
static int64_t helper_asked(struct wire_request *ret)
{
	static uint8_t message[WIRE_MESSAGE_MAX];
	size_t size = 0;

	if (packet_receive(helper, message, sizeof(message), &size, NULL) < 0)
		return -1;
	check_int(wire_take_request(message, size, ret, NULL), 0);
	return ret->id;
}

static void helper_says(enum helper_kind kind, uint32_t id, int status)
{
	uint8_t message[WIRE_HEADER_SIZE];
	int n = wire_put_answer(message, id, status, NULL, 0, 0);

	later_take(monitor, kind, message, (size_t)n, clock_us);
}

static void add_login(void)
{
	add((struct broker_row){ .kind = FH_BROKER_AUTHENTICATE,
				 .object = strdup("login"), .delay_ms = 1000,
				 .per_minute = 1000 });
}

static void test_authenticate(void)
{
	static struct wire_request asked;
	int64_t id;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	check_int(ask_password("right"), 1);
	id = helper_asked(&asked);
	check(id >= 0);
	check_str(asked.user, "me");
	check(asked.data_size == 5 && memcmp(asked.data, "right", 5) == 0);
	check(!memmem(answer.bytes, sizeof(answer.bytes), "right", 5));
	check(!memmem(asked_bytes, sizeof(asked_bytes), "right", 5));
	/* At once: told a second after the question. */
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, 0);
	check_int(later_fd(999999), 1);
	check_int(later_fd(1), 0);
	check_int(answer.header.id, next_id);
	/* After a bit more than a second: told after two. */
	check_int(ask_password("wrong"), 1);
	id = helper_asked(&asked);
	clock_us += 1000001;
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, -EACCES);
	check_int(later_fd(999998), 1);
	check_int(later_fd(1), -EACCES);
	/* A second answer, and one to nobody, are nothing. */
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id, 0);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)id + 1, 0);
	check_int(later_fd(5000000), 1);
}

static void test_helper_odd(void)
{
	static struct wire_request asked;
	uint8_t message[WIRE_MESSAGE_MAX];
	int n;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	/* No status of its own, and bytes where there are none. */
	check_int(ask_password("x"), 1);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)helper_asked(&asked),
		    -EXDEV);
	check_int(later_fd(1000000), -EIO);
	check_int(ask_password("x"), 1);
	n = wire_put_answer(message, (uint32_t)helper_asked(&asked), 0, "abc",
			    3, 0);
	later_take(monitor, HELPER_AUTHENTICATOR, message, (size_t)n, clock_us);
	check_int(later_fd(1000000), -EIO);
	/* It says nothing. */
	check_int(ask_password("x"), 1);
	clock_us += (HELPER_ATTEMPT_MS + 5000) * UINT64_C(1000);
	later_expire(monitor, clock_us);
	check_int(later_fd(1000000), -ETIMEDOUT);
	/* It dies with one under way. */
	check_int(ask_password("x"), 1);
	later_take(monitor, HELPER_AUTHENTICATOR, NULL, 0, clock_us);
	check_int(later_fd(1000000), -EIO);
	monitor->helper_sockets[HELPER_AUTHENTICATOR] = -1;
	check_int(ask_password("x"), 1);
	check_int(later_fd(999999), 1);
	check_int(later_fd(1), -EIO);
}

/* Only what is meant for a question is its answer: a token of another, another
 * helper or another message would be a yes to who got none. */
static void test_whose_answer(void)
{
	static struct wire_request asked;
	uint8_t message[WIRE_HEADER_SIZE];
	uint32_t first, second;
	int n;

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	check_int(ask_password("wrong"), 1);
	first = (uint32_t)helper_asked(&asked);
	check_int(ask_password("right"), 1);
	second = (uint32_t)helper_asked(&asked);
	check(first != second);
	helper_says(HELPER_RESOLVER, second, 0);
	later_take(monitor, HELPER_RESOLVER, NULL, 0, clock_us);
	n = wire_put_plain(message, WIRE_STANDING, second);
	later_take(monitor, HELPER_AUTHENTICATOR, message, (size_t)n, clock_us);
	check_int(later_fd(1000000), 1);
	helper_says(HELPER_AUTHENTICATOR, second, 0);
	check_int(later_fd(1000000), 0);
	check_int(answer.header.id, next_id);
	check_int(later_fd(1000000), 1);
	helper_says(HELPER_AUTHENTICATOR, first, -EACCES);
	check_int(later_fd(1000000), -EACCES);
	check_int(answer.header.id, next_id - 1);
	/* It does not know this one: that is the resolver's. */
	check_int(ask_password("x"), 1);
	helper_says(HELPER_AUTHENTICATOR, (uint32_t)helper_asked(&asked),
		    -ENODATA);
	check_int(later_fd(1000000), -EIO);
}

static void test_resolve(void)
{
	static struct wire_request asked;
	struct fh_broker_ask wish = { .kind = FH_BROKER_RESOLVE };
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX] = {
		{ .family = AF_INET, .bytes = { 10, 0, 0, 1 } } };
	uint8_t message[WIRE_MESSAGE_MAX];
	size_t n_addresses = 0;
	int n, fd;
	static const char *const refused[] = {
		"example.org", "aexample.org", "other.net", "example.org.net" };

	stage();
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE,
				 .object = strdup("*.example.org") });
	begin_helped(HELPER_RESOLVER);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		wish.name = refused[i];
		check_int(ask(wish), -EACCES);
	}
	wish.name = "DB.Example.org";
	check_int(ask(wish), 1);
	n = wire_put_addresses(message, (uint32_t)helper_asked(&asked),
			       addresses, 1);
	check_str(asked.name, "DB.Example.org");
	later_take(monitor, HELPER_RESOLVER, message, (size_t)n, clock_us);
	n = later_next(monitor, clock_us, answer.bytes, &fd);
	check_int(wire_take_addresses(answer.bytes, (size_t)n, addresses,
				      &n_addresses, NULL), 0);
	check_int(n_addresses, 1);
	check_int(addresses[0].bytes[0], 10);
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), -ENODATA);
	check_int(later_fd(0), -ENODATA);
	/* Neither a no nor a yes without addresses is an answer of its. */
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), -EACCES);
	check_int(later_fd(0), -EIO);
	check_int(ask(wish), 1);
	helper_says(HELPER_RESOLVER, (uint32_t)helper_asked(&asked), 0);
	check_int(later_fd(0), -EIO);
}

/* More than are remembered are told so, and nothing is forgotten. */
static void test_full(void)
{
	static struct wire_request asked;
	int64_t ids[FH_BROKER_PENDING_MAX];

	stage();
	add_login();
	begin_helped(HELPER_AUTHENTICATOR);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		check_int(ask_password("x"), 1);
		ids[i] = helper_asked(&asked);
		check(ids[i] >= 0);
	}
	check_int(ask_password("x"), -ENOBUFS);
	check_int(helper_asked(&asked), -1);
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		helper_says(HELPER_AUTHENTICATOR, (uint32_t)ids[i], 0);
	clock_us += 1000000;
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++)
		check_int(later_fd(0), 0);
	check_int(later_fd(0), 1);
	check_int(ask_password("x"), 1);
}

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
		{ "a password's answer comes after the same time", test_authenticate, 0 },
		{ "a helper that is odd, silent or dead", test_helper_odd, 0 },
		{ "an answer is to its question alone", test_whose_answer, 0 },
		{ "names of the table are resolved, no others", test_resolve, 0 },
		{ "no more than sixteen answers come later", test_full, 0 },
		{ "no more than sixteen connections are made at once",
		  test_full_of_connections, 0 },
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
