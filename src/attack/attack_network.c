/* Attempts to reach a service outside over the network. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#ifndef IPPROTO_MPTCP /* linux/in.h, 5.6 */
#define IPPROTO_MPTCP 262
#endif
#ifndef MSG_FASTOPEN /* linux/socket.h, 3.5 */
#define MSG_FASTOPEN 0x20000000
#endif

#define LAYER "net namespace"
#define ANSWER_MS 100

static struct sockaddr_in service(uint32_t address, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(address),
	};
}

static int connect_to(int protocol, uint32_t address, int port)
{
	struct sockaddr_in to = service(address, port);
	autoclose int fd =
		socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	return try_result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

static int run_tcp(const struct attack_stage *stage)
{
	return connect_to(0, INADDR_LOOPBACK, stage->tcp_port);
}

const struct attack attack_network_tcp = {
	.name = "network-tcp",
	.title = "connect to a service on the host",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_tcp,
	.expected = { ENETUNREACH },
};

static int run_any(const struct attack_stage *stage)
{
	return connect_to(0, INADDR_ANY, stage->tcp_port);
}

const struct attack attack_network_tcp_any = {
	.name = "network-tcp-any",
	.title = "connect to it by the address 0.0.0.0",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_any,
	.expected = { ENETUNREACH },
};

/* Connects without a connect call: Landlock's port rules do not see it. */
static int run_fast_open(const struct attack_stage *stage)
{
	struct sockaddr_in to = service(INADDR_LOOPBACK, stage->tcp_port);
	autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return try_result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
				 (struct sockaddr *)&to, sizeof(to)));
}

const struct attack attack_network_tcp_fast_open = {
	.name = "network-tcp-fast-open",
	.title = "connect to it by sending, with TCP fast open",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_fast_open,
	.expected = { ENETUNREACH, EOPNOTSUPP },
};

static int run_mapped(const struct attack_stage *stage)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)stage->tcp_port),
	};
	static const unsigned char address[16] = {
		[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1,
	};
	autoclose int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	memcpy(&to.sin6_addr, address, sizeof(address));
	return try_result(connect(fd, (struct sockaddr *)&to, sizeof(to)));
}

const struct attack attack_network_tcp_mapped = {
	.name = "network-tcp-mapped",
	.title = "connect to it by the address ::ffff:127.0.0.1",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_mapped,
	.expected = { ENETUNREACH },
};

/* Another protocol to the kernel, the same service to the peer. */
static int run_mptcp(const struct attack_stage *stage)
{
	return connect_to(IPPROTO_MPTCP, INADDR_LOOPBACK, stage->tcp_port);
}

const struct attack attack_network_mptcp = {
	.name = "network-mptcp",
	.title = "connect to it by multipath TCP",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_mptcp,
	.expected = { ENETUNREACH, EPROTONOSUPPORT },
};

static int run_raw(const struct attack_stage *stage)
{
	autoclose int fd =
		socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	(void)stage;
	return try_result(fd);
}

const struct attack attack_network_raw = {
	.name = "network-raw",
	.title = "make a raw socket",
	.guarantee = "network",
	.layer = "seccomp, no capabilities",
	.needs_root = true,
	.run = run_raw,
	.expected = { EPERM },
};

/* Sending succeeds with nobody there, too: that nobody is comes back as an
 * error, on a loopback device before send has returned. */
static int run_udp(const struct attack_stage *stage)
{
	struct sockaddr_in to = service(INADDR_LOOPBACK, stage->udp_port);
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd pollfd = { .fd = fd };

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    send(fd, "x", 1, 0) < 0)
		return -errno;
	if (poll(&pollfd, 1, ANSWER_MS) <= 0)
		return 0;
	return try_result(send(fd, "x", 1, 0));
}

const struct attack attack_network_udp = {
	.name = "network-udp",
	.title = "send a datagram to a service on the host",
	.guarantee = "network",
	.layer = LAYER,
	.run = run_udp,
	.expected = { ENETUNREACH },
};
