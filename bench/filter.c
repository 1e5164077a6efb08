/*
 * Measures what a filter costs: instructions, building, loading, and the
 * steps of common calls, against libseccomp given the same rules.
 *
 * Each round forks two children, one for either, in turn; what is printed are
 * medians. libseccomp's rules have no order, so tests that overlap are put to
 * it one by one: the work is the same, the meaning only nearly.
 */
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mech/bpf_run.h"
#include "mech/seccomp.h"
#include "sys/seccomp_calls.h"

#define N_ROUNDS_DEFAULT 201
#define N_ROUNDS_MAX 10001

struct sample {
	double build_us;
	double load_us;
	unsigned n_instructions;
	int error;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint32_t action_of(struct verdict verdict)
{
	if (verdict.kind == VERDICT_ALLOW)
		return SCMP_ACT_ALLOW;
	return SCMP_ACT_ERRNO(verdict.error);
}

static int add_rule(scmp_filter_ctx ctx, const struct filter_rule *rule)
{
	struct scmp_arg_cmp cmp[FILTER_TESTS_MAX];

	for (unsigned i = 0; i < rule->n_tests; i++) {
		const struct arg_test *test = &rule->tests[i];
		uint64_t mask = 0xffffffff;

		if (test->op == ARG_MASKED_EQ || test->op == ARG_MASKED_NE)
			mask = test->mask;
		cmp[i] = (struct scmp_arg_cmp){ .arg = test->arg,
						.op = SCMP_CMP_MASKED_EQ,
						.datum_a = mask,
						.datum_b = test->value };
	}
	return seccomp_rule_add_array(ctx, action_of(rule->verdict), rule->nr,
				      rule->n_tests, cmp);
}

static bool has_rules(const struct filter *filter, int nr)
{
	bool has;

	seccomp_verdict(filter, nr, &has);
	return has;
}

/* @optimize: 1 for a list, 2 for a binary tree */
static int build_libseccomp(const struct filter *filter, int optimize,
			    struct bpf_program *ret)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(38));
	int fd;

	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, (uint32_t)optimize);
	for (int nr = 0; nr < FILTER_NR_MAX; nr++) {
		if (filter->by_nr[nr].kind != VERDICT_UNKNOWN &&
		    !has_rules(filter, nr))
			seccomp_rule_add(ctx, action_of(filter->by_nr[nr]), nr,
					 0);
	}
	for (size_t i = 0; i < filter->n_rules; i++)
		add_rule(ctx, &filter->rules[i]);
	fd = memfd_create("filter", MFD_CLOEXEC);
	if (seccomp_export_bpf(ctx, fd) < 0)
		return -1;
	seccomp_release(ctx);
	ret->len = (uint16_t)(lseek(fd, 0, SEEK_END) /
			      (off_t)sizeof(struct sock_filter));
	ret->code = malloc(ret->len * sizeof(struct sock_filter));
	if (!ret->code ||
	    pread(fd, ret->code, ret->len * sizeof(struct sock_filter), 0) < 0)
		return -1;
	close(fd);
	return 0;
}

static int build_ours(const struct seccomp_request *request,
		      struct bpf_program *ret)
{
	static struct filter filter;

	if (seccomp_compile(request, &filter, NULL) < 0)
		return -1;
	return bpf_emit(&filter, ret, NULL);
}

/* @optimize: 0 for ours */
static void measure_here(const struct seccomp_request *request,
			 const struct filter *filter, int optimize,
			 struct sample *ret)
{
	struct bpf_program program = { 0 };
	struct sock_fprog fprog;
	double start = now_us();
	double built;

	ret->error = optimize ? build_libseccomp(filter, optimize, &program) :
				build_ours(request, &program);
	built = now_us();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fprog = (struct sock_fprog){ program.len, program.code };
	ret->n_instructions = program.len;
	ret->build_us = built - start;
	start = now_us();
	if (ret->error == 0)
		ret->error = sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &fprog);
	ret->load_us = now_us() - start;
}

static int measure(const struct seccomp_request *request,
		   const struct filter *filter, int optimize,
		   struct sample *ret)
{
	/* Shared, so that the child needs no call to tell what it saw. */
	struct sample *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (shared == MAP_FAILED)
		return -1;
	pid = fork();
	if (pid == 0) {
		measure_here(request, filter, optimize, shared);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	*ret = *shared;
	munmap(shared, sizeof(*shared));
	return ret->error;
}

static int by_size(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_size);
	return values[n / 2];
}

static int bench_policy(enum syscall_policy base, size_t n_rounds)
{
	static const char *const names[] = { "own", "libseccomp list",
					     "libseccomp tree" };
	static double build[3][N_ROUNDS_MAX];
	static double load[3][N_ROUNDS_MAX];
	static struct filter filter;
	struct seccomp_request request = { .arch = FILTER_ARCH_NATIVE,
					   .base = base };
	unsigned n_instructions[3] = { 0 };

	if (seccomp_compile(&request, &filter, NULL) < 0)
		return -1;
	for (size_t i = 0; i < n_rounds; i++) {
		for (int who = 0; who < 3; who++) {
			struct sample sample;

			if (measure(&request, &filter, who, &sample) < 0) {
				fprintf(stderr, "%s failed\n", names[who]);
				return -1;
			}
			build[who][i] = sample.build_us;
			load[who][i] = sample.load_us;
			n_instructions[who] = sample.n_instructions;
		}
	}
	for (int who = 0; who < 3; who++)
		printf("%-15s %-16s %4u instructions  build %7.1f us  "
		       "load %7.1f us\n",
		       syscall_policies[base].name, names[who],
		       n_instructions[who], median(build[who], n_rounds),
		       median(load[who], n_rounds));
	return 0;
}

/* What the filter executes where the kernel's bitmap cannot answer for it. */
static int print_steps(void)
{
	static const char *const calls[] = { "read",  "openat", "mmap",
					     "ioctl", "clone",	"socket",
					     "prctl", "mount" };
	static struct filter filter;
	struct seccomp_request request = { .arch = FILTER_ARCH_NATIVE };
	struct bpf_program program;

	if (seccomp_compile(&request, &filter, NULL) < 0 ||
	    bpf_emit(&filter, &program, NULL) < 0)
		return -1;
	printf("steps of default:");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct seccomp_data data = { .arch = program.code[1].k };
		uint32_t action;
		size_t steps = 0;

		data.nr = syscall_number(FILTER_ARCH_NATIVE, calls[i]);
		bpf_run(program.code, program.len, &data, &action, &steps);
		printf(" %s %zu", calls[i], steps);
	}
	printf("\n");
	bpf_program_done(&program);
	return 0;
}

int main(int argc, char **argv)
{
	size_t n_rounds = N_ROUNDS_DEFAULT;

	if (argc > 1)
		n_rounds = strtoul(argv[1], NULL, 10);
	if (n_rounds < 1 || n_rounds > N_ROUNDS_MAX) {
		fprintf(stderr, "usage: filter [ROUNDS, 1 to %d]\n",
			N_ROUNDS_MAX);
		return 2;
	}
	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		if (bench_policy(base, n_rounds) < 0)
			return 1;
	}
	return print_steps() < 0;
}
