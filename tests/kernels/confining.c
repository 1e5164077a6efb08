/*
 * Confines itself, and says what came of it.
 *
 *   confining alone    one thread: what is granted, what is not
 *   confining threads  another thread beside it
 *   confining server   a UDP socket that was bound before still answers
 *
 * Prints one word: confined, busy or refused, after its own checks; whatever
 * else it finds is its exit status and a line on stderr.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int turn[2], answer[2];
static struct fh_error err;

static void wrong(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static int try_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

/* Says, when asked, what it may open, and whether it has the filter. */
static void *sibling(void *unused)
{
	char byte;
	int told[2];

	(void)unused;
	if (read(turn[0], &byte, 1) != 1)
		wrong("wait for the turn");
	told[0] = try_open("/etc/passwd");
	told[1] = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	if (write(answer[1], told, sizeof(told)) != sizeof(told))
		wrong("answer");
	return NULL;
}

static const char *outcome(int r)
{
	if (r < 0)
		fprintf(stderr, "%s; %s\n", err.what, err.remedy);
	if (r < 0 && err.stage == FH_STAGE_APPLY)
		exit(2); /* in part: never */
	return r == 0 ? "confined" : r == -EBUSY ? "busy" : "refused";
}

static int confine(const char *preset, const char *granted)
{
	struct fh_policy *policy = fh_policy_new();

	if (fh_policy_preset(policy, preset, NULL, 0, &err) < 0 ||
	    (granted && fh_policy_allow(policy, FH_READ, granted, &err) < 0))
		wrong(err.what);
	return fh_confine(policy, NULL, NULL, &err);
}

static void alone(void)
{
	int r;

	if (try_open("/etc/passwd"))
		wrong("open before");
	r = confine("file-processor", "/usr");
	if (r == 0 && try_open("/etc/passwd") != EACCES)
		wrong("a file outside was not refused");
	if (r == 0 && try_open("/usr/bin/busybox") != 0)
		wrong("a file that was granted was refused");
	puts(outcome(r));
}

static void threads(void)
{
	pthread_t thread;
	int told[2], r;

	if (pipe(turn) < 0 || pipe(answer) < 0 ||
	    pthread_create(&thread, NULL, sibling, NULL) != 0)
		wrong("make a thread");
	r = confine("file-processor", NULL);
	if (write(turn[1], "", 1) != 1 ||
	    read(answer[0], told, sizeof(told)) != sizeof(told))
		wrong("ask the thread");
	if (told[0] != (r == 0 ? EACCES : 0) || told[1] != (r == 0))
		wrong("the other thread is not as this one");
	puts(outcome(r));
}

static void server(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int ours = socket(AF_INET, SOCK_DGRAM, 0);
	int peer = socket(AF_INET, SOCK_DGRAM, 0);
	char byte;
	int r;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(ours, (struct sockaddr *)&address, size) < 0 ||
	    getsockname(ours, (struct sockaddr *)&address, &size) < 0 ||
	    connect(peer, (struct sockaddr *)&address, size) < 0)
		wrong("make a server and a peer");
	r = confine("network-server", NULL);
	if (write(peer, "", 1) != 1 ||
	    recvfrom(ours, &byte, 1, 0, (struct sockaddr *)&address, &size) != 1)
		wrong("ask the server");
	if (sendto(ours, "", 1, 0, (struct sockaddr *)&address, size) != 1 ||
	    read(peer, &byte, 1) != 1)
		wrong("the server cannot answer");
	puts(outcome(r));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "alone") == 0)
		alone();
	else if (strcmp(what, "threads") == 0)
		threads();
	else if (strcmp(what, "server") == 0)
		server();
	else
		return 3;
	return 0;
}
