/* What a box has cost, and which of its ceilings it reached. */
#ifndef FH_SUPERVISE_COSTS_H
#define FH_SUPERVISE_COSTS_H

#include <sys/resource.h>

#include "supervise/running.h"

/**
 * costs_take() - fill in .result, once it says how the box ended
 * @usage: of init, which has been reaped
 *
 * Reads the account of the box's cgroup, which is still there, and lets that
 * correct the reason: what the kernel killed for its memory, init cannot tell from
 * what somebody else killed.
 */
void costs_take(struct running *running, const struct rusage *usage);

#endif
