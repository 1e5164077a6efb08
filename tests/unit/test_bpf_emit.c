/* The emitted programs do what the filters they were made from say. */
#include <linux/filter.h>
#include <stdlib.h>

#include "filter_eval.h"

#define N_EDGES 60 /* argument vectors per rule and number */

static uint32_t run(const struct bpf_program *program,
		    const struct seccomp_data *data)
{
	uint32_t action = 0;

	check_int(bpf_run(program->code, program->len, data, &action, NULL), 0);
	return action;
}

static void compare(const struct filter *filter,
		    const struct bpf_program *program,
		    const struct seccomp_data *data)
{
	uint32_t expected = eval(filter, data);
	uint32_t actual = run(program, data);

	if (actual == expected)
		return;
	printf("# arch %#x nr %d args", data->arch, data->nr);
	for (unsigned i = 0; i < 6; i++)
		printf(" %#llx", (unsigned long long)data->args[i]);
	printf("\n");
	check_int(actual, expected);
}

static void compare_nr(const struct filter *filter,
		       const struct bpf_program *program, int nr)
{
	struct seccomp_data data = { .nr = nr,
				     .arch = eval_arch[filter->arch] };

	compare(filter, program, &data);
	memset(data.args, 0xff, sizeof(data.args));
	compare(filter, program, &data);
	for (size_t i = 0; i < filter->n_rules; i++) {
		if (filter->rules[i].nr != nr)
			continue;
		for (unsigned n = 0; n < N_EDGES; n++) {
			uint64_t args[6];

			edge_args(&filter->rules[i], args);
			memcpy(data.args, args, sizeof(args));
			compare(filter, program, &data);
		}
	}
}

/* Every number there may be, and the architectures that are not ours. */
static void compare_all(const struct filter *filter,
			const struct bpf_program *program)
{
	static const uint32_t foreign[] = { AUDIT_ARCH_I386, AUDIT_ARCH_ARM,
					    AUDIT_ARCH_X86_64,
					    AUDIT_ARCH_AARCH64, 0, ~0u };

	for (int nr = 0; nr <= 600; nr++) {
		compare_nr(filter, program, nr);
		compare_nr(filter, program, 0x40000000 | nr);
		for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign);
		     i++) {
			struct seccomp_data data = { .nr = nr,
						     .arch = foreign[i] };

			compare(filter, program, &data);
		}
	}
	compare_nr(filter, program, -1);
	compare_nr(filter, program, INT32_MIN);
	compare_nr(filter, program, INT32_MAX);
	compare_nr(filter, program, 0x3fffffff);
}

static void emit_and_compare(const struct filter *filter)
{
	struct bpf_program program;
	struct fh_error err = { 0 };

	check_int(bpf_emit(filter, &program, &err), 0);
	compare_all(filter, &program);
	bpf_program_done(&program);
	check(program.code == NULL);
}

#define N_FLAGS 6

static struct seccomp_request request_of(enum filter_arch arch,
					 enum syscall_policy base,
					 enum fh_deny on_deny,
					 unsigned flags)
{
	return (struct seccomp_request){
		.arch = arch,
		.base = base,
		.on_deny = on_deny,
		.only_unix_sockets = flags & 1,
		.tcp_ports_by_landlock = flags & 2,
		.allow_udp = flags & 4,
		.deny_listen_autobind = flags & 8,
		.deny_other_pids = flags & 16,
		.deny_write_exec = flags & 32,
	};
}

static void test_policies(void)
{
	static struct filter filter;

	for (int arch = 0; arch < N_FILTER_ARCHES; arch++) {
		for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
			struct seccomp_request request =
				request_of(arch, base, FH_DENY_ERRNO, 0);

			check_int(seccomp_compile(&request, &filter, NULL), 0);
			emit_and_compare(&filter);
		}
	}
}

static void test_requests(void)
{
	static struct filter filter;

	for (unsigned flags = 0; flags < 1u << N_FLAGS; flags++) {
		int base = (int)(flags % N_SYSCALL_POLICIES);
		int on_deny = (int)(flags / N_SYSCALL_POLICIES % 3);
		struct seccomp_request request =
			request_of(FILTER_ARCH_X86_64, base, on_deny, flags);

		check_int(seccomp_compile(&request, &filter, NULL), 0);
		emit_and_compare(&filter);
		request.arch = FILTER_ARCH_AARCH64;
		request.base = N_SYSCALL_POLICIES - 1 - base;
		check_int(seccomp_compile(&request, &filter, NULL), 0);
		emit_and_compare(&filter);
	}
}

static void test_init(void)
{
	static struct filter filter;

	for (int arch = 0; arch < N_FILTER_ARCHES; arch++) {
		seccomp_compile_init(arch, false, &filter);
		emit_and_compare(&filter);
		seccomp_compile_init(arch, true, &filter);
		emit_and_compare(&filter);
	}
}

/* A longer program would eat the budget of programs that filter themselves,
 * and the time that loading takes. */
static void test_sizes(void)
{
	static struct filter filter;
	struct bpf_program program;

	for (unsigned flags = 0; flags < 1u << N_FLAGS; flags++) {
		for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
			struct seccomp_request request = request_of(
				FILTER_ARCH_X86_64, base, FH_DENY_ERRNO, flags);

			check_int(seccomp_compile(&request, &filter, NULL), 0);
			check_int(bpf_emit(&filter, &program, NULL), 0);
			check(program.len < 250);
			bpf_program_done(&program);
		}
	}
}

static void test_deterministic(void)
{
	static struct filter filters[2];
	struct bpf_program programs[2];

	for (int i = 0; i < 2; i++) {
		struct seccomp_request request =
			request_of(FILTER_ARCH_X86_64, SYSCALLS_DEFAULT,
				   FH_DENY_ERRNO, 2 | 16 | 32);

		/* What was in the memory before must not matter. */
		memset(&filters[i], i ? 0xa5 : 0, sizeof(filters[i]));
		check_int(seccomp_compile(&request, &filters[i], NULL), 0);
		check_int(bpf_emit(&filters[i], &programs[i], NULL), 0);
	}
	check_int(programs[0].len, programs[1].len);
	check(memcmp(programs[0].code, programs[1].code,
		     programs[0].len * sizeof(struct sock_filter)) == 0);
	bpf_program_done(&programs[0]);
	bpf_program_done(&programs[1]);
}

static struct verdict random_verdict(void)
{
	struct verdict verdict = { .kind = (uint8_t)random_below(5) };

	if (verdict.kind == VERDICT_ERRNO)
		verdict.error = (uint16_t)(1 + random_below(30));
	return verdict;
}

static struct arg_test random_test(void)
{
	struct arg_test test = { .arg = (uint8_t)random_below(3),
				 .op = (uint8_t)random_below(6),
				 .is_wide = random_below(3) == 0 };

	/* Few values, so that neighbours often share a test. */
	test.value = (uint64_t)random_below(4) << (random_below(2) * 31);
	test.mask = random_below(3) ? 7 : random_next();
	return test;
}

static void random_filter(struct filter *filter, unsigned n_rules,
			  unsigned n_numbers)
{
	memset(filter, 0, sizeof(*filter));
	filter->arch = random_below(N_FILTER_ARCHES);
	for (int nr = 0; nr < FILTER_NR_MAX; nr++)
		filter->by_nr[nr] = nr > 0 && random_below(3) ?
					    filter->by_nr[nr - 1] :
					    random_verdict();
	for (unsigned i = 0; i < n_rules; i++) {
		struct filter_rule *rule = &filter->rules[i];

		rule->nr = (int16_t)random_below(n_numbers);
		rule->n_tests = (uint8_t)random_below(FILTER_TESTS_MAX + 1);
		for (unsigned t = 0; t < rule->n_tests; t++)
			rule->tests[t] = random_test();
		if (i > 0 && random_below(2))
			rule->tests[0] = filter->rules[i - 1].tests[0];
		rule->verdict = random_verdict();
	}
	filter->n_rules = n_rules;
}

/* Jumps beyond 255, wide arguments, every operator, shared and cut tests. */
static void test_random(void)
{
	static struct filter filter;
	struct bpf_program program;
	unsigned n_long = 0;

	for (unsigned round = 0; round < 60; round++) {
		unsigned n_rules = random_below(FILTER_RULES_MAX / 2);
		unsigned n_numbers = 1 + random_below(round % 2 ? 4 : 200);
		int r;

		random_filter(&filter, n_rules, n_numbers);
		r = bpf_emit(&filter, &program, NULL);
		check_int(r, 0);
		n_long += program.len > 300;
		check_int(bpf_check(program.code, program.len), 0);
		compare_all(&filter, &program);
		bpf_program_done(&program);
	}
	check(n_long > 10);
}

static void test_too_big(void)
{
	static struct filter filter;
	struct bpf_program program;
	struct fh_error err = { 0 };

	for (int nr = 0; nr < FILTER_NR_MAX; nr++)
		filter.by_nr[nr] = (struct verdict){ VERDICT_ERRNO,
						     (uint16_t)(1 + nr) };
	for (int i = 0; i < FILTER_RULES_MAX; i++) {
		filter.rules[i] = (struct filter_rule){ .nr = (int16_t)i,
							.n_tests = 3 };
		for (unsigned t = 0; t < 3; t++) {
			filter.rules[i].tests[t] = random_test();
			filter.rules[i].tests[t].is_wide = true;
		}
	}
	filter.n_rules = FILTER_RULES_MAX;
	check_int(bpf_emit(&filter, &program, &err), -E2BIG);
	check_int(err.code, -E2BIG);
}

static const struct tap_test tests[] = {
	{ .name = "every policy, every number", .run = test_policies },
	{ .name = "every wish of a request",
	  .run = test_requests,
	  .seconds = 240 },
	{ .name = "the filter of init", .run = test_init },
	{ .name = "no policy takes 250 instructions", .run = test_sizes },
	{ .name = "equal filters give equal bytes", .run = test_deterministic },
	{ .name = "filters made at random", .run = test_random, .seconds = 240 },
	{ .name = "a filter too big is refused", .run = test_too_big },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
