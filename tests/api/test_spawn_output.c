/* The output relay passes on exactly what may be printed, in its order, whatever its
 * readers do; with namespaces and without. */
#include "output_stand.h"
#include <sys/socket.h>

/* --- exact bytes ------------------------------------------------------------------- */

static const struct {
	const char *limit, *script, *out, *error;
	enum fh_end reason;
	int exit_code;
} rows[] = {
	{ "6", "echo 12345", "12345\n", "", FH_END_EXITED, 0 },
	{ "6", "echo 12345; exit 3", "12345\n", "", FH_END_EXITED, 3 },
	{ "6", "echo 12345 >&2", "", "12345\n", FH_END_EXITED, 0 },
	{ "6", "echo 12345; echo", "12345\n", "", FH_END_OUTPUT, EXIT_OUTPUT },
	{ "6", "echo 123456; sleep 9", "123456", "", FH_END_OUTPUT,
	  EXIT_OUTPUT },
	{ "6", "echo 123456 >&2; sleep 9", "", "123456", FH_END_OUTPUT,
	  EXIT_OUTPUT },
	{ "6", "trap '' PIPE XFSZ TERM; echo 123456; sleep 9", "123456", "",
	  FH_END_OUTPUT, EXIT_OUTPUT },
	{ "4", "echo a; sleep 0.2; echo b >&2; sleep 0.2; echo c; sleep 9",
	  "a\n", "b\n", FH_END_OUTPUT, EXIT_OUTPUT },
	{ "0", "exit 4", "", "", FH_END_EXITED, 4 },
	{ "0", "echo; sleep 9", "", "", FH_END_OUTPUT, EXIT_OUTPUT },
	{ "0", "echo >&2; sleep 9", "", "", FH_END_OUTPUT, EXIT_OUTPUT },
	/* What a child prints counts, and what it prints too late is not seen. */
	{ "6", "(echo 123456; sleep 9) & wait", "123456", "", FH_END_OUTPUT,
	  EXIT_OUTPUT },
	{ "99", "(sleep 9; echo late) & echo now", "now\n", "", FH_END_EXITED,
	  0 },
	{ "99", "exec >&-; echo late 2>/dev/null; echo seen >&2", "", "seen\n",
	  FH_END_EXITED, 0 },
	{ "99", "exec >&- 2>&-; exit 5", "", "", FH_END_EXITED, 5 },
	{ "99", "kill -9 $$", "", "", FH_END_SIGNALLED, 128 + SIGKILL },
};

static void test_bytes(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct printed *printed;

		printf("# %s: %s\n", rows[i].limit, rows[i].script);
		printed = print_limited(rows[i].limit, rows[i].script);
		check_str(printed->out, rows[i].out);
		check_str(printed->error, rows[i].error);
		check_end_is(printed->result, rows[i].reason,
			     rows[i].exit_code);
	}
}

WITHOUT_NAMESPACES(test_bytes_without, test_bytes)

/* More than any pipe holds, and by pieces of every size. */
static void test_much(void)
{
	static struct printed printed;
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_PIPE);
	const struct {
		const char *limit;
		size_t n;
		enum fh_end reason;
	} tries[] = { { "60000", 60000, FH_END_OUTPUT },
		      { "60001", 60001, FH_END_EXITED },
		      { "4096", 4096, FH_END_OUTPUT },
		      { "4095", 4095, FH_END_OUTPUT },
		      { "8193", 8193, FH_END_OUTPUT } };

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		struct fh_box *box = start_limited(tries[i].limit,
			SHELL("head -c 60001 /dev/zero"), NULL, &options);

		collect(box, &printed);
		check_int(printed.n_out, tries[i].n);
		check_int(printed.n_error, 0);
		check_int(printed.result.reason, tries[i].reason);
	}
}

WITHOUT_NAMESPACES(test_much_without, test_much)

/* --- one file for both ---------------------------------------------------------------- */

/* As with 2>&1: a hundred lines each, in turn, in their order. */
static void test_order(void)
{
	static char text[1 << 16], expected[1 << 16];
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_FD, FH_STREAM_FD);
	struct fh_box *box;
	int ends[2];
	size_t len = 0;

	check(pipe2(ends, O_CLOEXEC) == 0);
	options.streams[1].fd = options.streams[2].fd = ends[1];
	box = start_limited("1M", SHELL("i=0; while [ $i -lt 100 ]; do echo o$i; "
					"echo e$i >&2; i=$((i + 1)); done"),
			    NULL, &options);
	close(ends[1]);
	read_all(ends[0], text, sizeof(text));
	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(expected + len, sizeof(expected) - len,
					"o%d\ne%d\n", i, i);
	check_str(text, expected);
	check_exit(box, 0);
	fh_box_free(box);
	close(ends[0]);
}

WITHOUT_NAMESPACES(test_order_without, test_order)

/* A file is written where it stands: to its end, where it is opened so. */
static void test_file(void)
{
	char path[] = "/tmp/output.XXXXXX", text[64] = "";
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_FD, FH_STREAM_FD);
	int file = mkostemp(path, O_APPEND | O_CLOEXEC);
	struct fh_box *box;

	check(file >= 0);
	unlink(path);
	check_int(write(file, "before\n", 7), 7);
	options.streams[1].fd = options.streams[2].fd = file;
	box = start_limited("7", SHELL("echo one; echo two >&2; sleep 9"),
			    NULL, &options);
	check_end_is(end_of(box), FH_END_OUTPUT, EXIT_OUTPUT);
	fh_box_free(box);
	check_int(pread(file, text, sizeof(text) - 1, 0), 14);
	check_str(text, "before\none\ntwo");
}

WITHOUT_NAMESPACES(test_file_without, test_file)

/* --- standard input ------------------------------------------------------------------------ */

/* What leads to the same place can be read, and no longer be written. */
static void test_input(void)
{
	char path[] = "/tmp/input.XXXXXX", text[64] = "";
	struct fh_spawn_options options = options_with(
		FH_STREAM_FD, FH_STREAM_FD, FH_STREAM_NULL);
	int file = mkostemp(path, O_CLOEXEC);
	struct fh_box *box;

	check(file >= 0);
	check_int(write(file, "ab\ncd\n", 6), 6);
	check_int(lseek(file, 3, SEEK_SET), 3);
	options.streams[0].fd = options.streams[1].fd = file;
	/* The control: without a limit it is written through both. */
	box = start_box(SHELL("echo ef >&0"), &options);
	check_exit(box, 0);
	fh_box_free(box);
	check_int(pread(file, text, sizeof(text) - 1, 0), 6);
	check_str(text, "ab\nef\n");
	check_int(lseek(file, 3, SEEK_SET), 3);
	box = start_limited("3", SHELL("read l; [ $l = ef ] || exit 9; "
				       "(echo gh >&0) 2>/dev/null && exit 7; "
				       "(echo gh >/dev/stdin) 2>/dev/null && exit 8; exit 0"),
			    NULL, &options);
	check_exit(box, 0);
	fh_box_free(box);
	check_int(pread(file, text, sizeof(text) - 1, 0), 6);
	check_str(text, "ab\nef\n");
	unlink(path);
}

WITHOUT_NAMESPACES(test_input_without, test_input)

/* A socket for both can only be had as a whole, and one for input alone may. */
static void test_input_socket(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_FD, FH_STREAM_FD, FH_STREAM_NULL);
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;
	int ends[2];

	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	check_ok(fh_policy_set(policy, "output-limit", "9", &err));
	options.streams[0].fd = options.streams[1].fd = ends[0];
	check_fails(fh_spawn(policy, SHELL("exit 0"), &options, &box, &err),
		    -EINVAL);
	options.streams[1].kind = FH_STREAM_NULL;
	check_ok(fh_spawn(policy, SHELL("exit 0"), &options, &box, &err));
	check_exit(box, 0);
	fh_box_free(box);
	fh_policy_free(policy);
}

/* --- readers ------------------------------------------------------------------------------ */

/* Nobody reads before all has been printed, and nothing is lost. */
static void test_slow_reader(void)
{
	static char text[1 << 19];
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *box = start_limited("1M",
		SHELL("head -c 100000 /dev/zero; exit 6"), NULL, &options);
	int out = fh_box_stream(box, 1);
	struct fh_result result;

	check_fails(fh_wait(box, 500, &result, &err), -ETIMEDOUT);
	check_int(read_all(out, text, sizeof(text)), 100000);
	check_exit(box, 6);
	close(out);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_slow_reader_without, test_slow_reader)

/* A reader that does not read one stream does not hold up the other. */
static void test_other_stream(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_PIPE);
	struct fh_box *box = start_limited("1M",
		SHELL("head -c 300000 /dev/zero & sleep 0.2; echo seen >&2; "
		      "sleep 99"), NULL, &options);
	int error = fh_box_stream(box, 2);
	struct pollfd answers = { error, POLLIN, 0 };
	char text[8] = "";

	check_int(poll(&answers, 1, 5000), 1);
	check_int(read(error, text, sizeof(text) - 1), 5);
	check_str(text, "seen\n");
	close(error);
	fh_box_free(box);
}

/* SIGPIPE, as without us, and not only at the second write that comes later. */
static void test_no_reader(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *box = start_limited("1M",
		SHELL("sleep 0.3; echo; exit 7"), NULL, &options);
	struct fh_result result;

	close(fh_box_stream(box, 1));
	result = end_of(box);
	check_end_is(result, FH_END_SIGNALLED, 128 + SIGPIPE);
	fh_box_free(box);
	box = start_limited("1M", SHELL("while :; do echo; done"), NULL,
			    &options);
	close(fh_box_stream(box, 1));
	check_end_is(end_of(box), FH_END_SIGNALLED, 128 + SIGPIPE);
	fh_box_free(box);
}

WITHOUT_NAMESPACES(test_no_reader_without, test_no_reader)

/* Nobody reads at all: the time limit is kept, also when the program has ended and
 * only its output is left. */
static void check_time(const char *script, int exit_code)
{
	static const char *const settings[] = { "timeout", "1s", "grace",
						"300ms", NULL };
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct fh_box *box = start_limited("1M", SHELL(script), settings,
					   &options);
	struct fh_result result = end_of(box);

	check_end_is(result, FH_END_TIMEOUT, exit_code);
	check(result.wall_us >= 1000000 && result.wall_us < 9000000);
	fh_box_free(box);
}

static void test_time(void)
{
	check_time("cat /dev/zero", FH_EXIT_TIMED_OUT);
	check_time("trap '' TERM; while :; do printf %9999s; done",
		   FH_EXIT_TIMED_OUT);
	check_time("head -c 100000 /dev/zero; exit 3", FH_EXIT_TIMED_OUT);
}

WITHOUT_NAMESPACES(test_time_without, test_time)

static const struct tap_test tests[] = {
	{ .name = "exactly the limit, of both streams", .run = test_bytes },
	{ .name = "without namespaces as well", .run = test_bytes_without },
	{ .name = "more than a pipe holds", .run = test_much },
	{ .name = "that without namespaces", .run = test_much_without },
	{ .name = "one file for both keeps the order", .run = test_order },
	{ .name = "without namespaces too", .run = test_order_without },
	{ .name = "a file is appended to", .run = test_file },
	{ .name = "and without namespaces", .run = test_file_without },
	{ .name = "standard input is no way around", .run = test_input },
	{ .name = "nor is it without namespaces", .run = test_input_without },
	{ .name = "a socket for input and output is refused",
	  .run = test_input_socket },
	{ .name = "a reader that is late misses nothing",
	  .run = test_slow_reader },
	{ .name = "nor without namespaces", .run = test_slow_reader_without },
	{ .name = "one stream does not hold up the other",
	  .run = test_other_stream },
	{ .name = "without a reader there is SIGPIPE", .run = test_no_reader },
	{ .name = "SIGPIPE without namespaces", .run = test_no_reader_without },
	{ .name = "the time limit holds when nobody reads", .run = test_time },
	{ .name = "it holds without namespaces", .run = test_time_without },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
