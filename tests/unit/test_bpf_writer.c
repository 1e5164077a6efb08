/* Jumps land where they were sent, however far that is. */
#include <linux/seccomp.h>

#include "mech/bpf_run.h"
#include "mech/bpf_writer.h"
#include "tap.h"

#define YES 1
#define NO 2
#define FILLER 3

static struct bpf_writer writer;
static struct sock_filter code[FILTER_BPF_MAX];

static uint32_t run(int nr)
{
	struct seccomp_data data = { .nr = nr };
	uint32_t action = 0;

	for (unsigned i = 0; i < writer.n; i++)
		code[i] = writer.code[writer.n - 1 - i];
	check_int(bpf_run(code, writer.n, &data, &action, NULL), 0);
	return action;
}

static void fill(unsigned n)
{
	while (n-- > 0)
		put(&writer, BPF_RET | BPF_K, FILLER, 0, 0);
}

/* A place that is no RET, from which the program returns `value`. */
static unsigned put_target(uint32_t value)
{
	put(&writer, BPF_RET | BPF_A, 0, 0, 0);
	return put(&writer, BPF_LD | BPF_IMM, value, 0, 0);
}

static void start(void)
{
	memset(&writer, 0, sizeof(writer));
}

/* Both targets at all distances around the limit, each as the nearer one. */
static void test_distances(void)
{
	for (unsigned gap = 0; gap < 12; gap++) {
		for (unsigned near = 245; near < 262; near++) {
			unsigned first;
			unsigned second;

			start();
			first = put_target(YES);
			fill(gap);
			second = put_target(NO);
			fill(near);
			put_jump(&writer, BPF_JEQ, 7, first, second);
			put_load(&writer, 0);
			check_int(run(7), YES);
			check_int(run(8), NO);

			writer.n -= 2;
			put_jump(&writer, BPF_JEQ, 7, second, first);
			put_load(&writer, 0);
			check_int(run(7), NO);
			check_int(run(8), YES);
		}
	}
}

static void test_rets(void)
{
	for (unsigned gap = 0; gap < 600; gap++) {
		unsigned yes;
		unsigned no;

		start();
		put_ret(&writer, YES, 0);
		put_ret(&writer, NO, 0);
		fill(gap);
		yes = put_ret(&writer, YES, 1);
		no = put_ret(&writer, NO, 0);
		put_jump(&writer, BPF_JEQ, 7, yes, no);
		put_load(&writer, 0);
		check_int(run(7), YES);
		check_int(run(8), NO);
	}
}

static void test_rets_shared(void)
{
	unsigned first;

	start();
	first = put_ret(&writer, YES, 1);
	check_int(put_ret(&writer, YES, 1), first);
	fill(100);
	check_int(put_ret(&writer, YES, 1), first);
	fill(200);
	check(put_ret(&writer, YES, 1) > first + 300);
	/* More values than are remembered are still right. */
	for (uint32_t value = 10; value < 10 + 2 * BPF_RETS_MAX; value++)
		check_int(writer.code[put_ret(&writer, value, 1) - 1].k, value);
}

static void test_full(void)
{
	start();
	fill(FILTER_BPF_MAX);
	check(!writer.is_full);
	fill(1);
	check(writer.is_full);
	check_int(writer.n, FILTER_BPF_MAX);
}

static const struct tap_test tests[] = {
	{ .name = "targets near and far", .run = test_distances },
	{ .name = "returns near and far", .run = test_rets },
	{ .name = "returns are shared in reach", .run = test_rets_shared },
	{ .name = "a full program is said to be", .run = test_full },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
