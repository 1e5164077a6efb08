/* Times commands as whole processes, alternating at random in one loop.
 *
 *   alternate ROUNDS FILE
 *
 * Each line of FILE is NAME, a tab, and a command with its words separated by
 * tabs. Prints each command's median wall time in microseconds, its quartiles
 * and its ratio to every other one. Every command must exit with 0.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define WORDS_MAX 8192

extern char **environ;

struct command {
	char *name;
	char **words;
	double *times; /* microseconds, one a round */
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* vfork and exec: what the parent weighs is not measured. */
static double time_once(const struct command *command)
{
	double begin = now_us();
	pid_t pid;
	int status;

	if (posix_spawn(&pid, command->words[0], NULL, NULL, command->words,
			environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "alternate: %s did not exit with 0\n",
			command->name);
		exit(1);
	}
	return now_us() - begin;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void parse(char *line, struct command *ret)
{
	char **words = calloc(WORDS_MAX, sizeof(*words));
	size_t n = 0;

	ret->name = strtok(line, "\t");
	while (n < WORDS_MAX - 1 && (words[n] = strtok(NULL, "\t")))
		n++;
	ret->words = words;
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX];
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
		parse(strdup(line), &commands[n]);
		commands[n++].times = calloc((size_t)rounds, sizeof(double));
	}
	srandom(1);
	for (int round = -3; round < rounds; round++) {
		size_t order[COMMANDS_MAX];

		for (size_t i = 0; i < n; i++)
			order[i] = i;
		for (size_t i = n - 1; i > 0; i--) {
			size_t j = (size_t)random() % (i + 1), swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		for (size_t i = 0; i < n; i++) {
			double t = time_once(&commands[order[i]]);

			if (round >= 0)
				commands[order[i]].times[round] = t;
		}
	}
	for (size_t i = 0; i < n; i++)
		qsort(commands[i].times, (size_t)rounds, sizeof(double),
		      compare);
	printf("%-28s %9s %9s %9s", "", "median us", "25 %", "75 %");
	for (size_t i = 0; i < n; i++)
		printf(" %10.10s", commands[i].name);
	printf("\n");
	for (size_t i = 0; i < n; i++) {
		double *t = commands[i].times, median = t[rounds / 2];

		printf("%-28s %9.0f %9.0f %9.0f", commands[i].name, median,
		       t[rounds / 4], t[rounds * 3 / 4]);
		for (size_t j = 0; j < n; j++)
			printf(" %10.3f", median /
				commands[j].times[rounds / 2]);
		printf("\n");
	}
	return 0;
}
