/*
 * Fuzzing the monitor: a worker and two helpers say what they like, in any
 * order. Nothing outside the table is given, every answer is one, and when all is
 * over no descriptor is left.
 */
#include "fuzz_monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "broker/monitor_state.h"
#include "broker/packet.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[PATH_MAX];
static struct fh_broker *broker;	/* as it is on the disk */
static struct fh_broker seen;		/* as the worker names it: /d/... */
static struct stat given, spool;	/* the only file, the only directory */
static int helper_ends[N_HELPERS][2];	/* the monitor's, the helper's */
static uint64_t clock_us;
static uint8_t message[WIRE_MESSAGE_MAX], answer[WIRE_MESSAGE_MAX];

static void must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static int handle(void *ctx, const void *request, size_t size,
		  struct fh_broker_reply *reply)
{
	(void)ctx;
	must(size <= 64 && reply->size == 64);
	memcpy(reply->data, request, size);
	reply->size = size;
	if (size && *(const uint8_t *)request == 'f')
		reply->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return size && *(const uint8_t *)request == 'e' ? -EXDEV : 0;
}

static void clean_up(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	must(system(command) >= 0);
}

/* Two at a time. */
static char *under(const char *name)
{
	static char paths[2][PATH_MAX + 16];
	static unsigned int next;
	char *ret = paths[next++ % 2];

	snprintf(ret, sizeof(paths[0]), "%s/%s", directory, name);
	return ret;
}

static void put(const char *name)
{
	int fd = open(under(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, "bytes", 5) == 5 && close(fd) == 0);
}

/* The worker's name of it takes the place of the disk's. */
static void add(struct broker_row row, const char *name, const char *seen_as)
{
	char object[64] = "";

	snprintf(object, sizeof(object), "%s", seen_as ? seen_as : "");
	row.object = name ? under(name) : seen_as ? object : NULL;
	must(broker_add(broker, &row, NULL) == 0);
	seen.rows = realloc(seen.rows, broker->n_rows * sizeof(*seen.rows));
	seen.rows[seen.n_rows] = broker->rows[seen.n_rows];
	if (seen_as)
		seen.rows[seen.n_rows].object = strdup(seen_as);
	seen.n_rows++;
}

static void describe(void)
{
	const struct fh_address here = { AF_INET, { 127, 0, 0, 1 } };

	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_READ },
	    "pub", "/d/pub");
	add((struct broker_row){ .kind = FH_BROKER_OPEN, .access = FH_WRITE },
	    "pub", "/d/pub");
	add((struct broker_row){ .kind = FH_BROKER_OPEN,
				 .access = FH_BROKER_CREATE, .per_minute = 9 },
	    "spool", "/d/spool");
	add((struct broker_row){ .kind = FH_BROKER_READ_FILE,
				 .max_answer = 8, .times = 2 },
	    "key", "/d/key");
	add((struct broker_row){ .kind = FH_BROKER_BIND, .transport = FH_TCP,
				 .when = FH_BROKER_STARTING, .port = FUZZ_PORT,
				 .address = here }, NULL, NULL);
	add((struct broker_row){ .kind = FH_BROKER_BIND, .transport = FH_UDP,
				 .port = FUZZ_PORT, .address = here },
	    NULL, NULL);
	add((struct broker_row){ .kind = FH_BROKER_CONNECT,
				 .transport = FH_TCP, .port = FUZZ_PORT + 1,
				 .when = FH_BROKER_SERVING, .address = here },
	    NULL, NULL);
	add((struct broker_row){ .kind = FH_BROKER_AUTHENTICATE,
				 .delay_ms = 100, .per_minute = 20 },
	    NULL, "login");
	add((struct broker_row){ .kind = FH_BROKER_RESOLVE }, NULL,
	    "*.example.org");
	add((struct broker_row){ .kind = FH_BROKER_REQUEST, .handler = handle,
				 .max_request = 64, .max_answer = 64 },
	    NULL, "echo");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	snprintf(directory, sizeof(directory), "%s/fuzz.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	must(mkdtemp(directory) && atexit(clean_up) == 0);
	must(mkdir(under("pub"), 0700) == 0 && mkdir(under("spool"), 0700) == 0);
	put("pub/file");
	put("key");
	put("secret");
	must(symlink("../secret", under("pub/link")) == 0 &&
	     symlink("..", under("pub/up")) == 0 &&
	     mkfifo(under("pub/fifo"), 0600) == 0);
	must(stat(under("pub/file"), &given) == 0 &&
	     stat(under("spool"), &spool) == 0);
	for (size_t i = 0; i < N_HELPERS; i++)
		must(packet_pair(helper_ends[i]) == 0);
	broker = broker_new();
	must(broker != NULL);
	describe();
	return 0;
}

/* --- what comes of it ----------------------------------------------------- */

/* A new file lies in the spool, and goes again. */
static void check_new(int fd)
{
	char link[64], path[PATH_MAX] = "";
	char *slash;
	struct stat st;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	must(readlink(link, path, sizeof(path) - 1) > 0);
	must(unlink(path) == 0);
	slash = strrchr(path, '/');
	must(slash != NULL);
	*slash = '\0';
	must(stat(path, &st) == 0 && st.st_dev == spool.st_dev &&
	     st.st_ino == spool.st_ino);
}

static void check_socket(int fd)
{
	struct sockaddr_in in = { 0 };
	socklen_t size = sizeof(in);

	must(getsockname(fd, (struct sockaddr *)&in, &size) == 0 &&
	     in.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	if (ntohs(in.sin_port) == FUZZ_PORT)
		return;
	size = sizeof(in);
	must(getpeername(fd, (struct sockaddr *)&in, &size) == 0 &&
	     ntohs(in.sin_port) == FUZZ_PORT + 1);
}

static void check_descriptor(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	must(flags >= 0 && !(flags & (O_NONBLOCK | O_APPEND)) &&
	     fstat(fd, &st) == 0);
	if (S_ISSOCK(st.st_mode))
		check_socket(fd);
	else if (!S_ISCHR(st.st_mode)) { /* the handler's */
		must(S_ISREG(st.st_mode));
		if (st.st_ino != given.st_ino)
			check_new(fd);
	}
	close(fd);
}

static void check_answer(struct monitor *m, int size, int fd)
{
	struct wire_header header;

	must(wire_take_header(answer, (size_t)size, &header, NULL) == 0 &&
	     header.type == WIRE_ANSWER && header.n_fds == (fd >= 0));
	must(m->n_refused <= m->n_answered);
	if (fd >= 0)
		check_descriptor(fd);
}

static void check_why(const char *why)
{
	must(why && *why);
	for (; *why; why++)
		must(*why >= ' ' && *why < 127);
}

/* What helpers were sent has the form of a request. */
static void drain_helpers(void)
{
	static uint8_t sent[WIRE_MESSAGE_MAX];
	static struct wire_request request;
	size_t size;

	for (size_t i = 0; i < N_HELPERS; i++)
		while (packet_receive(helper_ends[i][1], sent, sizeof(sent),
				      &size, NULL) == 0)
			must(wire_take_request(sent, size, &request, NULL) ==
				     0 && helper_for(request.kind) == i);
}

static void tell_later(struct monitor *m)
{
	int size, fd = -1;

	while ((size = later_next(m, clock_us, answer, &fd)))
		check_answer(m, size, fd);
}

static void look(struct monitor *m)
{
	for (size_t i = 0; i < FH_BROKER_PENDING_MAX; i++) {
		struct pollfd polled = { .fd = m->later[i].fd,
					 .events = POLLOUT };

		if (m->later[i].state == LATER_CONNECTING &&
		    poll(&polled, 1, 0) == 1)
			later_look(&m->later[i], clock_us);
	}
}

/* --- the input ------------------------------------------------------------ */

/* Return: does the worker live on? */
static bool play(struct monitor *m, enum record record, size_t size)
{
	const char *why = NULL;
	int fd = -1, r;

	switch (record) {
	case RECORD_AUTHENTICATOR:
	case RECORD_RESOLVER:
		later_take(m, record == RECORD_RESOLVER ? HELPER_RESOLVER
							: HELPER_AUTHENTICATOR,
			   message, size, clock_us);
		return true;
	case RECORD_DEATH:
		for (size_t i = 0; i < N_HELPERS; i++) {
			m->helper_sockets[i] = -1;
			later_take(m, (enum helper_kind)i, NULL, 0, clock_us);
		}
		return true;
	case RECORD_TIME:
		clock_us += size * 64000;
		later_expire(m, clock_us);
		return true;
	case RECORD_WORKER:
	case N_RECORDS:
		break;
	}
	r = monitor_dispatch(m, message, size, clock_us, answer, &fd, &why);
	if (r > 0)
		check_answer(m, r, fd);
	else
		must(fd < 0 && (r == 0 || r == -EPROTO));
	if (r < 0)
		check_why(why);
	return r >= 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int first = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), last;
	struct monitor *m = NULL;
	bool lives = true;

	must(monitor_new(broker, &m, NULL) == 0);
	m->broker = &seen;
	for (size_t i = 0; i < N_HELPERS; i++)
		m->helper_sockets[i] = helper_ends[i][0];
	clock_us = 1000000;
	while (lives && size >= 3) {
		enum record record = (enum record)(data[0] % N_RECORDS);
		size_t n = data[1] | (size_t)data[2] << 8;

		data += 3;
		size -= 3;
		n = n < size ? n : size;
		n = n < sizeof(message) ? n : sizeof(message);
		memcpy(message, data, n);
		data += n;
		size -= n;
		lives = play(m, record, n);
		drain_helpers();
		look(m);
		tell_later(m);
	}
	clock_us += 3600000000u;
	later_expire(m, clock_us);
	clock_us += 3600000000u;
	tell_later(m);
	monitor_free(m);
	close(first);
	last = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	must(first == last);
	close(last);
	return 0;
}
