/* Watches a program as `fumehood learn` does, and no more: for bench/learn.sh.
 *
 *   learn PROGRAM ARGS	ends as the program does
 *   learn			the calls that name paths or addresses, for strace -e
 *
 * With FH_BENCH_COUNTS it says what was seen.
 */
#include <fumehood/fumehood.h>
#include <stdio.h>
#include <stdlib.h>

#include "tables/observed_calls.h"

static void print_counts(const struct fh_learner *learner)
{
	struct fh_learned learned;

	if (fh_learner_count(learner, &learned, NULL) < 0)
		return;
	fprintf(stderr,
		"paths %llu, notifications %llu, dropped %llu, processes %llu, memory %llu, file size %llu\n",
		(unsigned long long)learned.paths,
		(unsigned long long)learned.notifications,
		(unsigned long long)learned.dropped,
		(unsigned long long)learned.processes,
		(unsigned long long)learned.memory_peak,
		(unsigned long long)learned.file_size);
}

/* Those that this machine has: strace refuses other names. */
static int print_calls(void)
{
	for (size_t i = 0; i < n_observed_calls; i++) {
		const struct observed_call *row = &observed_calls[i];

		if (row->kind <= OBSERVED_SEND || row->kind == OBSERVED_PROCESS)
			printf("?%s,", syscalls[row->call].name);
	}
	puts("?execve");
	return 0;
}

int main(int argc, char **argv)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_result result;
	struct fh_error err;
	char line[FH_ERROR_LINE_MAX];

	if (argc < 2 || !learner)
		return print_calls();
	if (fh_learner_run(learner, argv + 1, &result, &err) < 0) {
		fh_error_print(&err, line, sizeof(line));
		fprintf(stderr, "learn: %s\n", line);
		return FH_EXIT_NOT_BOXED;
	}
	if (getenv("FH_BENCH_COUNTS"))
		print_counts(learner);
	fh_learner_free(learner);
	return result.exit_code;
}
