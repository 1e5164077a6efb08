/* What a seccomp profile says of a case: of all arguments that it leaves open. */
#include "exchange/oci_match.h"

enum truth { NEVER, SOMETIMES, ALWAYS };

/* What a test says of all arguments that a case leaves open. */
static enum truth test_case(const struct oci_test *test,
			    const struct call_case *one)
{
	uint64_t mask = one->mask[test->arg], fixed = one->value[test->arg];
	uint64_t least = fixed, most = fixed | ~mask;
	uint64_t wanted = test->op == OCI_MASKED_EQ ? test->value : UINT64_MAX;
	uint64_t value = test->op == OCI_MASKED_EQ ? test->value_two
						   : test->value;
	bool differs = (fixed ^ value) & mask & wanted;
	/* Bits beyond the mask: never true by the specification, but libseccomp
	 * takes them off. */
	bool equals = !differs && !(wanted & ~mask) && !(value & ~wanted);

	switch (test->op) {
	case OCI_EQ:
	case OCI_MASKED_EQ:
		return differs ? NEVER : equals ? ALWAYS : SOMETIMES;
	case OCI_NE:
		return differs ? ALWAYS : equals ? NEVER : SOMETIMES;
	case OCI_LT:
		return most < value ? ALWAYS : least >= value ? NEVER : SOMETIMES;
	case OCI_LE:
		return most <= value ? ALWAYS : least > value ? NEVER : SOMETIMES;
	case OCI_GE:
		return least >= value ? ALWAYS : most < value ? NEVER : SOMETIMES;
	case OCI_GT:
		return least > value ? ALWAYS : most <= value ? NEVER : SOMETIMES;
	}
	return SOMETIMES;
}

/* Runtimes take tests of one argument for alternatives, the specification does not:
 * where they would differ, nothing is certain but what both say. */
static bool repeats_argument(const struct oci_rule *rule)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < rule->n_tests; i++) {
		if (seen & 1u << rule->tests[i].arg)
			return true;
		seen |= 1u << rule->tests[i].arg;
	}
	return false;
}

static enum truth match(const struct oci_rule *rule,
			const struct call_case *one)
{
	size_t n_never = 0, n_always = 0;

	for (size_t i = 0; i < rule->n_tests; i++) {
		enum truth truth = test_case(&rule->tests[i], one);

		n_never += truth == NEVER;
		n_always += truth == ALWAYS;
	}
	if (n_always == rule->n_tests)
		return ALWAYS;
	if (repeats_argument(rule))
		return n_never == rule->n_tests ? NEVER : SOMETIMES;
	return n_never ? NEVER : SOMETIMES;
}

bool oci_allows(const struct oci_file *file, unsigned int call,
		const struct call_case *one)
{
	bool is_allowed = file->allows_rest;

	for (const struct oci_rule *rule = file->rules; rule;
	     rule = rule->next) {
		if (!rule->calls.has[call] || rule->force == OCI_NEVER)
			continue;
		if (!rule->is_allow && match(rule, one) != NEVER)
			return false;
		if (rule->is_allow && rule->force == OCI_ALWAYS &&
		    match(rule, one) == ALWAYS)
			is_allowed = true;
	}
	return is_allowed;
}
