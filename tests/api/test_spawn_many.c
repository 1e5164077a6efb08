/* Of many boxes, made and ended, nothing is left in their host. */
#include <malloc.h>
#include <pthread.h>

#include "spawn_stand.h"

static unsigned int n_spawns(void)
{
	const char *wanted = getenv("FH_SPAWNS");
	int n = wanted ? atoi(wanted) : 0;

	return n > 0 ? (unsigned int)n : 1000;
}

struct series {
	unsigned int n;
	const struct fh_plan *plan; /* NULL: each from its policy */
	unsigned int n_good;
};

static void *run_series(void *arg)
{
	struct series *series = arg;
	struct fh_policy *policy = fh_policy_new();
	const struct fh_spawn_options options = options_with(
		FH_STREAM_NULL, FH_STREAM_PIPE, FH_STREAM_NULL);
	char *argv[] = { "/bin/echo", "x", NULL };

	for (unsigned int i = 0; i < series->n; i++) {
		struct fh_box *box = NULL;
		struct fh_result result;
		char byte = 0;
		int r = series->plan ? fh_spawn_plan(series->plan, argv,
						     &options, &box, NULL)
				     : fh_spawn(policy, argv, &options, &box,
						NULL);
		int out;

		if (r < 0)
			continue;
		out = fh_box_stream(box, 1);
		if (read(out, &byte, 1) == 1 && byte == 'x' &&
		    fh_wait(box, -1, &result, NULL) == 0 &&
		    result.reason == FH_END_EXITED && result.exit_code == 0)
			series->n_good++;
		close(out);
		fh_box_free(box);
	}
	fh_policy_free(policy);
	return NULL;
}

static void run_two(unsigned int n, const struct fh_plan *plan)
{
	struct series series[2] = { { n / 2, plan, 0 }, { n / 2, plan, 0 } };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		check_int(pthread_create(&threads[i], NULL, run_series,
					 &series[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++)
		check_int(series[i].n_good, n / 2);
}

static size_t resident(void)
{
	size_t pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	check(file && fscanf(file, "%*s %zu", &pages) == 1);
	fclose(file);
	return pages * (size_t)getpagesize();
}

static int count_children(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(dir))) {
		char path[300], text[256];
		FILE *file;

		if (*entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/children",
			 entry->d_name);
		file = fopen(path, "re");
		while (file && fscanf(file, "%255s", text) == 1)
			n++;
		if (file)
			fclose(file);
	}
	closedir(dir);
	return n;
}

static void check_no_leak(unsigned int n, const struct fh_plan *plan)
{
	static char before[16384], after[16384];
	size_t heap, memory;

	run_two(40, plan); /* what a libc keeps it has by then */
	list_descriptors(before, sizeof(before));
	heap = mallinfo2().uordblks;
	memory = resident();
	run_two(n, plan);
	list_descriptors(after, sizeof(after));
	check_str(after, before);
	printf("# %u spawns: heap %zu to %zu, resident %zu to %zu bytes\n", n,
	       heap, mallinfo2().uordblks, memory, resident());
	/* Less than one byte a spawn, and a page for what threads leave. */
	check(mallinfo2().uordblks < heap + n + 4096);
	check(resident() < memory + 256 * 1024 + n * 4);
	check_int(count_children(), 0);
	check_int(waitpid(-1, NULL, __WALL | WNOHANG), -1);
}

static void test_many(void)
{
	struct fh_box *box = start_box(SHELL("sleep 100"), NULL);

	check_int(count_children(), 1); /* control */
	fh_box_free(box);
	check_no_leak(n_spawns(), NULL);
}

static void test_many_of_one_plan(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel *kernel = NULL;
	struct fh_plan *plan = NULL;

	check_ok(fh_kernel_probe(&kernel, &err));
	check_ok(fh_plan_new(policy, kernel, NULL, &plan, &err));
	check_no_leak(n_spawns(), plan);
	fh_plan_free(plan);
	fh_kernel_free(kernel);
	fh_policy_free(policy);
}

static void test_many_failures(void)
{
	struct fh_policy *policy = fh_policy_new();
	static char before[16384], after[16384];
	struct fh_box *box = NULL;
	size_t heap = 0;

	for (int i = 0; i < 300; i++) {
		if (i == 20) {
			list_descriptors(before, sizeof(before));
			heap = mallinfo2().uordblks;
		}
		check_fails(fh_spawn(policy, (char *[]){ "/no/such", NULL },
				     NULL, &box, &err), -ENOENT);
		check_fails(fh_spawn(policy, (char *[]){ "no-such", NULL },
				     NULL, &box, &err), -ENOENT);
	}
	check(mallinfo2().uordblks <= heap + 1024);
	list_descriptors(after, sizeof(after));
	check_str(after, before);
	fh_policy_free(policy);
}

static const struct tap_test tests[] = {
	{ .name = "many boxes leave nothing behind", .run = test_many,
	  .seconds = 600 },
	{ .name = "many boxes of one plan", .run = test_many_of_one_plan,
	  .seconds = 600 },
	{ .name = "nor do failures", .run = test_many_failures },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
