/* The worker's end of a broker: what it asks, what it gets, when it waits. */
#include "fake_monitor.h"

#include <time.h>

/* Each call once, with that time limit. */
static void ask_all(int timeout_ms)
{
	struct fh_address addresses[FH_BROKER_ADDRESSES_MAX];
	char bytes[8] = "";
	size_t n = 99;
	int fd = -7, before = count_fds();

	check_cloexec(fh_broker_bind(channel, FH_TCP, NULL, 80, timeout_ms,
				     &err));
	check_cloexec(fh_broker_bind(channel, FH_UDP, "::1", 53, timeout_ms,
				     &err));
	check_cloexec(fh_broker_connect(channel, FH_TCP, "127.0.0.1", 25,
					timeout_ms, &err));
	check_cloexec(fh_broker_open(channel, FH_READ, "/srv/a", 0, timeout_ms,
				     &err));
	check_cloexec(fh_broker_open(channel, FH_WRITE, "/srv/a", 0,
				     timeout_ms, &err));
	check_cloexec(fh_broker_open(channel, FH_BROKER_CREATE, "/srv/a", 0600,
				     timeout_ms, &err));
	check_int(fh_broker_read_file(channel, "/etc/key", bytes, 5, &n,
				      timeout_ms, &err), 0);
	check_int(n, 5);
	check_str(bytes, "a key");
	check_int(fh_broker_authenticate(channel, "login", "ann", "right",
					 timeout_ms, &err), 0);
	check_int(fh_broker_resolve(channel, "db", addresses, &n, timeout_ms,
				    &err), 0);
	check_int(n, 2);
	check_int(addresses[0].family, AF_INET);
	check_int(addresses[1].family, AF_INET6);
	check_int(addresses[1].bytes[3], 0xb8);
	check_int(fh_broker_request(channel, "echo", "a\0b", 3, bytes, 8, &n,
				    &fd, timeout_ms, &err), 0);
	check_int(n, 3);
	check(memcmp(bytes, "a\0b", 3) == 0);
	check_cloexec(fd);
	check_int(fh_broker_request(channel, "echo", NULL, 0, NULL, 0, NULL,
				    NULL, timeout_ms, &err), 0);
	check_int(fh_broker_request(channel, "echo", NULL, 0, bytes, 8, &n,
				    &fd, timeout_ms, &err), 0);
	check_int(fd, -1);
	check_int(n, 0);
	check_int(count_fds(), before);
}

static void test_honest(void)
{
	channel_begin_with(honest);
	check_int(fh_broker_ready(channel, -1, &err), 0);
	ask_all(-1);
	ask_all(20000);
	check_int(fh_broker_ready(channel, -1, &err), -EINVAL);
	check_str(err.what, "fh_broker_ready: that was told before");
	channel_end();
}

/* Under the strictest filter, with what a worker's adds. */
static void test_strict(void)
{
	static const char *const more[] = { "recvmsg" };
	struct fh_seccomp *filter = NULL;
	char bytes[8];
	size_t n;
	int fd;

	channel_begin_with(honest);
	check_int(fh_seccomp_new("strict", &filter, &err), 0);
	for (size_t i = 0; i < N(more); i++)
		check_int(fh_seccomp_allow(filter, more[i], &err), 0);
	check_int(fh_seccomp_on_deny(filter, FH_DENY_KILL, 0, &err), 0);
#ifndef __SANITIZE_ADDRESS__ /* which has calls of its own */
	check_int(fh_seccomp_load(filter, &err), 0);
#endif
	check_int(fh_broker_ready(channel, -1, NULL), 0);
	for (int timeout_ms = -1; timeout_ms < 20000; timeout_ms += 20000) {
		fd = fh_broker_bind(channel, FH_TCP, NULL, 80, timeout_ms,
				    NULL);
		check(fd >= 0);
		close(fd);
		fd = fh_broker_open(channel, FH_READ, "/srv", 0, timeout_ms,
				    NULL);
		check(fd >= 0);
		close(fd);
		check_int(fh_broker_read_file(channel, "/k", bytes, 8, &n,
					      timeout_ms, NULL), 0);
		check_int(fh_broker_open(channel, FH_READ, "/no", 0, timeout_ms,
					 &err), -EACCES);
	}
	fh_channel_free(channel);
}

static void test_refused(void)
{
	char bytes[4], line[FH_ERROR_LINE_MAX];
	size_t n = 99;
	int fd = -7;

	channel_begin_with(honest);
	check_int(fh_broker_open(channel, FH_READ, "/no", 0, -1, &err),
		  -EACCES);
	check_str(err.what,
		  "open /no: the monitor refused: Permission denied");
	check_int(err.code, -EACCES);
	fh_error_print(&err, line, sizeof(line));
	check_str(line, err.what);
	check_int(fh_broker_open(channel, FH_READ, "/gone", 0, -1, &err),
		  -ENOENT);
	check_str(err.what,
		  "open /gone: the monitor could not: No such file or directory");
	check_int(fh_broker_authenticate(channel, "login", "ann", "wr0ng", -1,
					 &err), -EACCES);
	check(!memmem(&err, sizeof(err), "wr0ng", 5));
	check(!memmem(&err, sizeof(err), "ann", 3));
	check_int(fh_broker_read_file(channel, "/k", bytes, 4, &n, -1, &err),
		  -ENOSPC);
	check_int(n, 99);
	check_int(fh_broker_request(channel, "echo", "12345", 5, bytes, 4, &n,
				    &fd, -1, &err), -ENOSPC);
	check_int(n, 99);
	check_int(fd, -7);
	check_int(fh_broker_request(channel, "echo", "1", 1, bytes, 4, &n,
				    NULL, -1, &err), -EPROTO);
	/* That was between caller and handler; the channel is well. */
	ask_all(-1);
	channel_end();
}

/* Nothing is asked: there is nobody to ask. */
static void test_unasked(void)
{
	static char huge[FH_BROKER_DATA_MAX + 1], path[PATH_MAX + 1];
	const struct fh_broker_ask odd = { .kind = (enum fh_broker_kind)-1 };
	uint32_t id = 99;

	memset(path, 'p', sizeof(path) - 1);
	channel_begin_alone();
	check_int(fh_broker_open(channel, FH_READ, path, 0, 0, &err), -E2BIG);
	check_int(fh_broker_open(channel, 7, "/x", 0, 0, &err), -EINVAL);
	check_int(fh_broker_bind(channel, FH_TCP, NULL, 0, 0, &err), -EINVAL);
	check_int(fh_broker_bind(channel, FH_TCP, "x\n", 1, 0, &err), -EINVAL);
	check_str(err.what,
		  "bind tcp x\\x0a, port 1: no request has that form");
	check_int(fh_broker_connect(channel, FH_TCP, "::1", 1, -2, &err),
		  -EINVAL);
	check_str(err.what, "fh_broker_connect: no time limit is -2 ms");
	check_int(fh_broker_request(channel, "r", huge, sizeof(huge), NULL, 0,
				    NULL, NULL, 0, &err), -E2BIG);
	check_int(fh_broker_begin(channel, &odd, &id, &err), -EINVAL);
	check_int(id, 99);
	check_int(packet_receive(monitor_fd, monitor_message,
				 sizeof(monitor_message), &(size_t){ 0 }, NULL),
		  -EAGAIN);
	channel_end();
}

/* --- time ------------------------------------------------------------------------ */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The answer comes after all, with a descriptor: closed, and nobody's. */
static void test_timeout(void)
{
	struct fh_broker_answer answer;
	static struct wire_request request;
	int64_t begin = now_ms();
	int before;

	channel_begin_alone();
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, 0, &err),
		  -ETIMEDOUT);
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, 50, &err),
		  -ETIMEDOUT);
	check_str(err.what, "open /x: no answer in time");
	check(now_ms() - begin >= 50 && now_ms() - begin < 5000);
	before = count_fds();
	for (int i = 0; i < 2; i++)
		monitor_answer(monitor_take(&request).id, 0, NULL, 0,
			       make_thing(FILE_READ));
	check(is_readable());
	check_int(fh_broker_finish(channel, -1, &answer, &err), -ENOENT);
	check(!is_readable());
	check_int(count_fds(), before);
	/* Answered a second time: nobody asked that. */
	monitor_answer(request.id, 0, NULL, 0, make_thing(FILE_READ));
	check_int(fh_broker_finish(channel, 0, &answer, &err), -EPROTO);
	check_int(count_fds(), before);
	channel_end();
}

static void late(void)
{
	static struct wire_request request;
	uint32_t first = monitor_take(&request).id;
	uint32_t second = monitor_take(&request).id;

	monitor_answer(first, 0, NULL, 0, make_thing(FILE_READ));
	monitor_answer(second, 0, "second", 6, -1);
	honest();
}

static void test_late(void)
{
	char bytes[8] = "";
	size_t n;
	int before;

	channel_begin_with(late);
	before = count_fds();
	check_int(fh_broker_open(channel, FH_READ, "/x", 0, 1, &err),
		  -ETIMEDOUT);
	check_int(fh_broker_request(channel, "r", NULL, 0, bytes, 8, &n, NULL,
				    -1, &err), 0);
	check_str(bytes, "second");
	check_int(count_fds(), before);
	ask_all(-1);
	channel_end();
}

static const struct tap_test tests[] = {
	{ .name = "every call, with a time limit and without",
	  .run = test_honest },
	{ .name = "every way of waiting under the filter strict",
	  .run = test_strict },
	{ .name = "what the monitor refuses", .run = test_refused },
	{ .name = "what is no request is not asked", .run = test_unasked },
	{ .name = "a time limit", .run = test_timeout },
	{ .name = "an answer that comes too late is dropped",
	  .run = test_late },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
