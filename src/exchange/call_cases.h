/* What a filter says of one call, as cases of which at most one is true: for those
 * whose rules have no order. */
#ifndef FH_EXCHANGE_CALL_CASES_H
#define FH_EXCHANGE_CALL_CASES_H

#include "mech/filter.h"

#define CASE_ARGS 6

/* True when (argument & mask) == value for each of the six; a mask of 0 asks for
 * nothing. No value has a bit that its mask has not. */
struct call_case {
	uint64_t mask[CASE_ARGS];
	uint64_t value[CASE_ARGS];
	struct verdict verdict;
};

struct call_cases {
	struct call_case *list; /* heap; call_cases_done() frees */
	size_t n, size;
};

/* More of one call are no filter of ours, but a mistake. */
#define CALL_CASES_MAX 4096

/**
 * call_cases_of() - all cases of a number: one of them is always true
 * Return: 0; -ENOMEM; -E2BIG past CALL_CASES_MAX
 */
int call_cases_of(const struct filter *filter, int nr, struct call_cases *ret);

void call_cases_done(struct call_cases *cases);

#endif
