/* Eats what a ceiling is for, and tells how far it came: memory, processes, processor
 * time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* "ate N MiB": touched, page by page. */
static int eat_memory(size_t mib)
{
	size_t size = mib << 20;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < size; i += 4096)
		at[i] = 1;
	printf("ate %zu MiB\n", mib);
	return 0;
}

/* "forked N", or "forked N: " and why it was no more. They wait for our end. */
static int eat_processes(int n)
{
	int ends[2], forked = 0;
	char byte;

	if (pipe(ends) < 0)
		return 1;
	while (forked < n) {
		pid_t pid = fork();

		if (pid < 0) {
			printf("forked %d: %s\n", forked, strerrorname_np(errno));
			return 3;
		}
		if (pid == 0) {
			close(ends[1]);
			_exit(read(ends[0], &byte, 1) != 0);
		}
		forked++;
	}
	printf("forked %d\n", forked);
	return 0;
}

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* "cpu P%": of the wall time that went by. */
static int eat_cpu(double wall)
{
	double begin = seconds(CLOCK_MONOTONIC);
	double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

	while (seconds(CLOCK_MONOTONIC) - begin < wall)
		;
	printf("cpu %.0f\n",
	       100 * (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) /
		       (seconds(CLOCK_MONOTONIC) - begin));
	return 0;
}

int main(int argc, char **argv)
{
	int amount = argc == 3 ? atoi(argv[2]) : 0;

	if (amount <= 0)
		return 2;
	if (strcmp(argv[1], "memory") == 0)
		return eat_memory((size_t)amount);
	if (strcmp(argv[1], "processes") == 0)
		return eat_processes(amount);
	if (strcmp(argv[1], "cpu") == 0)
		return eat_cpu(amount);
	return 2;
}
