/* Who else gets a host's descriptors: no program, and no box lives by them. */
#include "spawn_stand.h"

/* --- what is executed ------------------------------------------------------------ */

/* What a box takes of the host's descriptors, no program that the host executes
 * meanwhile shall have. Return: how many there are */
static size_t check_close_on_exec(void)
{
	static char before[16384], now[16384];
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_PIPE);
	struct fh_box *box;
	size_t n = 0;

	list_descriptors(before, sizeof(before));
	box = start_box(SHELL("exec sleep 9"), &options);
	list_descriptors(now, sizeof(now));
	for (char *line = strtok(now, "\n"); line; line = strtok(NULL, "\n")) {
		if (strstr(before, line))
			continue;
		n++;
		if (atoi(strrchr(line, ' ')) != FD_CLOEXEC)
			tap_fail(__FILE__, __LINE__, "%s", line);
	}
	fh_box_free(box);
	list_descriptors(now, sizeof(now));
	check_str(now, before);
	return n;
}

static void test_close_on_exec(void)
{
	/* Init, both ways to it, its own end of one, and three pipes. */
	check_int(check_close_on_exec(), 7);
	/* What took the numbers of standard streams is put above them. */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		close(fd);
	if (check_close_on_exec() != 7)
		_exit(1);
}

/* --- what was forked ---------------------------------------------------------------- */

/* A fork of the host's has all its descriptors, the end of the socket as well by
 * which init sees that the host is no more. */
static void leave_heir(int out, int told)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_FD, FH_STREAM_NULL);
	struct fh_box *box;
	pid_t heir;

	options.streams[1].fd = out;
	box = start_box(SHELL("trap '' TERM HUP; sleep 99 & wait; sleep 99"),
			&options);
	check(fh_box_fd(box) >= 0);
	close(out);
	heir = fork();
	if (heir == 0)
		for (;;)
			pause();
	check_int(write(told, &heir, sizeof(heir)), sizeof(heir));
	for (;;)
		pause();
}

static void heir(void)
{
	int out[2], told[2];
	struct pollfd watched;
	pid_t host, heir = 0;

	check_int(pipe2(out, O_CLOEXEC), 0);
	check_int(pipe2(told, O_CLOEXEC), 0);
	fflush(stdout);
	host = fork();
	if (host == 0)
		leave_heir(out[1], told[1]);
	close(out[1]);
	close(told[1]);
	check_int(read(told[0], &heir, sizeof(heir)), sizeof(heir));
	watched = (struct pollfd){ .fd = out[0], .events = POLLIN };
	/* Control: as long as the host lives, so does the box. */
	check_int(poll(&watched, 1, 300), 0);
	check_int(kill(host, SIGKILL), 0);
	check_int(waitpid(host, NULL, 0), host);
	check_int(poll(&watched, 1, 10000), 1);
	check_int(watched.revents, POLLHUP);
	/* Control: who has them is still there. */
	check_int(kill(heir, SIGKILL), 0);
}

static void test_heir(void)
{
	heir();
}

static void test_heir_without(void)
{
	deny_namespaces();
	heir();
}

/* --- init is killed -------------------------------------------------------------------- */

/* With no pid namespace the kernel ends the program for init's sake. */
static void test_init_killed_without(void)
{
	struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	struct pollfd watched = { .events = POLLIN };
	struct fh_box *box;
	char byte;

	deny_namespaces();
	box = start_box(SHELL("echo; exec sleep 99"), &options);
	watched.fd = fh_box_stream(box, 1);
	check_int(read(watched.fd, &byte, 1), 1);
	/* Control: it does not end by itself. */
	check_int(poll(&watched, 1, 300), 0);
	check_int(kill(fh_box_pid(box), SIGKILL), 0);
	check_int(poll(&watched, 1, 10000), 1);
	check_int(watched.revents, POLLHUP);
	check_int(end_of(box).reason, FH_END_KILLED);
	fh_box_free(box);
}

static const struct tap_test tests[] = {
	{ .name = "nothing of a box is inherited by programs",
	  .run = test_close_on_exec },
	{ .name = "a host dies, a fork of it has its descriptors",
	  .run = test_heir },
	{ .name = "and no namespaces", .run = test_heir_without },
	{ .name = "init is killed where there are none",
	  .run = test_init_killed_without },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
