/* A box with a terminal of its own: who gets which end, and what happens when one
 * goes away. */
#include "spawn_stand.h"

#include <sys/ioctl.h>
#include <termios.h>

static struct fh_policy *pty_policy(void)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	check_ok(fh_policy_set(policy, "tty", "pty", &err));
	return policy;
}

static struct fh_box *start_on_pty(char *const *argv,
				   const struct fh_spawn_options *options)
{
	struct fh_policy *policy = pty_policy();
	struct fh_box *box = NULL;

	check_ok(fh_spawn(policy, argv, options, &box, &err));
	fh_policy_free(policy);
	return box;
}

/* What comes out of the master until the other end has been closed by all. */
static void read_terminal(int master, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len + 1 < size &&
	       (n = read(master, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
}

static void expect_end(struct fh_box *box, enum fh_end reason, int exit_code)
{
	struct fh_result result = { 0 };

	check_ok(fh_wait(box, -1, &result, &err));
	check_int(result.reason, reason);
	check_int(result.exit_code, exit_code);
	fh_box_free(box);
}

static void test_none_without_being_asked(void)
{
	struct fh_box *box = start_box(SHELL("exit 0"), NULL);

	check_int(fh_box_terminal(box), -EBADF);
	check_int(fh_box_terminal(NULL), -EINVAL);
	expect_end(box, FH_END_EXITED, 0);
}

/* The caller has no terminal at all: what it would inherit is on the box's. */
static void test_all_streams(void)
{
	struct fh_box *box = start_on_pty(SHELL("read x; echo got $x; tty; tty <&1; tty <&2; exit 4"), NULL);
	int master = fh_box_terminal(box);
	char said[4096];

	check(master > STDERR_FILENO);
	check(fcntl(master, F_GETFD) & FD_CLOEXEC);
	check(!(fcntl(master, F_GETFL) & O_NONBLOCK));
	check_int(fh_box_terminal(box), -EBADF);
	check(write(master, "word\n", 5) == 5);
	read_terminal(master, said, sizeof(said));
	check_str(said, "word\r\ngot word\r\n/dev/pts/0\r\n/dev/pts/0\r\n/dev/pts/0\r\n");
	close(master);
	expect_end(box, FH_END_EXITED, 4);
}

/* A stream of another kind stays what it is, whoever has a terminal. */
static void test_other_kinds(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	struct fh_box *box = start_on_pty(SHELL("test -t 0 || test -t 1 || echo none; tty <&2 >&2; tty </dev/tty >&2"), &options);
	int master = fh_box_terminal(box), out = fh_box_stream(box, 1);
	char said[4096];

	read_terminal(out, said, sizeof(said));
	check_str(said, "none\n");
	read_terminal(master, said, sizeof(said));
	check_str(said, "/dev/pts/0\r\n/dev/tty\r\n");
	close(out);
	close(master);
	expect_end(box, FH_END_EXITED, 0);
}

/* A caller at a terminal: its size and its erase key, but not the terminal. */
static void test_starts_like_the_callers(void)
{
	int outer = posix_openpt(O_RDWR | O_NOCTTY), slave, master;
	struct winsize size = { .ws_row = 33, .ws_col = 99 };
	struct termios modes;
	struct fh_box *box;
	char said[4096];

	check(outer >= 0 && grantpt(outer) == 0 && unlockpt(outer) == 0);
	slave = open(ptsname(outer), O_RDWR | O_NOCTTY);
	check(slave >= 0 && tcgetattr(slave, &modes) == 0);
	modes.c_cc[VERASE] = '%';
	check(tcsetattr(slave, TCSANOW, &modes) == 0);
	check(ioctl(slave, TIOCSWINSZ, &size) == 0);
	check(dup2(slave, STDIN_FILENO) == STDIN_FILENO);
	check(dup2(slave, STDOUT_FILENO) == STDOUT_FILENO);
	box = start_on_pty(SHELL("stty size; stty -a | grep -o 'erase = %'; tty"), NULL);
	master = fh_box_terminal(box);
	read_terminal(master, said, sizeof(said));
	check_str(said, "33 99\r\nerase = %\r\n/dev/pts/0\r\n");
	close(master);
	expect_end(box, FH_END_EXITED, 0);
}

static void test_hang_up(void)
{
	struct fh_box *box = start_on_pty(SHELL("echo up; exec sleep 1000"), NULL);
	int master = fh_box_terminal(box);
	char up[4];

	check(read(master, up, sizeof(up)) == 4);
	close(master);
	expect_end(box, FH_END_SIGNALLED, 128 + SIGHUP);
}

/* One that nobody took is closed with the box, not before. */
static void test_nobody_takes_it(void)
{
	struct fh_box *box = start_on_pty(SHELL("echo kept; exit 3"), NULL);

	expect_end(box, FH_END_EXITED, 3);
}

static void test_key_stops(void)
{
	struct fh_box *box = start_on_pty(SHELL("echo up; exec sleep 1000"), NULL);
	int master = fh_box_terminal(box);
	struct pollfd events = { .fd = fh_box_event_fd(box), .events = POLLIN };
	char up[4];

	check(read(master, up, sizeof(up)) == 4);
	check(write(master, "\x1a", 1) == 1);
	check(poll(&events, 1, -1) == 1);
	check_int(fh_box_event(box), FH_EVENT_STOPPED);
	check_ok(fh_kill(box, SIGCONT, &err));
	check(poll(&events, 1, -1) == 1);
	check_int(fh_box_event(box), FH_EVENT_CONTINUED);
	check(write(master, "\x03", 1) == 1);
	expect_end(box, FH_END_SIGNALLED, 128 + SIGINT);
	close(master);
}

static const struct tap_test tests[] = {
	{ .name = "none without being asked for", .run = test_none_without_being_asked },
	{ .name = "all streams, where none was a terminal", .run = test_all_streams },
	{ .name = "streams of another kind stay", .run = test_other_kinds },
	{ .name = "it starts like the caller's", .run = test_starts_like_the_callers },
	{ .name = "closing it hangs up", .run = test_hang_up },
	{ .name = "nobody has to take it", .run = test_nobody_takes_it },
	{ .name = "keys stop and end the program", .run = test_key_stops },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
