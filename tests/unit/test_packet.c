/* Packets: what a peer can send beside what it should, each with a control. */
#include "broker/packet.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static int ends[2]; /* the hostile one is [1] */
static char data[64];
static size_t size;
static int fd;

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	check(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void begin(void)
{
	check_int(packet_pair(ends), 0);
	memset(data, 0x5a, sizeof(data));
	size = 99;
	fd = -77;
}

/* One message with these descriptors, in that many control messages. */
static void send_raw(const char *bytes, size_t n_bytes, const int *fds,
		     size_t n_fds, size_t n_messages)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 8) * 2];
	} room = { .bytes = { 0 } };
	struct iovec part = { .iov_base = (void *)bytes, .iov_len = n_bytes };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = room.bytes,
				  .msg_controllen = sizeof(room.bytes) };
	size_t each = n_fds / n_messages, space = 0;
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	for (size_t i = 0; i < n_messages; i++) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * each);
		memcpy(CMSG_DATA(c), fds + i * each, sizeof(int) * each);
		space += CMSG_SPACE(sizeof(int) * each);
		c = CMSG_NXTHDR(&message, c);
	}
	message.msg_controllen = space;
	check_int(sendmsg(ends[1], &message, 0), n_bytes);
}

/* --- the good ------------------------------------------------------------------ */

static void test_pair(void)
{
	int before = count_fds(), type = 0;
	socklen_t len = sizeof(type);

	close(0);
	close(2);
	begin();
	for (int i = 0; i < 2; i++) {
		check(ends[i] > 2);
		check(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
		check_int(getsockopt(ends[i], SOL_SOCKET, SO_TYPE, &type, &len),
			  0);
		check_int(type, SOCK_SEQPACKET);
	}
	check_int(count_fds(), before);
	/* The same where nothing has to be moved. */
	check(dup(1) == 0 && dup(1) == 2);
	begin();
	check(fcntl(ends[0], F_GETFD) & FD_CLOEXEC);
	check(fcntl(ends[1], F_GETFD) & FD_CLOEXEC);
}

static void test_pair_full(void)
{
	struct rlimit limit = { 0 };
	int before;

	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	close(0);
	before = count_fds();
	/* Room for both, not for raising the one that is number 0. */
	limit.rlim_cur = 1;
	while (fcntl((int)limit.rlim_cur, F_GETFD) >= 0)
		limit.rlim_cur++;
	limit.rlim_cur++;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	check(packet_pair(ends) < 0);
	limit.rlim_cur = limit.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	check_int(count_fds(), before);
}

static void test_bytes(void)
{
	begin();
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd),
		  -EAGAIN);
	check_int(size, 99);
	check_int(packet_send(ends[1], "one", 3, -1), 0);
	check_int(packet_write(ends[1], "other", 5), 0);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd), 0);
	check_int(size, 3);
	check_int(fd, -1);
	check(memcmp(data, "one", 3) == 0);
	check_int(packet_await(ends[0], data, 5, &size, NULL), 0);
	check_int(size, 5);
	check(memcmp(data, "other", 5) == 0);
}

static void test_fd(void)
{
	int pipe_ends[2];
	char byte = 0;

	begin();
	check(pipe(pipe_ends) == 0);
	check_int(packet_send(ends[1], "x", 1, pipe_ends[1]), 0);
	check(fcntl(pipe_ends[1], F_GETFD) >= 0); /* still the sender's */
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd), 0);
	check(fd >= 0 && fd != pipe_ends[1]);
	check(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	check_int(write(fd, "!", 1), 1);
	check_int(read(pipe_ends[0], &byte, 1), 1);
	check_int(byte, '!');
}

/* --- the bad --------------------------------------------------------------------- */

/* Each is refused, leaves no descriptor and writes no output; then one that is
 * good comes through. */
static const struct {
	const char *about;
	size_t n_bytes, n_fds, n_messages;
	bool is_awaited; /* a descriptor is */
	size_t room;
	int code;
} bad[] = {
	{ "two descriptors for one", 1, 2, 1, true, 64, -EBADMSG },
	{ "three descriptors for one", 1, 3, 1, true, 64, -EBADMSG },
	{ "two control messages", 1, 2, 2, true, 64, -EBADMSG },
	{ "two control messages of two", 1, 4, 2, true, 64, -EBADMSG },
	{ "one descriptor for none", 1, 1, 1, false, 64, -EBADMSG },
	{ "two descriptors for none", 1, 2, 1, false, 64, -EBADMSG },
	{ "no byte", 0, 0, 0, true, 64, -EBADMSG },
	{ "no byte for none", 0, 0, 0, false, 64, -EBADMSG },
	{ "no byte and a descriptor", 0, 1, 1, true, 64, -EBADMSG },
	{ "no byte and two descriptors", 0, 2, 1, true, 64, -EBADMSG },
	{ "no byte and a descriptor for none", 0, 1, 1, false, 64, -EBADMSG },
	{ "too long", 9, 0, 0, true, 8, -EMSGSIZE },
	{ "too long with a descriptor", 9, 1, 1, true, 8, -EMSGSIZE },
	{ "too long with two", 9, 2, 1, true, 8, -EMSGSIZE },
	{ "too long with one for none", 9, 1, 1, false, 8, -EMSGSIZE },
};

static void test_bad(void)
{
	const int fds[] = { 1, 1, 1, 1 };

	for (size_t i = 0; i < N(bad); i++) {
		int *ret_fd = bad[i].is_awaited ? &fd : NULL;
		int before, r;

		begin();
		before = count_fds();
		if (bad[i].n_fds)
			send_raw("123456789", bad[i].n_bytes, fds,
				 bad[i].n_fds, bad[i].n_messages);
		else
			check_int(send(ends[1], "123456789", bad[i].n_bytes, 0),
				  bad[i].n_bytes);
		r = packet_receive(ends[0], data, bad[i].room, &size, ret_fd);
		if (r != bad[i].code)
			tap_fail(__FILE__, __LINE__, "%s: %d, not %d",
				 bad[i].about, r, bad[i].code);
		check_int(size, 99);
		check_int(fd, -77);
		check_int(count_fds(), before);
		check_int(packet_send(ends[1], "12345678", 8,
				      bad[i].is_awaited ? 1 : -1), 0);
		check_int(packet_receive(ends[0], data, bad[i].room, &size,
					 ret_fd), 0);
		check_int(size, 8);
		check_int(count_fds(), before + bad[i].is_awaited);
		close(ends[0]);
		close(ends[1]);
		if (bad[i].is_awaited)
			close(fd);
	}
}

static void test_empty(void)
{
	begin();
	check_int(packet_send(ends[1], "", 0, -1), -EINVAL);
	check_int(packet_send(ends[1], "", 0, 1), -EINVAL);
	check_int(packet_write(ends[1], "", 0), -EINVAL);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd),
		  -EAGAIN);
	/* Where the peer has closed after it, it has closed. */
	check_int(send(ends[1], "", 0, 0), 0);
	close(ends[1]);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd), 0);
	check_int(size, 0);
}

/* No descriptor can be had: that is told apart, and the bytes are there. */
static void test_no_room(void)
{
	struct rlimit limit = { 0 }, none = { 0 };
	int before = 0;

	begin();
	before = count_fds();
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	check_int(packet_send(ends[1], "x", 1, 1), 0);
	check_int(packet_send(ends[1], "y", 1, 1), 0);
	none = limit;
	none.rlim_cur = 0;
	check(setrlimit(RLIMIT_NOFILE, &none) == 0);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd),
		  -EMFILE);
	check_int(size, 1);
	check_int(data[0], 'x');
	check_int(fd, -77);
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	check_int(count_fds(), before);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd), 0);
	check_int(data[0], 'y');
	check_int(count_fds(), before + 1);
}

/* --- the end --------------------------------------------------------------------- */

static void test_closed(void)
{
	begin();
	check_int(packet_send(ends[1], "last", 4, -1), 0);
	close(ends[1]);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, &fd), 0);
	check_int(size, 4);
	for (int i = 0; i < 3; i++) {
		size = 99;
		check_int(packet_receive(ends[0], data, sizeof(data), &size,
					 NULL), 0);
		check_int(size, 0);
	}
	check_int(packet_send(ends[0], "x", 1, -1), -EPIPE);
	signal(SIGPIPE, SIG_IGN);
	check_int(packet_write(ends[0], "x", 1), -EPIPE);
}

/* It closed and had not read all: ECONNRESET, for once. */
static void test_reset(void)
{
	signal(SIGPIPE, SIG_IGN);
	for (int way = 0; way < 3; way++) {
		begin();
		check_int(packet_send(ends[1], "last", 4, -1), 0);
		check_int(packet_send(ends[0], "unread", 6, -1), 0);
		close(ends[1]);
		if (way == 1)
			check_int(packet_send(ends[0], "x", 1, -1), -EPIPE);
		if (way == 2)
			check_int(packet_write(ends[0], "x", 1), -EPIPE);
		check_int(packet_receive(ends[0], data, sizeof(data), &size,
					 &fd), 0);
		check_int(size, 4);
		check_int(packet_await(ends[0], data, sizeof(data), &size,
				       &fd), 0);
		check_int(size, 0);
		close(ends[0]);
	}
}

static void test_full(void)
{
	static char big[32768];
	int r = 0, n = 0;

	begin();
	while (r == 0 && n++ < 1000)
		r = packet_send(ends[1], big, sizeof(big), -1);
	check_int(r, -EAGAIN);
	check(n > 2);
}

/* Refused at the sender, where the kernel can. */
static void test_refuse(void)
{
	const int fds[] = { 1 };

	begin();
	packet_refuse_fds(ends[0]);
	check_int(packet_send(ends[1], "x", 1, -1), 0);
	check_int(packet_receive(ends[0], data, sizeof(data), &size, NULL), 0);
	if (packet_send(ends[1], "x", 1, 1) == -EPERM)
		return;
	check_int(packet_receive(ends[0], data, sizeof(data), &size, NULL),
		  -EBADMSG);
	send_raw("x", 1, fds, 1, 1);
	skip("no SO_PASSRIGHTS here, Linux 6.16: the receiver drops them");
}

static const struct tap_test tests[] = {
	{ .name = "a pair lies above the standard descriptors",
	  .run = test_pair },
	{ .name = "a pair that cannot be had leaves nothing open",
	  .run = test_pair_full },
	{ .name = "bytes", .run = test_bytes },
	{ .name = "a descriptor", .run = test_fd },
	{ .name = "what is too much is refused and closed", .run = test_bad },
	{ .name = "no byte is no packet", .run = test_empty },
	{ .name = "no more descriptors to be had", .run = test_no_room },
	{ .name = "the peer has closed", .run = test_closed },
	{ .name = "the peer has closed and had not read all",
	  .run = test_reset },
	{ .name = "a peer that does not read is not waited for",
	  .run = test_full },
	{ .name = "descriptors are refused at the sender", .run = test_refuse },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
