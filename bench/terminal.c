/* Runs programs on a terminal and counts what they print there, in turns.
 *
 *   terminal ROUNDS LIST...: a list is a line of tab-separated words: NAME PROGRAM ARGS
 *
 * The terminal is read as fast as it fills, as by a terminal program that draws nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define RUNNERS_MAX 8
#define ROUNDS_MAX 1000
#define WORDS_MAX 64

struct runner {
	char *words[WORDS_MAX];
	double seconds[ROUNDS_MAX];
	unsigned long long bytes; /* of the last round */
};

static void die(const char *what)
{
	fprintf(stderr, "terminal: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void become(const struct runner *runner, const char *name)
{
	int fd;

	setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		die(name);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	close(fd);
	execv(runner->words[1], runner->words + 1);
	die(runner->words[1]);
}

static unsigned long long count(int master)
{
	static char buffer[65536];
	unsigned long long sum = 0;
	ssize_t n;

	while ((n = read(master, buffer, sizeof(buffer))) > 0)
		sum += (unsigned long long)n;
	return sum;
}

static void measure(struct runner *runner, int round)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	double begin = now();
	pid_t pid;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		die("open a pseudo-terminal");
	pid = fork();
	if (pid == 0)
		become(runner, ptsname(master));
	/* Reading fails until somebody has opened the other end. */
	for (struct pollfd p = { .fd = master, .events = POLLIN };;) {
		poll(&p, 1, -1);
		if (p.revents & POLLIN || waitpid(pid, &status, WNOHANG) != 0)
			break;
		usleep(100);
	}
	runner->bytes = count(master);
	close(master);
	if (waitpid(pid, &status, 0) == pid && status != 0)
		fprintf(stderr, "%s: status %x\n", runner->words[0],
			(unsigned int)status);
	runner->seconds[round] = now() - begin;
}

static int ascending(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static double median(struct runner *runner, int rounds)
{
	qsort(runner->seconds, (size_t)rounds, sizeof(*runner->seconds),
	      ascending);
	return runner->seconds[rounds / 2];
}

static size_t read_list(const char *path, struct runner *ret)
{
	FILE *file = fopen(path, "r");
	size_t n = 0, size = 0;
	char *line = NULL;

	if (!file)
		die(path);
	while (n < RUNNERS_MAX && getline(&line, &size, file) > 0) {
		char *rest = strdup(line), *word;
		size_t words = 0;

		rest[strcspn(rest, "\n")] = '\0';
		while ((word = strsep(&rest, "\t")) && words < WORDS_MAX - 1)
			ret[n].words[words++] = word;
		n++;
	}
	free(line);
	fclose(file);
	return n;
}

int main(int argc, char **argv)
{
	static struct runner runners[RUNNERS_MAX];
	int rounds = argc == 3 ? atoi(argv[1]) : 0;
	size_t n;
	double first = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		die("usage: terminal ROUNDS LIST");
	n = read_list(argv[2], runners);
	for (int round = 0; round < rounds; round++)
		for (size_t i = 0; i < n; i++)
			measure(&runners[i], round);
	for (size_t i = 0; i < n; i++) {
		double time = median(&runners[i], rounds);

		if (i == 0)
			first = time;
		printf("%-10s %8.3f s  %12llu bytes  %8.1f MB/s  ratio %.2f\n",
		       runners[i].words[0], time, runners[i].bytes,
		       (double)runners[i].bytes / time / 1e6, time / first);
	}
	return 0;
}
