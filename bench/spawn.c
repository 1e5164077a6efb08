/*
 * Times fh_spawn() and fh_wait() against a box that was written by hand.
 *
 *   spawn ROUNDS HOME PROGRAM [MIB [THREADS]]   the times
 *   spawn floor HOME PROGRAM [ARGS...]          one run in the box by hand
 *
 * PROGRAM must exit with 0 at once. Before the rounds the process makes MIB
 * mebibytes of its memory dirty and starts THREADS threads that sleep. The
 * policy is made before, and the plan of the row "plan kept".
 */
#include <fumehood/fumehood.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "floor_spawn.h"
#include "measure.h"
#include "mech/seccomp.h"
#include "plan/plan.h"

enum { BY_HAND, SPAWN, SPAWN_PLAN, N_WAYS };

struct bench {
	struct floor_box floor;
	struct fh_policy *policy;
	struct fh_plan *plan;
	char **argv;
};

static _Noreturn void die(const char *what, const struct fh_error *err)
{
	fprintf(stderr, "bench_spawn: %s: %s\n", what, err ? err->what : "");
	exit(1);
}

static void emit(const struct filter *filter, struct sock_fprog *ret)
{
	struct bpf_program program;
	struct fh_error err;

	if (bpf_emit(filter, &program, &err) < 0)
		die("filter", &err);
	ret->filter = program.code;
	ret->len = program.len;
}

/* The library's own filters serve the floor, too. */
static void set_up(char **argv, struct bench *ret)
{
	const char *program = argv[1];
	struct fh_kernel *kernel;
	struct fh_error err;

	ret->argv = argv + 1;
	ret->floor.home = argv[0];
	if (strncmp(program, "/usr/", 5) != 0)
		ret->floor.program = program;
	setenv("HOME", argv[0], 1);
	ret->policy = fh_policy_new();
	if (ret->floor.program &&
	    fh_policy_allow(ret->policy, FH_READ | FH_EXEC, program, &err) < 0)
		die("policy", &err);
	if (fh_kernel_probe(&kernel, &err) < 0 ||
	    fh_plan_new(ret->policy, kernel, NULL, &ret->plan, &err) < 0)
		die("plan", &err);
	fh_kernel_free(kernel);
	emit(&ret->plan->filter, &ret->floor.filter);
	emit(&ret->plan->init_filter, &ret->floor.init_filter);
}

static void need_success(int code, const char *who)
{
	if (code == 0)
		return;
	fprintf(stderr, "bench_spawn: %s: exit status %d\n", who, code);
	exit(1);
}

static double time_library(const struct bench *bench, bool is_planned)
{
	double begin = now_us();
	struct fh_result result;
	struct fh_error err;
	struct fh_box *box;
	int r = is_planned ? fh_spawn_plan(bench->plan, bench->argv, NULL,
					   &box, &err)
			   : fh_spawn(bench->policy, bench->argv, NULL, &box,
				      &err);

	if (r == 0)
		r = fh_wait(box, -1, &result, &err);
	if (r < 0)
		die("spawn", &err);
	fh_box_free(box);
	begin = now_us() - begin;
	need_success(result.exit_code, "fh_spawn");
	return begin;
}

static double time_way(const struct bench *bench, size_t way)
{
	double begin;

	if (way != BY_HAND)
		return time_library(bench, way == SPAWN_PLAN);
	begin = now_us();
	need_success(floor_run(&bench->floor, bench->argv), "the floor");
	return now_us() - begin;
}

static void measure(const struct bench *bench, size_t rounds)
{
	struct series ways[N_WAYS] = {
		[BY_HAND] = { .name = "by hand" },
		[SPAWN] = { .name = "fh_spawn" },
		[SPAWN_PLAN] = { .name = "plan kept" },
	};

	for (size_t i = 0; i < N_WAYS; i++)
		ways[i].samples = calloc(rounds, sizeof(double));
	for (size_t round = 0; round < rounds + 3; round++) {
		size_t order[N_WAYS];

		shuffle(order, N_WAYS);
		for (size_t i = 0; i < N_WAYS; i++) {
			double t = time_way(bench, order[i]);

			if (round >= 3) /* the first ones warm the caches */
				ways[order[i]].samples[round - 3] = t;
		}
	}
	print_series(ways, N_WAYS, rounds, "us");
}

static void *sleep_forever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* A host that is not small. */
static void grow(size_t mib, int threads)
{
	char *memory = malloc((mib << 20) + 1);

	memset(memory, 1, mib << 20);
	__asm__ volatile("" : : "r"(memory) : "memory"); /* do not leave it out */
	for (int i = 0; i < threads; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, sleep_forever, NULL) != 0)
			die("pthread_create", NULL);
	}
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	int rounds = argc > 3 ? atoi(argv[1]) : 0;
	bool is_floor = argc > 3 && strcmp(argv[1], "floor") == 0;

	if (!is_floor && rounds < 1) {
		fprintf(stderr,
			"usage: spawn ROUNDS|floor HOME PROGRAM [MIB [THREADS]]\n");
		return 2;
	}
	set_up(argv + 2, &bench);
	if (is_floor)
		return floor_run(&bench.floor, bench.argv);
	grow(argc > 4 ? (size_t)atol(argv[4]) : 0, argc > 5 ? atoi(argv[5]) : 0);
	argv[4] = NULL; /* the program gets no arguments */
	measure(&bench, (size_t)rounds);
	return 0;
}
