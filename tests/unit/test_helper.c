/* The loop of the helpers, with the resolver as the example. */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "broker/helper_work.h"
#include "broker/packet.h"
#include "policy/policy.h"
#include "probe/kernel.h"
#include "tap.h"
#include "unit/invented_names.h"

#define WAIT_MS 10000

/* --- the monitor's place ------------------------------------------------------ */

static struct broker_row rows[] = {
	{ .kind = FH_BROKER_RESOLVE, .object = (char *)"localhost" },
	{ .kind = FH_BROKER_RESOLVE, .object = (char *)"*.test" },
	/* Of another kind: no row for names. */
	{ .kind = FH_BROKER_AUTHENTICATE, .object = (char *)"login" },
};
/* On a kernel without Landlock its helpers do without, as the monitor does. */
static struct fh_policy monitor = { .without = UINT32_MAX };
static struct fh_broker table = { .rows = rows,
				  .n_rows = sizeof(rows) / sizeof(*rows),
				  .monitor = &monitor };

struct stand {
	int socket;
	pid_t pid;
	uint8_t message[WIRE_MESSAGE_MAX];
	size_t size;
	struct wire_header header;
};

static void receive(struct stand *s)
{
	struct pollfd polled = { .fd = s->socket, .events = POLLIN };

	check_int(poll(&polled, 1, WAIT_MS), 1);
	check_int(packet_receive(s->socket, s->message, sizeof(s->message),
				 &s->size, NULL), 0);
	if (s->size)
		check_int(wire_take_header(s->message, s->size, &s->header,
					   NULL), 0);
}

static void start_for(struct stand *s, enum helper_kind kind, uint32_t limit_ms)
{
	int pair[2];

	check_int(packet_pair(pair), 0);
	fflush(stdout);
	s->pid = fork();
	check(s->pid >= 0);
	if (s->pid == 0) {
		close(pair[0]);
		helper_serve_for(kind, &table, pair[1], NULL, limit_ms);
	}
	close(pair[1]);
	s->socket = pair[0];
	receive(s);
}

static void start(struct stand *s)
{
	start_for(s, HELPER_RESOLVER, HELPER_ATTEMPT_MS);
	check_int(s->header.type, WIRE_STANDING);
}

static void ask(struct stand *s, uint32_t id, const char *name)
{
	const struct fh_broker_ask question = { .kind = FH_BROKER_RESOLVE,
						.name = name };
	int size = wire_put_request(s->message, id, &question);

	check(size > 0);
	check_int(packet_send(s->socket, s->message, (size_t)size, -1), 0);
}

/* The next answer, whosever it is. */
static int status(struct stand *s)
{
	receive(s);
	check(s->size > 0);
	check_int(s->header.type, WIRE_ANSWER);
	return s->header.status;
}

static int answer(struct stand *s, const char *name)
{
	int r;

	ask(s, 7, name);
	r = status(s);
	check_int(s->header.id, 7);
	return r;
}

static size_t addresses(struct stand *s, struct fh_address *ret)
{
	size_t n = 0;

	check_int(wire_take_addresses(s->message, s->size, ret, &n, NULL), 0);
	return n;
}

/* How it ended, as a shell would tell. */
static int end(struct stand *s)
{
	int how = 0;

	for (int i = 0; i < WAIT_MS / 10; i++) {
		if (waitpid(s->pid, &how, WNOHANG) == s->pid)
			return WIFSIGNALED(how) ? 128 + WTERMSIG(how) :
						  WEXITSTATUS(how);
		usleep(10000);
	}
	return -1;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Children of a process, of which there must be so many at last. */
static size_t children(pid_t pid, size_t wanted, pid_t *ret)
{
	char path[64], text[4096], *word, *next;
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	for (int i = 0; i < WAIT_MS / 10; i++) {
		FILE *file = fopen(path, "r");
		size_t got;

		if (!file)
			skip("the kernel tells no children (CONFIG_PROC_CHILDREN)");
		got = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
		text[got] = '\0';
		n = 0;
		for (word = text;; word = next) {
			pid_t child = (pid_t)strtol(word, &next, 10);

			if (next == word)
				break;
			ret[n++] = child;
		}
		if (n == wanted)
			return n;
		usleep(10000);
	}
	return n;
}

static bool is_gone(pid_t pid)
{
	for (int i = 0; i < WAIT_MS / 10; i++) {
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		waitpid(pid, NULL, WNOHANG);
		usleep(10000);
	}
	return false;
}

/* --- tests -------------------------------------------------------------------- */

static void test_localhost(void)
{
	struct fh_address found[FH_BROKER_ADDRESSES_MAX];
	const unsigned char loopback[] = { 127, 0, 0, 1 };
	struct stand s;
	bool is_there = false;
	size_t n;

	start(&s);
	check_int(answer(&s, "localhost"), 0);
	n = addresses(&s, found);
	check(n >= 1);
	for (size_t i = 0; i < n; i++)
		is_there |= found[i].family == AF_INET &&
			    memcmp(found[i].bytes, loopback, 4) == 0;
	check(is_there);
}

static void test_addresses(void)
{
	struct fh_address found[FH_BROKER_ADDRESSES_MAX];
	struct stand s;

	start(&s);
	check_int(answer(&s, "mixed.test"), 0);
	check_int(addresses(&s, found), 3);
	check_int(found[0].family, AF_INET);
	check_int(found[1].bytes[3], 1);
	check_int(found[2].family, AF_INET6);
	check_int(found[2].bytes[15], 2);
	check_int(answer(&s, "many.test"), 0);
	check_int(addresses(&s, found), FH_BROKER_ADDRESSES_MAX);
}

static void test_outside_table(void)
{
	struct stand s;

	start(&s);
	check_int(answer(&s, "example.org"), -EACCES);
	check_int(answer(&s, "test"), -EACCES);
	check_int(answer(&s, "login"), -EACCES);
	check_int(answer(&s, "127.0.0.1"), -EACCES);
	check_int(answer(&s, "a b.test"), -EACCES);
	/* Control: it still answers. */
	check_int(answer(&s, "mixed.test"), 0);
}

static void test_failures(void)
{
	struct stand s;

	start(&s);
	check_int(answer(&s, "none.test"), -ENODATA);
	check_int(answer(&s, "again.test"), -EAGAIN);
	check_int(answer(&s, "crash.test"), -EAGAIN);
	check_int(answer(&s, "half.test"), -EAGAIN);
	check_int(answer(&s, "odd.test"), -EAGAIN);
	/* Success, as a process has it, is no answer. */
	check_int(answer(&s, "exit.test"), -EAGAIN);
	check_int(answer(&s, "mixed.test"), 0);
}

static void test_fences(void)
{
	struct fh_address found[FH_BROKER_ADDRESSES_MAX];
	struct fh_kernel kernel;
	struct stand s;

	kernel_probe_quick(&kernel);
	check(can_fork());
	start(&s);
	check_int(answer(&s, "fork.test"), 0);
	check_int(addresses(&s, found), 1);
	check_int(answer(&s, "fds.test"), 0);
	check_int(addresses(&s, found), 1);
	if (!kernel.landlock_abi)
		skip("no Landlock");
	close(open("/proc/version", O_RDONLY));
	check_int(answer(&s, "open.test"), 0);
	check_int(addresses(&s, found), 1);
}

static void test_time_limit(void)
{
	uint64_t begin;
	struct stand s;
	pid_t found[64];

	start_for(&s, HELPER_RESOLVER, 300);
	check_int(s.header.type, WIRE_STANDING);
	begin = now_ms();
	check_int(answer(&s, "slow.test"), -ETIMEDOUT);
	check(now_ms() - begin >= 300);
	check(now_ms() - begin < 5000);
	check_int(children(s.pid, 0, found), 0);
	check_int(answer(&s, "mixed.test"), 0);
}

/* A slow one holds up nobody; but past the most nothing more is read. */
static void test_many_at_once(void)
{
	struct pollfd polled;
	pid_t found[64];
	struct stand s;

	start_for(&s, HELPER_RESOLVER, 1500);
	for (uint32_t id = 1; id < HELPER_ATTEMPTS_MAX; id++)
		ask(&s, id, "slow.test");
	ask(&s, 100, "mixed.test");
	check_int(status(&s), 0);
	check_int(s.header.id, 100);
	ask(&s, 101, "slow.test");
	ask(&s, 102, "mixed.test");
	polled = (struct pollfd){ .fd = s.socket, .events = POLLIN };
	check_int(children(s.pid, HELPER_ATTEMPTS_MAX, found),
		  HELPER_ATTEMPTS_MAX);
	check_int(poll(&polled, 1, 200), 0);
	/* When there is room again, it is read. */
	for (int i = 0, was_read = 0; !was_read; i++) {
		int r = status(&s);

		check(i <= HELPER_ATTEMPTS_MAX);
		was_read = s.header.id == 102;
		check_int(r, was_read ? 0 : -ETIMEDOUT);
	}
}

static void send_raw(struct stand *s, const void *data, size_t size, int fd)
{
	check_int(packet_send(s->socket, data, size, fd), 0);
}

static void test_garbage(void)
{
	const struct fh_broker_ask password = {
		.kind = FH_BROKER_AUTHENTICATE, .name = "login", .user = "u",
		.data = "p", .data_size = 1,
	};
	struct stand s;
	int size;

	start(&s);
	send_raw(&s, "garbage", 7, -1);
	check_int(end(&s), 1);
	/* Half a request. */
	start(&s);
	size = wire_put_request(s.message, 1, &(struct fh_broker_ask){
		.kind = FH_BROKER_RESOLVE, .name = "mixed.test" });
	check(size > 0);
	send_raw(&s, s.message, (size_t)size - 1, -1);
	check_int(end(&s), 1);
	/* One for another helper. */
	start(&s);
	size = wire_put_request(s.message, 1, &password);
	check(size > 0);
	send_raw(&s, s.message, (size_t)size, -1);
	check_int(end(&s), 1);
	/* No request at all. */
	start(&s);
	size = wire_put_plain(s.message, WIRE_STANDING, 1);
	send_raw(&s, s.message, (size_t)size, -1);
	check_int(end(&s), 1);
	/* With a descriptor, which none is expected. */
	start(&s);
	size = wire_put_request(s.message, 1, &(struct fh_broker_ask){
		.kind = FH_BROKER_RESOLVE, .name = "mixed.test" });
	send_raw(&s, s.message, (size_t)size, s.socket);
	check_int(end(&s), 1);
	/* An id that is under way. */
	start(&s);
	ask(&s, 1, "slow.test");
	ask(&s, 1, "slow.test");
	check_int(end(&s), 1);
}

static void test_close(void)
{
	pid_t found[64];
	struct stand s;

	start(&s);
	close(s.socket);
	check_int(end(&s), 0);
	/* While attempts run, as many as there can be. */
	start(&s);
	for (uint32_t id = 1; id <= HELPER_ATTEMPTS_MAX; id++)
		ask(&s, id, "slow.test");
	check_int(children(s.pid, HELPER_ATTEMPTS_MAX, found),
		  HELPER_ATTEMPTS_MAX);
	close(s.socket);
	check_int(end(&s), 0);
	for (int i = 0; i < HELPER_ATTEMPTS_MAX; i++)
		check(is_gone(found[i]));
}

/* Nothing it could do itself then: the kernel does. */
static void test_killed(void)
{
	pid_t found[64];
	struct stand s;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	start(&s);
	ask(&s, 1, "slow.test");
	ask(&s, 2, "slow.test");
	check_int(children(s.pid, 2, found), 2);
	kill(s.pid, SIGKILL);
	check_int(end(&s), 128 + SIGKILL);
	check(is_gone(found[0]));
	check(is_gone(found[1]));
}

static void test_parent_dies(void)
{
	int pair[2], out[2];
	pid_t parent, helper = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	check_int(packet_pair(pair), 0);
	check_int(pipe(out), 0);
	parent = fork();
	if (parent == 0) {
		struct stand s;

		start(&s);
		/* The end of the socket stays open in somebody else. */
		dup2(s.socket, pair[0]);
		check(write(out[1], &s.pid, sizeof(s.pid)) == sizeof(s.pid));
		if (fork() == 0)
			for (;;)
				pause();
		kill(getpid(), SIGKILL);
	}
	check(read(out[0], &helper, sizeof(helper)) == sizeof(helper));
	check(is_gone(helper));
}

static int umask_of(pid_t pid)
{
	char path[64], line[256];
	int mask = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	check(file != NULL);
	while (mask < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "Umask: %o", (unsigned int *)&mask) != 1)
			mask = -1;
	fclose(file);
	return mask;
}

static void test_signals(void)
{
	struct stand s;

	/* A program's main() may have done this. */
	signal(SIGCHLD, SIG_IGN);
	umask(0);
	start(&s);
	check_int(umask_of(s.pid), 022);
	check_int(getsid(s.pid), s.pid);
	/* Those that the monitor passes on are not for helpers. */
	kill(s.pid, SIGINT);
	kill(s.pid, SIGTERM);
	kill(s.pid, SIGHUP);
	check_int(answer(&s, "mixed.test"), 0);
}

static void test_no_service(void)
{
	struct broker_row row = { .kind = FH_BROKER_AUTHENTICATE,
				  .object = (char *)"no-such-service",
				  .origin = (char *)"app.conf:3" };
	struct fh_error err = { 0 };
	struct stand s;

	table.rows = &row;
	table.n_rows = 1;
	start_for(&s, HELPER_AUTHENTICATOR, 1000);
	check_int(s.header.type, WIRE_FAILED);
	check_int(wire_take_failure(s.message, s.size, &err, NULL), 0);
	check_int(end(&s), 1);
	if (err.code == -ENOSYS)
		skip("built without PAM");
	check_int(err.code, -ENOENT);
	check_str(err.what, "authenticate no-such-service: there is no such PAM service");
	check_str(err.origin, "app.conf:3");
}

static const struct tap_test tests[] = {
	{ .name = "localhost is found", .run = test_localhost },
	{ .name = "addresses of both families, so many at most", .run = test_addresses },
	{ .name = "what is not in the table is refused", .run = test_outside_table },
	{ .name = "failures are told apart", .run = test_failures },
	{ .name = "an attempt makes no process and has no other descriptor",
	  .run = test_fences },
	{ .name = "a slow attempt is ended", .run = test_time_limit },
	{ .name = "sixteen at once, and then no more is read", .run = test_many_at_once },
	{ .name = "garbage ends it", .run = test_garbage, .seconds = 60 },
	{ .name = "the monitor's end ends it", .run = test_close },
	{ .name = "when it is killed its attempts end", .run = test_killed },
	{ .name = "when its parent is killed it ends", .run = test_parent_dies },
	{ .name = "signals of the program are none of its business",
	  .run = test_signals },
	{ .name = "a service that is not there is told", .run = test_no_service },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
