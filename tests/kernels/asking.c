/*
 * Splits itself into a monitor and a worker, and says what came of it.
 *
 *   asking requests   what the table has is given, what it has not is refused
 *   asking death      the monitor is killed, and the worker is no more
 *
 * Prints one word, split or refused, after its own checks; whatever else it finds
 * is its exit status and a line on stderr.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <fumehood/fumehood.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MS 30000
#define TALKING 7001 /* answers on both protocols */
#define SILENT 7002
#define OWN_TCP 7005
#define OWN_UDP 7006

static struct fh_error err;
static struct fh_channel *channel;

static void need(int is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s (%s)\n", what, err.what);
	exit(1);
}

static int heard(int fd)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	char text[64];

	return write(fd, "x", 1) == 1 && poll(&answer, 1, ANSWER_MS) == 1 &&
	       read(fd, text, sizeof(text)) > 0;
}

static int double_it(void *ctx, const void *request, size_t size,
		     struct fh_broker_reply *reply)
{
	(void)ctx;
	memcpy(reply->data, request, size);
	memcpy((char *)reply->data + size, request, size);
	reply->size = 2 * size;
	return 0;
}

static int describe(struct fh_broker *broker)
{
	static const char *const rows[][2] = {
		{ "open", "/etc" },
		{ "read-file", "/etc/group max=4K times=1" },
		{ "bind", "tcp:127.0.0.1:7005 when=starting" },
		{ "bind", "udp:127.0.0.1:7006 when=starting" },
		{ "connect", "tcp:127.0.0.1:7001" },
		{ "connect", "udp:127.0.0.1:7001" },
	};
	struct fh_policy *monitor = fh_broker_monitor(broker);
	int r = fh_broker_handle(broker, "double", 8, 16, double_it, NULL, NULL,
				 &err);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows) && r == 0; i++)
		r = fh_broker_set(broker, rows[i][0], rows[i][1], &err);
	/* Before Landlock ABI 4 its connections are not held. */
	return r < 0 ? r
		     : fh_policy_without(monitor, FH_GUARANTEE_NETWORK, &err);
}

static int connected(enum fh_transport transport, uint16_t port)
{
	return fh_broker_connect(channel, transport, "127.0.0.1", port,
				 ANSWER_MS, &err);
}

static int bound(enum fh_transport transport, uint16_t port)
{
	return fh_broker_bind(channel, transport, "127.0.0.1", port, ANSWER_MS,
			      &err);
}

static void ask(void)
{
	char bytes[4096];
	size_t size;
	int fd;

	need(open("/etc/passwd", O_RDONLY) < 0, "no file by itself");
	fd = fh_broker_open(channel, FH_READ, "/etc/passwd", 0, ANSWER_MS, &err);
	need(fd >= 0 && read(fd, bytes, 4) == 4, "a file by asking");
	need(fh_broker_open(channel, FH_READ, "/init", 0, ANSWER_MS, &err) ==
		     -EACCES, "no other file");
	need(fh_broker_read_file(channel, "/etc/group", bytes, sizeof(bytes),
				 &size, ANSWER_MS, &err) == 0 && size > 0,
	     "the bytes of a file");
	need(bound(FH_TCP, OWN_TCP) >= 0, "a TCP port");
	need(bound(FH_UDP, OWN_UDP) >= 0, "a UDP port");
	need(bound(FH_TCP, OWN_UDP) == -EACCES, "no other port");
	need(heard(connected(FH_TCP, TALKING)), "TCP is answered");
	need(heard(connected(FH_UDP, TALKING)), "UDP is answered");
	need(connected(FH_TCP, SILENT) == -EACCES, "no other peer");
	need(fh_broker_request(channel, "double", "ab", 2, bytes, sizeof(bytes),
			       &size, NULL, ANSWER_MS, &err) == 0 && size == 4,
	     "a request of its own");
	need(fh_broker_ready(channel, ANSWER_MS, &err) == 0, "ready");
	need(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0, "bound to the monitor");
	puts("split");
}

/* Control: it is there until the monitor is killed. */
static int watch_death(char *program)
{
	char *const argv[] = { program, "wait", NULL };
	int out[2];
	pid_t monitor, worker;
	char line[32] = "";

	need(pipe(out) == 0, "a pipe");
	monitor = fork();
	if (monitor == 0) {
		dup2(out[1], STDOUT_FILENO);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(out[1]);
	for (size_t n = 0; n < sizeof(line) - 1 && read(out[0], line + n, 1) == 1;)
		if (line[n++] == '\n')
			break;
	worker = atoi(line);
	if (!worker) {
		waitpid(monitor, NULL, 0);
		puts(line[0] == 'r' ? "refused" : "nothing");
		return 0;
	}
	need(kill(worker, 0) == 0, "a worker");
	need(kill(monitor, SIGKILL) == 0, "a monitor");
	need(waitpid(monitor, NULL, 0) == monitor, "its end");
	for (int i = 0; i < 100 && kill(worker, 0) == 0; i++)
		usleep(100000);
	need(kill(worker, 0) < 0 && errno == ESRCH, "no worker");
	puts("split");
	return 0;
}

int main(int argc, char **argv)
{
	struct fh_broker *broker = fh_broker_new();
	struct fh_broker_result result;
	int r;

	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "death") == 0)
		return watch_death(argv[0]);
	r = describe(broker);
	if (r == 0)
		r = fh_broker_split(broker, argv, NULL, &channel, &result, &err);
	if (r == -EPERM) {
		fprintf(stderr, "%s; %s\n", err.what, err.remedy);
		puts("refused");
		return 0;
	}
	need(r >= 0, "the split");
	if (r == FH_BROKER_IS_MONITOR) {
		fprintf(stderr, "%s\n", result.text);
		return result.exit_code;
	}
	if (strcmp(argv[1], "requests") == 0) {
		ask();
		return 0;
	}
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}
