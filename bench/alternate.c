/* Times commands as whole processes, alternating at random in one loop.
 *
 *   alternate ROUNDS FILE
 *
 * Each line of FILE is NAME, a tab, and a command with its words separated by
 * tabs. Prints each command's median wall time in microseconds, its quartiles
 * and its ratio to every other one. Every command must exit with 0.
 */
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define COMMANDS_MAX 16
#define WORDS_MAX 8192

extern char **environ;

/* vfork and exec: what the parent weighs is not measured. */
static double time_once(const char *name, char **words)
{
	double begin = now_us();
	pid_t pid;
	int status;

	if (posix_spawn(&pid, words[0], NULL, NULL, words, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "alternate: %s did not exit with 0\n", name);
		exit(1);
	}
	return now_us() - begin;
}

/* Returns the words after the name. */
static char **parse(char *line, const char **ret_name)
{
	char **words = calloc(WORDS_MAX, sizeof(*words));
	size_t n = 0;

	*ret_name = strtok(line, "\t");
	while (n < WORDS_MAX - 1 && (words[n] = strtok(NULL, "\t")))
		n++;
	return words;
}

int main(int argc, char **argv)
{
	struct series commands[COMMANDS_MAX];
	char **words[COMMANDS_MAX];
	size_t n = 0, size = 0;
	char *line = NULL;
	int rounds = argc == 3 ? atoi(argv[1]) : 0;
	FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
	ssize_t len;

	if (!file || rounds < 1) {
		fprintf(stderr, "usage: alternate ROUNDS FILE\n");
		return 2;
	}
	while (n < COMMANDS_MAX && (len = getline(&line, &size, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		words[n] = parse(strdup(line), &commands[n].name);
		commands[n++].samples = calloc((size_t)rounds, sizeof(double));
	}
	srandom(1);
	for (int round = -3; round < rounds; round++) {
		size_t order[COMMANDS_MAX];

		shuffle(order, n);
		for (size_t i = 0; i < n; i++) {
			size_t k = order[i];
			double t = time_once(commands[k].name, words[k]);

			if (round >= 0)
				commands[k].samples[round] = t;
		}
	}
	print_series(commands, n, (size_t)rounds, "us");
	return 0;
}
