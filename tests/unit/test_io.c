/* Whole buffers pass whatever the kernel does on the way. */
#include <sys/time.h>

#include "base/io.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define BIG (1 << 20)

static char sent[BIG], got[BIG];
static volatile sig_atomic_t n_alarms;

static void on_alarm(int sig)
{
	(void)sig;
	n_alarms++;
}

/* The other end of a pipe: reads in odd pieces, then compares. */
static void read_slowly(int fd)
{
	size_t have = 0;

	while (have < BIG) {
		ssize_t n = read(fd, got + have,
				 BIG - have < 777 ? BIG - have : 777);

		if (n <= 0)
			_exit(1);
		have += (size_t)n;
		if (have % 100 == 0)
			usleep(200);
	}
	_exit(memcmp(sent, got, BIG) ? 2 : 0);
}

static void test_write_resumes(void)
{
	struct itimerval often = { { 0, 700 }, { 0, 700 } }, never = { 0 };
	struct sigaction action = { .sa_handler = on_alarm };
	int ends[2], status = -1;
	pid_t pid;

	for (size_t i = 0; i < BIG; i++)
		sent[i] = (char)(i * 31 + i / 997);
	check_int(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		read_slowly(ends[0]);
	}
	close(ends[0]);
	sigaction(SIGALRM, &action, NULL); /* no SA_RESTART: EINTR */
	setitimer(ITIMER_REAL, &often, NULL);
	check_int(write_exactly(ends[1], sent, BIG), 0);
	setitimer(ITIMER_REAL, &never, NULL);
	check(n_alarms > 0);
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static void test_write_fails(void)
{
	int ends[2];

	check_int(write_exactly(-1, "x", 1), -EBADF);
	check_int(write_exactly(-1, "", 0), 0);
	signal(SIGPIPE, SIG_IGN);
	check_int(pipe(ends), 0);
	close(ends[0]);
	check_int(write_exactly(ends[1], "x", 1), -EPIPE);
}

static void test_read(void)
{
	char buffer[8] = "";
	int ends[2];

	check_int(pipe(ends), 0);
	check_int(write(ends[1], "abc", 3), 3);
	check_int(read_exactly(ends[0], buffer, 2), 0);
	check_str(buffer, "ab");
	check_int(read_exactly(ends[0], buffer, 0), 0);
	close(ends[1]);
	check_int(read_exactly(ends[0], buffer, 2), -EBADMSG);
	check_int(read_exactly(ends[0], buffer, 2), -ENODATA);
	check_int(read_exactly(-1, buffer, 1), -EBADF);
}

/* Puts content in a file that has no other name left, gives its path. */
static const char *file_with(const char *content)
{
	static char path[4096];
	const char *dir = getenv("TMPDIR");
	int fd;

	snprintf(path, sizeof(path), "%s/io.XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	check(fd >= 0);
	unlink(path);
	check_int(write(fd, content, strlen(content)), strlen(content));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static void test_small_file(void)
{
	char buffer[8];

	check_int(read_small_file(AT_FDCWD, file_with("1234\n\n"), buffer, 8),
		  4);
	check_str(buffer, "1234");
	check_int(read_small_file(AT_FDCWD, file_with(""), buffer, 8), 0);
	check_str(buffer, "");
	check_int(read_small_file(AT_FDCWD, file_with("\n"), buffer, 8), 0);
	check_str(buffer, "");
	/* One byte must be left for the end of the string. */
	check_int(read_small_file(AT_FDCWD, file_with("1234567"), buffer, 8),
		  7);
	check_str(buffer, "1234567");
	check_int(read_small_file(AT_FDCWD, file_with("12345678"), buffer, 8),
		  -EFBIG);
	check_int(read_small_file(AT_FDCWD, "/no/such", buffer, 8), -ENOENT);
	check_int(read_small_file(AT_FDCWD, "/", buffer, 8), -EISDIR);
}

static const struct tap_test tests[] = {
	{ .name = "writing resumes after signals", .run = test_write_resumes },
	{ .name = "writing says why it failed", .run = test_write_fails },
	{ .name = "a clean end and a cut one differ", .run = test_read },
	{ .name = "small files are strings", .run = test_small_file },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
