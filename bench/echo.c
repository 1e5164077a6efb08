/*
 * Loads two echo servers by turns and compares how much they answer.
 *
 *   echo PAIRS BYTES NAME PORT NAME PORT
 *
 * In each turn a server gets a message on every connection and has to answer
 * all of them before the next round of messages, for a twentieth of a second. Which
 * of the two comes first is left to chance. Prints messages a second.
 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "measure.h"

#define CONNECTIONS 16
#define BYTES_MAX 65536
#define TURN_US 50000
#define N_SERVERS 2

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
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
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("connect");
	return fd;
}

/* A message on each connection, then all the answers. */
static void talk(const int *fds, size_t bytes)
{
	static char message[BYTES_MAX], answer[BYTES_MAX];

	for (int i = 0; i < CONNECTIONS; i++)
		if (send(fds[i], message, bytes, MSG_NOSIGNAL) !=
		    (ssize_t)bytes)
			die("send");
	for (int i = 0; i < CONNECTIONS; i++)
		if (recv(fds[i], answer, bytes, MSG_WAITALL) !=
		    (ssize_t)bytes)
			die("recv");
}

static double messages_a_second(const int *fds, size_t bytes)
{
	double begin, now;
	long n = 0;

	talk(fds, bytes);
	begin = now_us();
	do {
		talk(fds, bytes);
		n += CONNECTIONS;
		now = now_us();
	} while (now - begin < TURN_US);
	return (double)n * 1e6 / (now - begin);
}

int main(int argc, char **argv)
{
	size_t pairs = argc == 7 ? (size_t)atol(argv[1]) : 0;
	size_t bytes = argc == 7 ? (size_t)atol(argv[2]) : 0;
	struct series servers[N_SERVERS];
	int fds[N_SERVERS][CONNECTIONS];

	if (!pairs || !bytes || bytes > BYTES_MAX) {
		fprintf(stderr, "usage: echo PAIRS BYTES NAME PORT NAME PORT\n");
		return 2;
	}
	for (size_t i = 0; i < N_SERVERS; i++) {
		servers[i].name = argv[3 + 2 * i];
		servers[i].samples = calloc(pairs, sizeof(double));
		for (int k = 0; k < CONNECTIONS; k++)
			fds[i][k] = connect_to(atoi(argv[4 + 2 * i]));
		messages_a_second(fds[i], bytes);
	}
	for (size_t pair = 0; pair < pairs; pair++) {
		size_t order[N_SERVERS];

		shuffle(order, N_SERVERS);
		for (size_t i = 0; i < N_SERVERS; i++)
			servers[order[i]].samples[pair] =
				messages_a_second(fds[order[i]], bytes);
	}
	print_series(servers, N_SERVERS, pairs, "/s");
	return 0;
}
