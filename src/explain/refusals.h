/* The list of what a box was refused: told apart, counted, bounded. */
#ifndef FH_EXPLAIN_REFUSALS_H
#define FH_EXPLAIN_REFUSALS_H

#include <fumehood/refusal.h>

#include "plan/box.h"
#include "plan/plan.h"

#define REFUSALS_MAX 256

/* "seccomp", "mount namespace"; NULL past the last */
const char *refusal_layer_name(int layer);

struct refusals {
	struct fh_refusal *rows; /* heap; NULL while empty */
	size_t n;
	uint64_t lost; /* refusals that found no row */
};

/* The same layer, call, wanted, object and code count as one: .times is added.
 * Return: 0, also when there is no room; -ENOMEM */
int refusals_add(struct refusals *refusals, const struct fh_refusal *refusal);
void refusals_done(struct refusals *refusals);

/**
 * refusal_of_syscall() - what init, or a tracer, saw of a call that the filter refused
 * @nr:   on the architecture of the plan
 * @args: as the filter saw them
 * @code: what it was answered, positive
 *
 * Fills in call, object ("AF_PACKET", "TIOCSTI"), rule, option and advice; not pid,
 * program and times.
 */
void refusal_of_syscall(const struct fh_plan *plan, int nr,
			const uint64_t args[6], int code,
			struct fh_refusal *ret);

#endif
