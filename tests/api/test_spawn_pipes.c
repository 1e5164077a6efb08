/* Our ends of a box's pipes: whose they are, what they carry, when they end. */
#include "spawn_stand.h"

static void test_box_stream(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_NULL);
	char before[8192], after[8192], text[64];
	struct fh_box *box;
	int in;

	list_descriptors(before, sizeof(before));
	box = start_box(SHELL("cat"), &options);
	check_int(fh_box_stream(NULL, 1), -EINVAL);
	check_int(fh_box_stream(box, -1), -EINVAL);
	check_int(fh_box_stream(box, 3), -EINVAL);
	check_int(fh_box_stream(box, 2), -EBADF);
	in = fh_box_stream(box, 0);
	check(in > 2);
	check_int(fcntl(in, F_GETFD), FD_CLOEXEC);
	check_int(fcntl(in, F_GETFL) & O_ACCMODE, O_WRONLY);
	check_int(fh_box_stream(box, 0), -EBADF);
	/* Output was not taken: it goes with the box; input was, and stays. */
	fh_box_free(box);
	check(fcntl(in, F_GETFD) >= 0);
	close(in);
	list_descriptors(after, sizeof(after));
	check_str(after, before);

	box = start_box(SHELL("echo still there"), &options);
	in = fh_box_stream(box, 1);
	check_exit(box, 0);
	check_int(fh_box_stream(box, 1), -EBADF);
	fh_box_free(box);
	read_all(in, text, sizeof(text));
	check_str(text, "still there\n");
}

/* Through cat and back, more than two pipes hold. */
static void test_large(void)
{
	enum { SIZE = 8 << 20 };
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	struct fh_box *box = start_box(SHELL("exec cat"), &options);
	int in = fh_box_stream(box, 0), out = fh_box_stream(box, 1);
	unsigned char *sent = malloc(SIZE), *got = malloc(SIZE + 1);
	size_t n_sent = 0, n_got = 0;
	ssize_t n = 1;

	check(sent && got);
	for (size_t i = 0; i < SIZE; i++)
		sent[i] = (unsigned char)(i * 2654435761u >> 13);
	check(fcntl(in, F_SETFL, O_NONBLOCK) == 0);
	while (n) {
		struct pollfd fds[] = { { in, POLLOUT, 0 }, { out, POLLIN, 0 } };

		check(poll(fds, 2, 10000) > 0);
		if (fds[0].revents) {
			n = write(in, sent + n_sent, SIZE - n_sent);
			check(n > 0);
			n_sent += (size_t)n;
			if (n_sent == SIZE) {
				close(in);
				in = -1;
			}
		}
		if (fds[1].revents) {
			n = read(out, got + n_got, SIZE + 1 - n_got);
			check(n >= 0);
			n_got += (size_t)n;
		}
	}
	check_int(n_got, SIZE);
	check(memcmp(sent, got, SIZE) == 0);
	check_exit(box, 0);
	fh_box_free(box);
}

/* The pipe's end comes when the program's last copy is closed, and nobody
 * else's keeps it: not init's, not that of another box. */
static void test_end_of_file(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *waits = start_box(
		SHELL("exec >&-; read line; exit 3"), &options);
	struct fh_box *later = start_box(SHELL("read line"), &options);
	int out = fh_box_stream(waits, 1), in = fh_box_stream(waits, 0);
	struct pollfd ended = { out, POLLIN, 0 };
	char byte;

	check_int(poll(&ended, 1, 10000), 1);
	check_int(read(out, &byte, 1), 0);
	ended.fd = fh_box_fd(waits);
	check_int(poll(&ended, 1, 0), 0); /* control: it still runs */
	close(in);
	check_int(end_of(waits).exit_code, 3);
	fh_box_free(waits);
	fh_box_free(later);
}

static const struct tap_test tests[] = {
	{ .name = "our ends are handed over once", .run = test_box_stream },
	{ .name = "8 MiB there and back", .run = test_large },
	{ .name = "a pipe ends with the program's last copy",
	  .run = test_end_of_file },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
