/*
 * A TCP echo server that binds first, confines itself, and then serves.
 *
 *   example_echo_server [PORT [--unconfined]]
 *
 * PORT 0, or none, takes a free one; the port is printed on standard output.
 * SIGTERM ends it. --unconfined is there to measure what the fences cost.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <fumehood/fumehood.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
	int fd;
	size_t begin, end; /* what is not echoed yet */
	char data[16384];
};

static void need(bool is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(1);
}

/* Everything that needs a privilege or a new socket is done here. */
static int listen_on(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *address = (struct sockaddr *)&in;
	socklen_t size = sizeof(in);

	need(!bind(fd, address, size) && !listen(fd, 512) &&
		     !getsockname(fd, address, &size),
	     "bind");
	printf("%d\n", ntohs(in.sin_port));
	fflush(stdout);
	return fd;
}

/* From here on: no file, no new internet socket, no capability, no way back. */
static void confine(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_plan *plan;
	struct fh_holding holding;
	struct fh_error err;
	char line[FH_ERROR_LINE_MAX];

	if (fh_policy_preset(policy, "network-server", NULL, 0, &err) < 0 ||
	    fh_confine(policy, NULL, &plan, &err) < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "echo_server: %s\n", line);
		exit(1);
	}
	for (int g = 0; fh_guarantee_name(g); g++)
		if (fh_plan_guarantee(plan, g, &holding, NULL) == 0)
			fprintf(stderr, "%-11s %-6s %s\n", fh_guarantee_name(g),
				fh_state_name(holding.state), holding.holders);
	fh_plan_free(plan); /* borrows the policy, hence first */
	fh_policy_free(policy);
}

/* Returns false when the client is done. */
static bool echo(struct client *c)
{
	for (;;) {
		size_t left = c->end - c->begin;
		ssize_t n = left ? send(c->fd, c->data + c->begin, left,
					MSG_NOSIGNAL)
				 : read(c->fd, c->data, sizeof(c->data));

		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		c->begin = left ? c->begin + (size_t)n : 0;
		c->end = left ? c->end : (size_t)n;
	}
}

/* Edge-triggered: echo() goes on until the kernel has no more to give or to
 * take, and an event says when it has again. */
static void greet(int epoll_fd, int listener)
{
	struct client *c = calloc(1, sizeof(*c));
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET,
				     .data.ptr = c };

	need(c, "calloc");
	c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0)
		free(c); /* gone already, or too many descriptors */
}

static void serve(int epoll_fd, int listener, const void *stop)
{
	struct epoll_event events[64];

	for (;;) {
		int n = epoll_wait(epoll_fd, events, 64, -1);

		for (int i = 0; i < n; i++) {
			struct client *client = events[i].data.ptr;

			if (client == stop)
				return;
			if (!client) {
				greet(epoll_fd, listener);
			} else if (!echo(client)) {
				close(client->fd);
				free(client);
			}
		}
	}
}

int main(int argc, char **argv)
{
	int listener = listen_on((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event on_client = { .events = EPOLLIN };
	struct epoll_event on_stop = { .events = EPOLLIN, .data.ptr = argv };
	sigset_t stop;

	/* The signal becomes readable: no handler, no race. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	need(!epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &on_client) &&
		     !epoll_ctl(epoll_fd, EPOLL_CTL_ADD,
				signalfd(-1, &stop, SFD_CLOEXEC), &on_stop),
	     "epoll_ctl");
	if (argc < 3 || strcmp(argv[2], "--unconfined") != 0)
		confine();
	serve(epoll_fd, listener, argv);
	return 0;
}
