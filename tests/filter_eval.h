/* What a filter means, said in the plainest way: the yardstick for BPF. */
#ifndef FH_TESTS_FILTER_EVAL_H
#define FH_TESTS_FILTER_EVAL_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "mech/bpf_run.h"
#include "mech/seccomp.h"
#include "tap.h"

static const uint32_t eval_arch[N_FILTER_ARCHES] = {
	[FILTER_ARCH_X86_64] = AUDIT_ARCH_X86_64,
	[FILTER_ARCH_AARCH64] = AUDIT_ARCH_AARCH64,
};

static inline uint32_t eval_action(struct verdict verdict)
{
	switch (verdict.kind) {
	case VERDICT_ALLOW:
		return SECCOMP_RET_ALLOW;
	case VERDICT_LOG:
		return SECCOMP_RET_LOG;
	case VERDICT_TRACE:
		return SECCOMP_RET_TRACE;
	case VERDICT_ERRNO:
		return SECCOMP_RET_ERRNO | verdict.error;
	case VERDICT_KILL:
		return SECCOMP_RET_KILL_PROCESS;
	}
	return SECCOMP_RET_ERRNO | ENOSYS;
}

static inline bool eval_test(const struct arg_test *test, const uint64_t *args)
{
	uint64_t keep = test->is_wide ? ~0ull : 0xffffffff;
	uint64_t arg = args[test->arg] & keep;
	uint64_t value = test->value & keep;

	switch (test->op) {
	case ARG_EQ:
		return arg == value;
	case ARG_NE:
		return arg != value;
	case ARG_MASKED_EQ:
		return (arg & test->mask) == value;
	case ARG_MASKED_NE:
		return (arg & test->mask) != value;
	case ARG_GT:
		return arg > value;
	case ARG_GE:
		return arg >= value;
	}
	tap_fail(__FILE__, __LINE__, "op %d", test->op);
}

static inline uint32_t eval(const struct filter *filter,
			    const struct seccomp_data *data)
{
	if (data->arch != eval_arch[filter->arch])
		return SECCOMP_RET_KILL_PROCESS;
	if (data->nr < 0 || data->nr >= FILTER_NR_MAX)
		return SECCOMP_RET_ERRNO | ENOSYS;
	for (size_t i = 0; i < filter->n_rules; i++) {
		const struct filter_rule *rule = &filter->rules[i];
		unsigned n_held = 0;

		if (rule->nr != data->nr)
			continue;
		while (n_held < rule->n_tests &&
		       eval_test(&rule->tests[n_held],
				 (const uint64_t *)data->args))
			n_held++;
		if (n_held == rule->n_tests)
			return eval_action(rule->verdict);
	}
	return eval_action(filter->by_nr[data->nr]);
}

/* A small generator of our own, so that every machine tests the same. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static inline uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static inline unsigned random_below(unsigned n)
{
	return (unsigned)((random_next() >> 11) % n);
}

/* A value that lies where a test could go wrong. */
static inline uint64_t edge_value(const struct arg_test *test)
{
	uint64_t value = test->value;

	switch (random_below(12)) {
	case 0:
		return value - 1;
	case 1:
		return value + 1;
	case 2:
		return value | 1ull << 32;
	case 3:
		return value | 0xffffffffull << 32;
	case 4:
		return value ^ 1ull << random_below(64);
	case 5:
		return 0;
	case 6:
		return ~0ull;
	case 7:
		return value | ~test->mask;
	case 8:
		return value | (random_next() & ~test->mask);
	case 9:
		return value | test->mask;
	case 10:
		return value | (test->mask & random_next());
	}
	return value;
}

/* Arguments for one rule: all edges, most of them near to holding. */
static inline void edge_args(const struct filter_rule *rule, uint64_t *ret)
{
	for (unsigned i = 0; i < 6; i++)
		ret[i] = random_below(2) ? 0 : random_next();
	for (unsigned i = 0; i < rule->n_tests; i++)
		ret[rule->tests[i].arg] = random_below(4) ?
						  rule->tests[i].value :
						  edge_value(&rule->tests[i]);
}

#endif
