/*
 * Takes the order out of the rules of a call.
 *
 * A case fixes some bits of the arguments. Of what is left of all arguments a rule
 * takes what it matches, and leaves the rest to the next rule: what one case is
 * without another are as many cases as the other fixes bits more.
 */
#include "exchange/call_cases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void call_cases_done(struct call_cases *cases)
{
	free(cases->list);
	*cases = (struct call_cases){ 0 };
}

static int add(struct call_cases *cases, const struct call_case *one)
{
	if (cases->n == CALL_CASES_MAX)
		return -E2BIG;
	if (cases->n == cases->size) {
		size_t size = cases->size ? cases->size * 2 : 32;
		void *more = realloc(cases->list, size * sizeof(*one));

		if (!more)
			return -ENOMEM;
		cases->list = more;
		cases->size = size;
	}
	cases->list[cases->n++] = *one;
	return 0;
}

/* Narrows a case. Return: is anything of it left? */
static bool narrow(struct call_case *one, unsigned arg, uint64_t mask,
		   uint64_t value)
{
	if ((one->value[arg] ^ value) & one->mask[arg] & mask)
		return false;
	one->mask[arg] |= mask;
	one->value[arg] |= value & mask;
	return true;
}

static bool intersect(const struct call_case *a, const struct call_case *b,
		      struct call_case *ret)
{
	*ret = *a;
	for (unsigned arg = 0; arg < CASE_ARGS; arg++)
		if (!narrow(ret, arg, b->mask[arg], b->value[arg]))
			return false;
	return true;
}

/* Adds what is of @whole and not of @part: for each bit that @part fixes beyond it
 * those that agree with it in the bits before and differ in that one. */
static int add_without(const struct call_case *whole,
		       const struct call_case *part, struct call_cases *ret)
{
	struct call_case rest = *whole, both;
	int r = 0;

	if (!intersect(whole, part, &both))
		return add(ret, whole);
	for (unsigned arg = 0; arg < CASE_ARGS; arg++) {
		for (int bit = 63; r == 0 && bit >= 0; bit--) {
			uint64_t only = UINT64_C(1) << bit;
			struct call_case one = rest;

			if (!(part->mask[arg] & ~rest.mask[arg] & only))
				continue;
			narrow(&one, arg, only, ~part->value[arg] & only);
			r = add(ret, &one);
			narrow(&rest, arg, only, part->value[arg] & only);
		}
	}
	return r;
}

/* Adds the cases in which the bits of a mask are greater than those of a value. */
static int add_greater(uint64_t mask, uint64_t value, unsigned arg,
		       struct call_cases *ret)
{
	uint64_t above = 0;
	int r = 0;

	for (int bit = 63; r == 0 && bit >= 0; bit--) {
		uint64_t only = UINT64_C(1) << bit;
		struct call_case one = { 0 };

		if (!(mask & only))
			continue;
		if (!(value & only)) {
			narrow(&one, arg, above | only, (value & above) | only);
			r = add(ret, &one);
		}
		above |= only;
	}
	return r;
}

static int add_equal(uint64_t mask, uint64_t value, unsigned arg,
		     struct call_cases *ret)
{
	struct call_case one = { 0 };

	if (value & ~mask)
		return 0;
	narrow(&one, arg, mask, value);
	return add(ret, &one);
}

static int add_different(uint64_t mask, uint64_t value, unsigned arg,
			 struct call_cases *ret)
{
	static const struct call_case all;
	struct call_case equal = { 0 };

	if (value & ~mask)
		return add(ret, &all);
	narrow(&equal, arg, mask, value);
	return add_without(&all, &equal, ret);
}

/* The cases in which one test holds. */
static int add_test(const struct arg_test *test, struct call_cases *ret)
{
	uint64_t width = test->is_wide ? UINT64_MAX : UINT32_MAX;
	uint64_t value = test->value & width;
	int r = 0;

	switch (test->op) {
	case ARG_EQ:
		return add_equal(width, value, test->arg, ret);
	case ARG_NE:
		return add_different(width, value, test->arg, ret);
	case ARG_MASKED_EQ:
		return add_equal(test->mask & width, value, test->arg, ret);
	case ARG_MASKED_NE:
		return add_different(test->mask & width, value, test->arg, ret);
	case ARG_GE:
		r = add_equal(width, value, test->arg, ret);
		if (r < 0)
			return r;
		/* fall through */
	case ARG_GT:
		return add_greater(width, value, test->arg, ret);
	}
	invariant(false);
	return -EINVAL;
}

/* The cases in which all tests of a rule hold. */
static int rule_cases(const struct filter_rule *rule, struct call_cases *ret)
{
	static const struct call_case all;
	int r = add(ret, &all);

	for (unsigned t = 0; r == 0 && t < rule->n_tests; t++) {
		struct call_cases test = { 0 }, both = { 0 };
		struct call_case one;

		r = add_test(&rule->tests[t], &test);
		for (size_t i = 0; r == 0 && i < ret->n * test.n; i++)
			if (intersect(&ret->list[i / test.n],
				      &test.list[i % test.n], &one))
				r = add(&both, &one);
		call_cases_done(&test);
		call_cases_done(ret);
		*ret = both;
	}
	return r;
}

/* Moves what @part takes of @left to @ret, with its verdict. */
static int take_case(const struct call_case *part, struct verdict verdict,
		     struct call_cases *left, struct call_cases *ret)
{
	struct call_cases rest = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < left->n; i++) {
		struct call_case both;

		if (intersect(&left->list[i], part, &both)) {
			both.verdict = verdict;
			r = add(ret, &both);
		}
		if (r == 0)
			r = add_without(&left->list[i], part, &rest);
	}
	call_cases_done(left);
	*left = rest;
	return r;
}

static int take_rule(const struct filter_rule *rule, struct call_cases *left,
		     struct call_cases *ret)
{
	struct call_cases parts = { 0 };
	int r = rule_cases(rule, &parts);

	for (size_t i = 0; r == 0 && i < parts.n; i++)
		r = take_case(&parts.list[i], rule->verdict, left, ret);
	call_cases_done(&parts);
	return r;
}

int call_cases_of(const struct filter *filter, int nr, struct call_cases *ret)
{
	static const struct call_case all;
	struct call_cases left = { 0 }, cases = { 0 };
	int r = add(&left, &all);

	for (size_t i = 0; r == 0 && i < filter->n_rules; i++)
		if (filter->rules[i].nr == nr)
			r = take_rule(&filter->rules[i], &left, &cases);
	for (size_t i = 0; r == 0 && i < left.n; i++) {
		left.list[i].verdict = filter->by_nr[nr];
		r = add(&cases, &left.list[i]);
	}
	call_cases_done(&left);
	if (r < 0)
		call_cases_done(&cases);
	else
		*ret = cases;
	return r;
}
