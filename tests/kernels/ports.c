/*
 * Talks TCP and UDP on 127.0.0.1 and says what came of it in one word.
 *
 *   ports serve PORT...   answers on both protocols, in the background: when
 *                         the command returns, the ports are open
 *   ports tcp PORT        connects: "heard", or the name of an errno
 *   ports udp PORT        the same with a datagram on a connected socket
 *   ports udp-to PORT     the same with an address for each datagram
 *   ports bind-tcp PORT   binds and listens: "bound", or the name of an errno
 *   ports bind-udp PORT   binds
 *
 * Exit status 0 for heard and bound, 1 otherwise.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_MAX 16
#define ANSWER_MS 20000

static const struct {
	int code;
	const char *name;
} errors[] = {
	{ EACCES, "EACCES" },
	{ EADDRINUSE, "EADDRINUSE" },
	{ EAFNOSUPPORT, "EAFNOSUPPORT" },
	{ ECONNREFUSED, "ECONNREFUSED" },
	{ EHOSTUNREACH, "EHOSTUNREACH" },
	{ ENETUNREACH, "ENETUNREACH" },
	{ EPERM, "EPERM" },
	{ ETIMEDOUT, "ETIMEDOUT" },
};

static int say_errno(void)
{
	int code = errno;

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].code == code)
			return puts(errors[i].name), 1;
	printf("errno %d\n", code);
	return 1;
}

static int say(const char *word)
{
	puts(word);
	return 0;
}

static struct sockaddr_in loopback(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* A bound socket, a listening one if it is a stream; -1 and errno. */
static int bound_socket(int type, const char *port)
{
	struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, type, 0);
	int on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 8) < 0))
		return -1;
	return fd;
}

static int try_bind(int type, const char *port)
{
	return bound_socket(type, port) < 0 ? say_errno() : say("bound");
}

static int await_answer(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char byte;

	if (poll(&pollfd, 1, ANSWER_MS) <= 0)
		errno = ETIMEDOUT;
	else if (recv(fd, &byte, 1, 0) == 1)
		return say("heard");
	return say_errno();
}

static int try_connect(int type, const char *port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    send(fd, "?", 1, MSG_NOSIGNAL) < 0)
		return say_errno();
	return await_answer(fd);
}

static int try_send_to(const char *port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 ||
	    sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return say_errno();
	return await_answer(fd);
}

static void answer(int fd, bool is_stream)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char byte;

	if (!is_stream) {
		if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from,
			     &len) == 1)
			sendto(fd, "!", 1, 0, (struct sockaddr *)&from, len);
		return;
	}
	fd = accept(fd, NULL, NULL);
	if (fd < 0)
		return;
	if (recv(fd, &byte, 1, 0) == 1)
		send(fd, "!", 1, MSG_NOSIGNAL);
	close(fd);
}

static int serve(char **ports, int n)
{
	struct pollfd sockets[SOCKETS_MAX];

	if (n < 1 || n > SOCKETS_MAX / 2)
		return 2;
	for (int i = 0; i < 2 * n; i++) {
		sockets[i].events = POLLIN;
		sockets[i].fd = bound_socket(i % 2 ? SOCK_DGRAM : SOCK_STREAM,
					     ports[i / 2]);
		if (sockets[i].fd < 0)
			return say_errno();
	}
	/* Not tied to the caller's streams, or it would wait for us. */
	if (daemon(1, 0) < 0)
		return say_errno();
	while (poll(sockets, (nfds_t)(2 * n), -1) > 0)
		for (int i = 0; i < 2 * n; i++)
			if (sockets[i].revents)
				answer(sockets[i].fd, i % 2 == 0);
	return 1;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	if (strcmp(verb, "serve") == 0)
		return serve(argv + 2, argc - 2);
	if (strcmp(verb, "tcp") == 0)
		return try_connect(SOCK_STREAM, argv[2]);
	if (strcmp(verb, "udp") == 0)
		return try_connect(SOCK_DGRAM, argv[2]);
	if (strcmp(verb, "udp-to") == 0)
		return try_send_to(argv[2]);
	if (strcmp(verb, "bind-tcp") == 0)
		return try_bind(SOCK_STREAM, argv[2]);
	if (strcmp(verb, "bind-udp") == 0)
		return try_bind(SOCK_DGRAM, argv[2]);
	fputs("usage: ports serve|tcp|udp|udp-to|bind-tcp|bind-udp PORT...\n",
	      stderr);
	return 2;
}
