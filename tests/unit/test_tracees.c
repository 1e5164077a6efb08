/* The table of followed threads, against a plain list. */
#include "supervise/tracees.h"
#include "tap.h"

#define NUMBERS 4000

static void test_random(void)
{
	static bool is_in[NUMBERS];
	struct tracees tracees = { 0 };
	unsigned int seed = 7;
	size_t n = 0;

	for (int i = 0; i < 200000; i++) {
		pid_t tid;

		seed = seed * 1103515245u + 12345u;
		tid = 1 + (pid_t)(seed >> 8) % (NUMBERS - 1);
		if (seed >> 28 < 9) {
			struct tracee *row = tracees_add(&tracees, tid);

			check(row && row->tid == tid);
			n += !is_in[tid];
			is_in[tid] = true;
		} else {
			tracees_remove(&tracees, tid);
			n -= is_in[tid];
			is_in[tid] = false;
		}
		check_int(tracees.n, n);
	}
	for (pid_t tid = 1; tid < NUMBERS; tid++)
		check((tracees_find(&tracees, tid) != NULL) == is_in[tid]);
	tracees_done(&tracees);
	check_int(tracees.n, 0);
	check(!tracees_find(&tracees, 1));
}

static void test_kept(void)
{
	struct tracees tracees = { 0 };

	for (pid_t tid = 1; tid <= 1000; tid++)
		tracees_add(&tracees, tid * 64)->nr = tid;
	for (pid_t tid = 2; tid <= 1000; tid += 2)
		tracees_remove(&tracees, tid * 64);
	for (pid_t tid = 1; tid <= 1000; tid += 2)
		check_int(tracees_find(&tracees, tid * 64)->nr, tid);
	tracees_done(&tracees);
}

static const struct tap_test tests[] = {
	{ .name = "what was added and not removed is there", .run = test_random },
	{ .name = "rows keep what they say when others go", .run = test_kept },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
