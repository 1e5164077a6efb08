/*
 * Times a descriptor asked of the broker against a bare SCM_RIGHTS ping-pong: two
 * processes without a fence, one packet there, one back with a descriptor.
 *
 *   broker ROUNDS FILE    by turns, each sample the mean of many round trips
 *
 * "held" is a descriptor that is open already, which a handler hands out; "opened"
 * is FILE, opened for each request: by openat() alone, and by the broker.
 * What the driver runs is itself: broker bare FILE, broker split FILE.
 */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <libgen.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define TRIPS 200

extern char **environ;

enum { HELD = 'h', OPENED = 'o' };

static void need(int is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	_exit(1);
}

/* --- without a broker --------------------------------------------------------- */

static void send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	need(sendmsg(socket, &message, MSG_NOSIGNAL) == 1, "sendmsg");
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = CMSG_LEN(sizeof(int)) };
	int fd = -1;

	need(recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1, "recvmsg");
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static _Noreturn void hand_out(int socket, const char *file)
{
	char kind;

	while (recv(socket, &kind, 1, 0) == 1) {
		int fd = kind == HELD ? STDERR_FILENO
				      : open(file, O_RDONLY | O_CLOEXEC);

		send_fd(socket, fd);
		if (kind == OPENED)
			close(fd);
	}
	_exit(0);
}

static int ask_bare(void *socket, char kind, const char *file)
{
	(void)file;
	need(send(*(int *)socket, &kind, 1, MSG_NOSIGNAL) == 1, "send");
	return receive_fd(*(int *)socket);
}

/* --- with one ------------------------------------------------------------------ */

static int give_held(void *ctx, const void *request, size_t size,
		     struct fh_broker_reply *reply)
{
	(void)ctx, (void)request, (void)size;
	reply->size = 0;
	reply->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	return 0;
}

static int ask_broker(void *channel, char kind, const char *file)
{
	int fd = -1;

	if (kind == OPENED)
		return fh_broker_open(channel, FH_READ, file, 0, -1, NULL);
	fh_broker_request(channel, "held", "", 0, NULL, 0, NULL, &fd, -1, NULL);
	return fd;
}

static void become_worker(const char *file, char **argv,
			  struct fh_channel **ret)
{
	struct fh_broker *broker = fh_broker_new();
	struct fh_broker_result result = { 0 };
	struct fh_error err;
	char line[FH_ERROR_LINE_MAX], *directory = strdup(file);
	int r = fh_broker_allow_open(broker, FH_READ, dirname(directory), NULL,
				     &err);

	if (r == 0)
		r = fh_broker_handle(broker, "held", 0, 0, give_held, NULL,
				     NULL, &err);
	if (r == 0)
		r = fh_broker_split(broker, argv, NULL, ret, &result, &err);
	if (r < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "broker: %s\n", line);
		_exit(1);
	}
	if (r == FH_BROKER_IS_MONITOR)
		_exit(result.exit_code);
}

/* --- the samples ---------------------------------------------------------------- */

static void answer_driver(int (*ask)(void *, char, const char *), void *end,
			  const char *file)
{
	char kind;

	while (read(STDIN_FILENO, &kind, 1) == 1) {
		double before = now_us(), took;

		for (int i = 0; i < TRIPS; i++) {
			int fd = ask(end, kind, file);

			need(fd >= 0, "a descriptor");
			close(fd);
		}
		took = (now_us() - before) * 1e3 / TRIPS;
		need(write(STDOUT_FILENO, &took, sizeof(took)) == sizeof(took),
		     "write");
	}
}

static int start(char *program, char *how, char *file)
{
	char *const argv[] = { program, how, file, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t pid;

	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "pair");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	need(!posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv,
			  environ), "start");
	close(ends[1]);
	return ends[0];
}

static double sample(int end, char kind)
{
	double took;

	need(write(end, &kind, 1) == 1, "ask for a sample");
	need(recv(end, &took, sizeof(took), MSG_WAITALL) == sizeof(took),
	     "take a sample");
	return took;
}

static void drive(char **argv, size_t rounds)
{
	char bare[] = "bare", split[] = "split";
	const int ends[] = { start(argv[0], bare, argv[2]),
			     start(argv[0], split, argv[2]) };
	static const char kinds[] = { HELD, OPENED };
	struct series series[2][2] = {
		{ { "bare, held", NULL }, { "broker, held", NULL } },
		{ { "bare, opened", NULL }, { "broker, opened", NULL } } };

	for (int i = 0; i < 4; i++)
		series[i / 2][i % 2].samples = calloc(rounds, sizeof(double));
	for (size_t round = 0; round < rounds + 1; round++)
		for (int i = 0; i < 4; i++) {
			int way = (i + (int)round) % 2;
			double took = sample(ends[way], kinds[i / 2]);

			/* The first is for warming up. */
			if (round)
				series[i / 2][way].samples[round - 1] = took;
		}
	for (int i = 0; i < 2; i++)
		print_series(series[i], 2, rounds, "ns");
	close(ends[0]);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	int ends[2];
	struct fh_channel *channel;

	if (argc != 3) {
		fprintf(stderr, "usage: %s ROUNDS FILE\n", argv[0]);
		return 2;
	}
	if (strcmp(argv[1], "bare") == 0) {
		need(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "pair");
		if (fork() == 0) {
			close(ends[0]);
			hand_out(ends[1], argv[2]);
		}
		close(ends[1]);
		answer_driver(ask_bare, &ends[0], argv[2]);
	} else if (strcmp(argv[1], "split") == 0) {
		become_worker(argv[2], argv, &channel);
		answer_driver(ask_broker, channel, argv[2]);
		fh_channel_free(channel);
	} else {
		drive(argv, strtoul(argv[1], NULL, 10));
		while (wait(NULL) > 0)
			;
	}
	return 0;
}
