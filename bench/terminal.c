/*
 * How much a program can print on a terminal of its own: through the relay of
 * fumehood against that of script(1), both read from a pseudo-terminal by this
 * process, alternating.
 *
 *   bench_terminal ROUNDS FUMEHOOD COMMAND
 */
#include <errno.h>
#include <pty.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

/* Microseconds until all is read; the bytes are counted. */
static double run(char *const argv[], size_t *ret_bytes)
{
	static char buffer[65536];
	double before = now_us();
	int master, status;
	ssize_t n;
	pid_t pid = forkpty(&master, NULL, NULL, NULL);

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	*ret_bytes = 0;
	/* EIO: nobody has the other end any more. */
	while ((n = read(master, buffer, sizeof(buffer))) > 0)
		*ret_bytes += (size_t)n;
	close(master);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "%s failed\n", argv[0]);
		exit(1);
	}
	return now_us() - before;
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	char *ways[2][10] = {
		{ argv[2], "run", "--tty", "pty", "--", "/bin/sh", "-c",
		  argv[3], NULL },
		{ "script", "-q", "-c", argv[3], "/dev/null", NULL },
	};
	struct series series[2] = { { .name = "fumehood" },
				    { .name = "script" } };
	size_t bytes[2], order[2];

	if (!rounds)
		return fprintf(stderr, "usage: bench_terminal ROUNDS FUMEHOOD COMMAND\n"), 2;
	for (int i = 0; i < 2; i++)
		series[i].samples = calloc(rounds, sizeof(double));
	for (size_t r = 0; r < rounds; r++) {
		shuffle(order, 2);
		for (int i = 0; i < 2; i++) {
			size_t way = order[i];

			series[way].samples[r] = run(ways[way], &bytes[way]);
		}
		/* What is shown is the same, or one of them is quick for nothing. */
		if (bytes[0] != bytes[1])
			return fprintf(stderr, "%zu bytes, and %zu\n", bytes[0],
				       bytes[1]), 1;
	}
	print_pairs(&series[0], &series[1], rounds);
	for (int i = 0; i < 2; i++) {
		sort_samples(series[i].samples, rounds);
		printf("%-9s %7.1f MB/s\n", series[i].name,
		       (double)bytes[i] / series[i].samples[rounds / 2]);
	}
	return 0;
}
