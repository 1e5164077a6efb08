/*
 * Loads an echo server with many connections at once and compares every byte.
 *
 *   helper_echo_load PORT CONNECTIONS BYTES
 *
 * Each connection has a stream of its own, so that a byte which comes back on
 * the wrong one is seen. Prints what was done; exits 1 at the first difference.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4096
#define TIMEOUT_MS 60000

struct connection {
	unsigned int index;
	size_t sent;
	size_t heard;
};

static struct connection connections[CONNECTIONS_MAX];
static struct pollfd fds[CONNECTIONS_MAX];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* The byte at an offset of a connection's stream. */
static unsigned char byte_at(unsigned int index, size_t offset)
{
	size_t x = (offset + 1) * 2654435761u + index * 40503u;

	return (unsigned char)(x >> 13 ^ x);
}

static int connect_to(int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((unsigned short)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die("connect");
	return fd;
}

static void talk(int fd, struct connection *c, size_t total)
{
	unsigned char buf[8192];
	size_t n = total - c->sent;
	ssize_t r;

	if (n > sizeof(buf))
		n = sizeof(buf);
	for (size_t i = 0; i < n; i++)
		buf[i] = byte_at(c->index, c->sent + i);
	r = send(fd, buf, n, MSG_NOSIGNAL);
	if (r < 0 && errno != EAGAIN)
		die("send");
	c->sent += r > 0 ? (size_t)r : 0;
}

static void hear(int fd, struct connection *c)
{
	unsigned char buf[8192];
	ssize_t r = recv(fd, buf, sizeof(buf), 0);

	if (r == 0 || (r < 0 && errno != EAGAIN))
		die("recv");
	for (ssize_t i = 0; i < r; i++) {
		if (buf[i] == byte_at(c->index, c->heard++))
			continue;
		fprintf(stderr, "connection %u: byte %zu differs\n", c->index,
			c->heard - 1);
		exit(1);
	}
}

/* Returns whether the connection is done; its descriptor is closed then. */
static int serve(struct pollfd *p, struct connection *c, size_t total)
{
	if (p->revents & POLLOUT && c->sent < total)
		talk(p->fd, c, total);
	if (p->revents & (POLLIN | POLLERR | POLLHUP))
		hear(p->fd, c);
	p->events = c->sent < total ? POLLIN | POLLOUT : POLLIN;
	if (c->heard < total)
		return 0;
	close(p->fd);
	p->fd = -1;
	return 1;
}

int main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[2]) : 0;
	size_t total = argc == 4 ? (size_t)atol(argv[3]) : 0;
	int n_open = n;

	if (n < 1 || n > CONNECTIONS_MAX || !total)
		return 2;
	for (int i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ .fd = connect_to(atoi(argv[1])),
					  .events = POLLIN | POLLOUT };
		connections[i].index = (unsigned int)i;
	}
	while (n_open) {
		int r = poll(fds, (nfds_t)n, TIMEOUT_MS);

		if (r <= 0)
			die(r ? "poll" : "no answer");
		for (int i = 0; i < n; i++)
			if (fds[i].revents && fds[i].fd >= 0)
				n_open -=
					serve(&fds[i], &connections[i], total);
	}
	printf("%d connections, %zu bytes each, all equal\n", n, total);
	return 0;
}
