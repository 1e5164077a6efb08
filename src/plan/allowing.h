/* Which option would let a refused system call through: tried, not guessed. */
#ifndef FH_PLAN_ALLOWING_H
#define FH_PLAN_ALLOWING_H

#include "plan/plan.h"

#define ALLOWING_MAX 64

/* The row of a number, an enum syscall_id, or -ENOENT. */
int allowing_call(const struct fh_plan *plan, int nr);

/**
 * allowing_option() - the option that would allow a call
 * @nr:   on the architecture of the plan
 * @args: as the filter sees them; NULL: the call as such
 * @ret:  "--allow-syscall ptrace"; "" when none would, or the call is allowed as
 *        it is
 *
 * A plan with the option is made, and its filter asked. Return: 0; -ESTALE for a
 * plan whose policy was changed; -ENOMEM. Then nothing is known, and ret is ""
 */
int allowing_option(const struct fh_plan *plan, int nr,
		    const uint64_t args[6], char ret[ALLOWING_MAX]);

#endif
