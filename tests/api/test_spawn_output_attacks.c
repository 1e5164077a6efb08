/* No program of a box with an output limit gets at the real streams, or more through. */
#include "output_stand.h"
#include <sys/syscall.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#define PTRACE_SEIZE_NR 0x4206

#define PIDS_MAX 512 /* a box begins to number at 300 */

/* --- the part inside ------------------------------------------------------------------ */

/* The box's /proc does not show it; but it is there, and takes signals. Without a
 * pid namespace its number is not known: it is one of the next. */
static int find(void)
{
	for (int pid = 2; pid < PIDS_MAX; pid++)
		if (pid != getpid() && kill(pid, 0) == 0)
			return pid;
	return -1;
}

/* Every descriptor by name, and by number, and writes there.
 * Return: how many could be had */
static int steal(int pid, const char *text)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), n = 0;
	char path[64];

	for (int fd = 0; fd < 32; fd++) {
		int got;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		got = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (got >= 0) {
			n++;
			dprintf(got, "%s", text);
		}
		got = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		if (got >= 0) {
			n++;
			dprintf(got, "%s", text);
		}
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	n += open(path, O_RDWR) >= 0;
	n += syscall(SYS_ptrace, PTRACE_SEIZE_NR, pid, 0, 0) == 0;
	return n;
}

/* One that has a stream like the relay's, and is like any program. */
static int steal_control(void)
{
	int ends[2], pid, n;

	if (pipe(ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	n = steal(pid, "");
	kill(pid, SIGKILL);
	return n;
}

static int play(const char *part)
{
	int relay = find();

	if (strcmp(part, "steal near") == 0) {
		for (relay = getpid() + 1; relay < getpid() + 8; relay++)
			if (steal(relay, "stolen"))
				return 91;
		return 0;
	}
	if (relay < 0)
		return 90;
	if (strcmp(part, "steal") == 0)
		return steal(relay, "stolen") ? 91 : steal_control() > 0 ? 0 : 92;
	if (strcmp(part, "kill") == 0) {
		kill(relay, SIGKILL);
		signal(SIGPIPE, SIG_IGN);
		for (int i = 0; i < 1000; i++, usleep(1000))
			if (write(1, "more and more", 13) < 0 && errno == EPIPE)
				return 0;
		return 93;
	}
	if (strcmp(part, "stop") == 0) {
		if (write(1, "kept\n", 5) != 5)
			return 94;
		kill(relay, SIGSTOP);
		return write(2, "also\n", 5) == 5 ? 0 : 94;
	}
	if (strcmp(part, "stop on") == 0) { /* what is left goes on stopping it */
		if (fork() == 0)
			for (;;)
				kill(relay, SIGSTOP);
		usleep(50000);
		return write(1, "kept\n", 5) == 5 ? 0 : 94;
	}
	if (strcmp(part, "flood") == 0) { /* what is left goes on printing */
		if (fork() == 0)
			for (;;)
				if (write(1, "x", 1) < 0)
					return 95;
		return 0;
	}
	return 96;
}

/* --- outside ---------------------------------------------------------------------------- */

static struct printed *play_inside(const char *limit, const char *part)
{
	static struct printed printed;
	static const char *const settings[] = { "allow-syscall", "ptrace",
		"allow-syscall", "pidfd_getfd", "timeout", "20s", NULL };
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_PIPE);
	char *argv[] = { (char *)self_path(), (char *)part, NULL };

	collect(start_limited(limit, argv, settings, &options), &printed);
	return &printed;
}

static void test_steal(void)
{
	const struct printed *printed = play_inside("100", "steal");

	check_str(printed->out, "");
	check_end_is(printed->result, FH_END_EXITED, 0);
}

static void test_steal_without(void)
{
	const struct printed *printed;

	deny_namespaces();
	printed = play_inside("100", "steal near");
	check_str(printed->out, "");
	check_end_is(printed->result, FH_END_EXITED, 0);
}

static void test_kill(void)
{
	const struct printed *printed = play_inside("20", "kill");

	check(printed->n_out <= 20);
	check_end_is(printed->result, FH_END_EXITED, 0);
}

/* What was printed before is not lost. */
static void test_stop(void)
{
	const struct printed *printed = play_inside("100", "stop");

	check_str(printed->out, "kept\n");
	check_str(printed->error, "also\n");
	check_end_is(printed->result, FH_END_EXITED, 0);
	printed = play_inside("100", "stop on");
	check_str(printed->out, "kept\n");
	check_end_is(printed->result, FH_END_EXITED, 0);
}

static void test_flood(void)
{
	const struct printed *printed = play_inside("60000", "flood");

	check(printed->n_out <= 60000);
	check(printed->result.reason == FH_END_EXITED ||
	      printed->result.reason == FH_END_OUTPUT);
}

static const struct tap_test tests[] = {
	{ .name = "the real streams cannot be had", .run = test_steal },
	{ .name = "nor without namespaces", .run = test_steal_without },
	{ .name = "killing the relay loses the output", .run = test_kill },
	{ .name = "stopping the relay loses none", .run = test_stop },
	{ .name = "who prints on is ended", .run = test_flood },
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return play(argv[1]);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
