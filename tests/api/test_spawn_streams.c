/* What a spawned program has for standard streams and other descriptors. */
#include "spawn_stand.h"

/* --- the part inside: what do I see? --------------------------------------- */

/* boxed OUT: a line for each of 0-2, then the numbers of all the others. */
static int tell_streams(int out)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++) {
		if (fstat(fd, &st) < 0)
			dprintf(out, "closed\n");
		else if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
			dprintf(out, "null %d\n",
				fcntl(fd, F_GETFL) & O_ACCMODE);
		else
			dprintf(out, "%ju\n", (uintmax_t)st.st_ino);
	}
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			dprintf(out, "%d ", fd);
	return 0;
}

#define OUT 200 /* where the part inside tells what it sees */

static int open_out(void)
{
	int ends[2];

	check(pipe2(ends, O_CLOEXEC) == 0);
	check(dup2(ends[1], OUT) == OUT);
	close(ends[1]);
	check(fcntl(ends[0], F_DUPFD_CLOEXEC, OUT + 1) > OUT);
	close(ends[0]);
	return OUT + 1;
}

/* Spawns the part inside with these streams; its account is in @ret. */
static struct fh_box *start_part(struct fh_policy *policy,
				 const struct fh_spawn_options *options)
{
	char *argv[] = { (char *)self_path(), "boxed", NULL };
	struct fh_box *box = NULL;

	check_ok(fh_policy_keep_fd(policy, OUT, &err));
	check_ok(fh_spawn(policy, argv, options, &box, &err));
	fh_policy_free(policy);
	close(OUT);
	return box;
}

static void tell_of(struct fh_policy *policy,
		    const struct fh_spawn_options *options, char ret[4096])
{
	int in = open_out();
	struct fh_box *box = start_part(policy, options);

	read_all(in, ret, 4096);
	close(in);
	check_exit(box, 0);
	fh_box_free(box);
}

static int open_numbered(const char *name, int number)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	check(fd >= 0);
	if (fd == number) {
		fcntl(fd, F_SETFD, 0);
		return fd;
	}
	check(dup2(fd, number) == number);
	close(fd);
	return number;
}

static uintmax_t inode_of(int fd)
{
	struct stat st;

	check(fstat(fd, &st) == 0);
	return st.st_ino;
}

/* --- the kinds ---------------------------------------------------------------- */

static char directory[PATH_MAX];

static void enter_directory(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%s/streams.XXXXXX",
		 tmp ? tmp : "/tmp");
	check(mkdtemp(directory));
	check(chdir(directory) == 0);
}

/* Streams 0-2 of the host become files a, b, c; the harness's output is kept
 * away from them, for what a failed check has to say. */
static void take_streams(void)
{
	enter_directory();
	check(freopen("/dev/null", "r", stdin));
	check(dup2(1, 250) == 250);
	check((stdout = fdopen(250, "w")));
	for (int fd = 0; fd < 3; fd++)
		open_numbered((const char *[]){ "a", "b", "c" }[fd], fd);
	check(inode_of(0) != inode_of(1) && inode_of(1) != inode_of(2));
}

static void test_every_kind(void)
{
	char expected[4096], seen[4096];
	int other;

	take_streams();
	other = open_numbered("other", 20);
	for (int mix = 0; mix < 27; mix++) {
		struct fh_spawn_options options = options_with(0, 0, 0);
		size_t len = 0;

		for (int fd = 0, m = mix; fd < 3; fd++, m /= 3) {
			static const enum fh_stream_kind kinds[] = {
				FH_STREAM_INHERIT, FH_STREAM_NULL, FH_STREAM_FD
			};

			options.streams[fd].kind = kinds[m % 3];
			options.streams[fd].fd = other;
			if (kinds[m % 3] == FH_STREAM_NULL)
				len += (size_t)sprintf(expected + len,
						       "null %d\n", fd ? 1 : 0);
			else
				len += (size_t)sprintf(expected + len, "%ju\n",
					inode_of(m % 3 ? other : fd));
		}
		sprintf(expected + len, "%d ", OUT);
		tell_of(self_policy(), &options, seen);
		check_str(seen, expected);
	}
	check(fcntl(other, F_GETFD) >= 0); /* it stays the caller's */
}

static void test_swapped(void)
{
	struct fh_spawn_options options =
		options_with(FH_STREAM_FD, FH_STREAM_FD, FH_STREAM_FD);
	char expected[4096], seen[4096];

	take_streams();
	for (int mix = 0; mix < 27; mix++) {
		int from[3] = { mix % 3, mix / 3 % 3, mix / 9 };

		for (int fd = 0; fd < 3; fd++)
			options.streams[fd].fd = from[fd];
		snprintf(expected, sizeof(expected), "%ju\n%ju\n%ju\n%d ",
			 inode_of(from[0]), inode_of(from[1]),
			 inode_of(from[2]), OUT);
		tell_of(self_policy(), &options, seen);
		check_str(seen, expected);
	}
}

static void test_close_on_exec_given(void)
{
	struct fh_spawn_options options =
		options_with(FH_STREAM_FD, FH_STREAM_FD, FH_STREAM_FD);
	char expected[4096], seen[4096];

	take_streams();
	for (int fd = 0; fd < 3; fd++) {
		options.streams[fd].fd = fd;
		check(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0);
	}
	snprintf(expected, sizeof(expected), "%ju\n%ju\n%ju\n%d ", inode_of(0),
		 inode_of(1), inode_of(2), OUT);
	tell_of(self_policy(), &options, seen);
	check_str(seen, expected);
	for (int fd = 0; fd < 3; fd++)
		check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static void test_inherited_closed(void)
{
	const struct fh_spawn_options options = options_with(0, 0, 0);
	char expected[4096], seen[4096];

	take_streams();
	/* Three states of each: open, close-on-exec, closed. */
	for (int mix = 0; mix < 27; mix++) {
		size_t len = 0;

		for (int fd = 0, m = mix; fd < 3; fd++, m /= 3) {
			open_numbered("abc" + fd, fd);
			if (m % 3)
				len += (size_t)sprintf(expected + len,
						       "null %d\n", fd ? 1 : 0);
			else
				len += (size_t)sprintf(expected + len, "%ju\n",
						       inode_of(fd));
			if (m % 3 == 1)
				fcntl(fd, F_SETFD, FD_CLOEXEC);
		}
		for (int fd = 0, m = mix; fd < 3; fd++, m /= 3)
			if (m % 3 == 2)
				close(fd);
		sprintf(expected + len, "%d ", OUT);
		tell_of(self_policy(), &options, seen);
		check_str(seen, expected);
	}
}

static void test_pipes(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_PIPE);
	struct fh_box *box = start_box(
		SHELL("read line; echo out $line; echo error >&2"), &options);
	int in = fh_box_stream(box, 0), error = fh_box_stream(box, 2);
	char text[4096];

	check(in > 2 && error > 2);
	check_int(write(in, "word\n", 5), 5);
	close(in);
	read_all(error, text, sizeof(text));
	check_str(text, "error\n");
	close(error);
	finish_output(box, text, sizeof(text));
	check_str(text, "out word\n");
}

/* --- what is refused ---------------------------------------------------------- */

static void test_trees_refused(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = (void *)-1;
	int fds[] = { open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		      open("/", O_PATH | O_CLOEXEC),
		      open("/dev/null", O_PATH | O_CLOEXEC) };

	for (size_t i = 0; i < 3; i++) {
		for (int number = 0; number < 3; number++) {
			struct fh_spawn_options options = options_with(
				FH_STREAM_NULL, FH_STREAM_NULL, FH_STREAM_NULL);
			int saved = fcntl(number, F_DUPFD_CLOEXEC, 100);

			check(fds[i] >= 0);
			options.streams[number].kind = FH_STREAM_FD;
			options.streams[number].fd = fds[i];
			check_fails(fh_spawn(policy, SHELL("true"), &options,
					     &box, &err), -EISDIR);
			/* The same one, inherited. */
			options.streams[number].kind = FH_STREAM_INHERIT;
			dup2(fds[i], number);
			check_fails(fh_spawn(policy, SHELL("true"), &options,
					     &box, &err), -EISDIR);
			dup2(saved, number);
			close(saved);
			check(box == (void *)-1);
		}
		check_ok(fh_policy_keep_fd(policy, fds[i], &err));
		check_fails(fh_spawn(policy, SHELL("true"), NULL, &box, &err),
			    -EISDIR);
		fh_policy_free(policy);
		policy = fh_policy_new();
	}
	/* Control: with a plain file the same is fine. */
	check_exit(start_box(SHELL("true"), NULL), 0);
}

static void test_not_open_refused(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_spawn_options options = options_with(0, 0, 0);
	struct fh_box *box = (void *)-1;
	const int bad[] = { -1, INT_MIN, INT_MAX, 777 };

	for (size_t i = 0; i < 4; i++) {
		options.streams[1] = (struct fh_stream){ FH_STREAM_FD, bad[i] };
		check_fails(fh_spawn(policy, SHELL("true"), &options, &box,
				     &err), -EBADF);
	}
	for (int number = 0; number < 3; number++) {
		options = options_with(FH_STREAM_PIPE, FH_STREAM_PIPE,
				       FH_STREAM_PIPE);
		options.streams[number].kind = (enum fh_stream_kind)4;
		check_fails(fh_spawn(policy, SHELL("true"), &options, &box,
				     &err), -EINVAL);
	}
	check(box == (void *)-1);
}

/* --- other descriptors ---------------------------------------------------------- */

static void test_keep_many(void)
{
	struct fh_policy *policy = self_policy();
	char expected[4096] = "null 0\nnull 1\nnull 1\n", seen[4096];
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_NULL, FH_STREAM_NULL);
	struct fh_box *box = (void *)-1;
	struct fh_policy *more;

	enter_directory();
	/* 63 and the one by which it is told, every second number; some have
	 * the flag that would close them, as all of a careful program have. */
	for (int i = 0; i < 63; i++) {
		int fd = open_numbered("kept", 50 + 2 * i);

		if (i % 2)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
		open_numbered("not kept", fd + 1);
		check_ok(fh_policy_keep_fd(policy, fd, &err));
		sprintf(expected + strlen(expected), "%d ", fd);
	}
	sprintf(expected + strlen(expected), "%d ", OUT);
	more = fh_policy_copy(policy);
	tell_of(policy, &options, seen);
	check_str(seen, expected);
	for (int fd = 51; fd < 55; fd += 2)
		check_ok(fh_policy_keep_fd(more, fd, &err));
	check_fails(fh_spawn(more, SHELL("true"), &options, &box, &err),
		    -E2BIG);
	fh_policy_free(more);
}

/* What the library opens first must not be taken for it. */
static void test_keep_closed(void)
{
	const struct fh_spawn_options pipes = options_with(
		FH_STREAM_PIPE, FH_STREAM_PIPE, FH_STREAM_PIPE);
	struct fh_box *box = (void *)-1;

	for (int fd = 3; fd < 40; fd++) {
		struct fh_policy *policy = fh_policy_new();

		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		check_ok(fh_policy_keep_fd(policy, fd, &err));
		check_fails(fh_spawn(policy, SHELL("true"), &pipes, &box, &err),
			    -EBADF);
		check_fails(fh_spawn(policy, SHELL("true"), NULL, &box, &err),
			    -EBADF);
		fh_policy_free(policy);
	}
	check(box == (void *)-1);
}

/* A host without standard streams: none of ours may stand there, neither in
 * the program nor, where the next printf of the host would hit it, outside. */
static void test_host_without_streams(void)
{
	const struct fh_spawn_options options = options_with(
		FH_STREAM_INHERIT, FH_STREAM_PIPE, FH_STREAM_INHERIT);
	char *argv[] = { (char *)self_path(), "boxed", NULL };
	char seen[4096], expected[4096];

	check(dup2(1, 250) == 250);
	check((stdout = fdopen(250, "w")));
	fcntl(250, F_SETFD, FD_CLOEXEC);
	for (int closed = 0; closed < 8; closed++) {
		struct fh_policy *policy = self_policy();
		struct fh_box *box = NULL;
		int in, stream;

		for (int fd = 0; fd < 3; fd++)
			check(dup2(250, fd) == fd);
		in = open_out();
		check_ok(fh_policy_keep_fd(policy, OUT, &err));
		for (int fd = 0; fd < 3; fd++)
			if (closed >> fd & 1)
				close(fd);
		check_ok(fh_spawn(policy, argv, &options, &box, &err));
		close(OUT);
		fh_policy_free(policy);
		check(fh_box_fd(box) > 2);
		stream = fh_box_stream(box, 1);
		check(stream > 2);
		for (int fd = 0; fd < 3; fd++)
			check_int(fcntl(fd, F_GETFD),
				  closed & 1 << fd ? -1 : 0);
		read_all(in, seen, sizeof(seen));
		close(in);
		close(stream);
		check_exit(box, 0);
		snprintf(expected, sizeof(expected), "\n%d ", OUT);
		check(strlen(seen) > strlen(expected));
		check_str(seen + strlen(seen) - strlen(expected), expected);
		check(!strstr(seen, "closed"));
		check(!(closed & 1) || strncmp(seen, "null 0\n", 7) == 0);
		check(!(closed & 4) || strstr(seen, "null 1\n"));
		fh_box_free(box);
	}
}

static const struct tap_test tests[] = {
	{ .name = "inherit, null and a descriptor, in every mixture",
	  .run = test_every_kind },
	{ .name = "streams swapped, and all of them one", .run = test_swapped },
	{ .name = "a descriptor that is given survives its own close-on-exec",
	  .run = test_close_on_exec_given },
	{ .name = "what is closed or close-on-exec is not inherited: /dev/null",
	  .run = test_inherited_closed },
	{ .name = "pipes for all three", .run = test_pipes },
	{ .name = "directories and O_PATH are refused", .run = test_trees_refused },
	{ .name = "what is not open, and no kind, are refused",
	  .run = test_not_open_refused },
	{ .name = "64 kept descriptors, no more; under their numbers",
	  .run = test_keep_many },
	{ .name = "one to be kept that is closed is refused",
	  .run = test_keep_closed },
	{ .name = "a host without standard streams",
	  .run = test_host_without_streams },
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "boxed") == 0)
		return tell_streams(OUT);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
