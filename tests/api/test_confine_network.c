/* Sockets of a confined process: the open ones serve, and lead nowhere else. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "fenced.h"

static struct sockaddr_in at(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0);
	return fd;
}

static int bound(int fd, uint16_t port)
{
	struct sockaddr_in address = at(port);

	return outcome(bind(fd, (void *)&address, sizeof(address)));
}

static int connected(int fd, uint16_t port)
{
	struct sockaddr_in address = at(port);

	return outcome(connect(fd, (void *)&address, sizeof(address)));
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	check_int(getsockname(fd, (void *)&address, &len), 0);
	return ntohs(address.sin_port);
}

/* A socket that listens on a port of its own. */
static int server(uint16_t *ret_port)
{
	int fd = tcp();

	check_int(bound(fd, 0), 0);
	check_int(listen(fd, 8), 0);
	*ret_port = port_of(fd);
	return fd;
}

static int unconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return outcome(connect(fd, &none, sizeof(none)));
}

static int fast_open(int fd, uint16_t port)
{
	struct sockaddr_in address = at(port);

	return outcome(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
			      (void *)&address, sizeof(address)));
}

static struct fh_policy *server_policy(void)
{
	struct fh_policy *policy = fh_policy_new();

	check_int(fh_policy_preset(policy, "network-server", NULL, 0, &err),
		  0);
	return policy;
}

/* --- no network but what is open ---------------------------------------------------- */

static void test_serves(void)
{
	uint16_t port;
	int listener = server(&port), client = tcp(), peer;
	char byte = 0;

	check_int(connected(client, port), 0);
	check_int(write(client, "q", 1), 1);
	close(tcp());
	check_fence(server_policy());
	check_int(outcome(socket(AF_INET, SOCK_STREAM, 0)), EAFNOSUPPORT);
	check_int(outcome(socket(AF_INET6, SOCK_DGRAM, 0)), EAFNOSUPPORT);
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	check(peer >= 0);
	check_int(read(peer, &byte, 1), 1);
	check_int(byte, 'q');
	check_int(write(peer, "a", 1), 1);
	check_int(read(client, &byte, 1), 1);
	check_int(byte, 'a');
}

static void test_bind(void)
{
	int control = tcp(), low = tcp(), high = tcp();

	/* Control: root may bind a low port, and everybody a free one. */
	check_int(bound(control, 1011), is_root() ? 0 : EACCES);
	close(control);
	control = tcp();
	check_int(bound(control, 0), 0);
	check_fence(server_policy());
	check_int(bound(low, 1012), EACCES);
	check_int(bound(high, 0), EACCES);
}

/* An open socket is let go, and then connected elsewhere. */
static void test_reconnect(void)
{
	uint16_t first, second;
	int fd = tcp(), a = server(&first), b = server(&second);

	(void)a;
	(void)b;
	check_int(connected(fd, first), 0);
	check_int(unconnect(fd), 0);
	check_int(connected(fd, second), 0);
	check_int(unconnect(fd), 0);
	check_int(connected(fd, first), 0);
	check_fence(server_policy());
	unconnect(fd);
	check_int(connected(fd, second), EACCES);
	check_int(connected(fd, first), EACCES);
}

/* Connecting without connect, which Landlock does not see. */
static void test_fast_open(void)
{
	uint16_t port;
	int fd = tcp(), control = tcp(), listener = server(&port), one = 1;
	struct sockaddr_in address = at(port);
	struct iovec vector = { (void *)"x", 1 };
	struct msghdr message = { .msg_name = &address,
				  .msg_namelen = sizeof(address),
				  .msg_iov = &vector, .msg_iovlen = 1 };

	check_int(fast_open(control, port), 0);
	check(accept(listener, NULL, NULL) >= 0);
	check_fence(server_policy());
	check_int(fast_open(fd, port), EOPNOTSUPP);
	check_int(outcome(sendmsg(fd, &message, MSG_FASTOPEN)), EOPNOTSUPP);
	check_int(outcome(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
				     &one, sizeof(one))), EOPNOTSUPP);
	check_int(outcome(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
				     sizeof(one))), 0);
}

/* Listening unbound binds to a free port. */
static void test_listen(void)
{
	int control = tcp(), fd = tcp();

	check_int(outcome(listen(control, 1)), 0);
	check(port_of(control) != 0);
	check_fence(server_policy());
	check_int(outcome(listen(fd, 1)), EACCES);
	check_int(port_of(fd), 0);
}

/* A UDP socket that is open can send anywhere before ABI 10: that is told. */
static void test_udp_is_told(void)
{
	struct fh_plan *plan = NULL;
	struct fh_holding holding;
	struct sockaddr_in address;
	uint16_t port;
	int to = socket(AF_INET, SOCK_DGRAM, 0);
	int from = socket(AF_INET, SOCK_DGRAM, 0), r;

	check_int(bound(to, 0), 0);
	port = port_of(to);
	address = at(port);
	check_int(fh_confine(server_policy(), NULL, &plan, &err), 0);
	r = outcome(sendto(from, "x", 1, 0, (void *)&address,
			   sizeof(address)));
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_NETWORK, &holding,
				    &err), 0);
	check(r == EACCES || holding.state == FH_STATE_PARTLY);
	check(r == EACCES || strstr(holding.reason, "UDP"));
}

static void test_strict_sockets(void)
{
	int fd = tcp();
	struct fh_plan *plan = NULL;
	struct fh_holding holding;
	uint16_t port;

	server(&port);
	check_int(fh_confine(fh_policy_new(), NULL, &plan, &err), 0);
	check_int(connected(fd, port), EPERM);
	check_int(fast_open(fd, port), EPERM);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_NETWORK, &holding,
				    &err), 0);
	check_int(holding.state, FH_STATE_FULLY);
	check_int(fh_plan_guarantee(plan, FH_GUARANTEE_SOCKETS, &holding,
				    &err), 0);
	check_int(holding.state, FH_STATE_FULLY);
}

/* --- the host's network, by ports ------------------------------------------------------ */

static struct fh_policy *ports(const char *verb, uint16_t port)
{
	struct fh_policy *policy = POLICY("syscalls", "network-server", "net",
					  "host", "without", "network");
	char text[16];

	snprintf(text, sizeof(text), "%u", port);
	check_int(fh_policy_set(policy, verb, text, &err), 0);
	return policy;
}

static void test_connect_port(void)
{
	uint16_t granted, other;
	int a = server(&granted), b = server(&other);

	(void)a;
	(void)b;
	check_int(connected(tcp(), other), 0);
	check_fence(ports("connect", granted));
	check_int(connected(tcp(), granted), 0);
	check_int(connected(tcp(), other), EACCES);
	check_int(fast_open(tcp(), other), EOPNOTSUPP);
	check_int(bound(tcp(), 0), EACCES);
	check_int(outcome(listen(tcp(), 1)), EACCES);
	check_int(outcome(socket(AF_INET, SOCK_DGRAM, 0)), EACCES);
	check_int(outcome(socket(AF_INET, SOCK_STREAM, 262)),
		  EPROTONOSUPPORT);
}

static void test_listen_port(void)
{
	uint16_t port, other;
	int fd = server(&port), fd_other = server(&other);

	close(fd);
	close(fd_other);
	fd = tcp();
	check_int(bound(fd, other), 0);
	close(fd);
	check_fence(ports("listen", port));
	fd = tcp();
	check_int(bound(tcp(), other), EACCES);
	check_int(bound(fd, port), 0);
	check_int(outcome(listen(fd, 1)), 0);
	check_int(connected(tcp(), port), EACCES);
}

/* The port is granted, the capability for it is not. */
static void test_low_port(void)
{
	check_fence(ports("listen", 1013));
	check_int(bound(tcp(), 1013), EACCES);
}

static void test_low_port_kept(void)
{
	struct fh_policy *policy = ports("listen", 1014);

	check_int(fh_policy_keep_capabilities(policy,
					      BIT(CAP_NET_BIND_SERVICE), &err),
		  0);
	check_fence(policy);
	check_int(bound(tcp(), 1014), 0);
	check_int(bound(tcp(), 1015), EACCES);
}

/* --- unix sockets ------------------------------------------------------------------------- */

static void test_abstract(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int outside = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	socklen_t len;

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		 "fenced-%d", getpid());
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			  strlen(address.sun_path + 1));
	check_int(outcome(bind(outside, (void *)&address, len)), 0);
	check_int(outcome(listen(outside, 4)), 0);
	check_int(outcome(connect(socket(AF_UNIX, SOCK_STREAM, 0),
				  (void *)&address, len)), 0);
	check_fence(server_policy());
	check_int(outcome(connect(socket(AF_UNIX, SOCK_STREAM, 0),
				  (void *)&address, len)), EPERM);
	check_int(outcome(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)), 0);
	check_int(write(pair[0], "x", 1), 1);
}

static void test_odd_families(void)
{
	check(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	check_fence(server_policy());
	check_int(outcome(socket(AF_NETLINK, SOCK_RAW, 0)), EAFNOSUPPORT);
	check_int(outcome(socket(AF_VSOCK, SOCK_STREAM, 0)), EAFNOSUPPORT);
	check_int(outcome(socket(AF_PACKET, SOCK_RAW, 0)), EAFNOSUPPORT);
	check_int(outcome(socket(38, SOCK_SEQPACKET, 0)), EAFNOSUPPORT);
}

static const struct tap_test anyone[] = {
	TEST(serves, "an open socket serves, no new one is made"),
	TEST(bind, "no port is bound, low or high"),
	TEST(reconnect, "an open socket is not connected elsewhere"),
	TEST(fast_open, "nor by fast open"),
	TEST(listen, "nor made to listen on a free port"),
	TEST(udp_is_told, "what an open UDP socket can do is told"),
	TEST(strict_sockets, "strict holds network and sockets fully"),
	TEST(connect_port, "a granted port to connect to, and no other"),
	TEST(listen_port, "a granted port to listen on, and no other"),
	TEST(low_port, "a granted low port needs the capability"),
	TEST(abstract, "abstract sockets of others are out of reach"),
	TEST(odd_families, "no netlink, vsock, packet, alg"),
};

static const struct tap_test root[] = {
	TEST(low_port_kept, "which can be kept"),
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
