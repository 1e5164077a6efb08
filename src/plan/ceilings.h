/* The ceilings of a plan: rows that say who holds each. */
#ifndef FH_PLAN_CEILINGS_H
#define FH_PLAN_CEILINGS_H

#include "plan/plan.h"

/* The setting of a ceiling; NULL past the last one. */
const char *ceiling_name(int ceiling);

/* The guarantee that it counts for; -1 for none. */
int ceiling_guarantee(int ceiling);

/* Does the policy ask for what a cgroup alone holds, or holds best? Else nobody
 * looks for one: it would cost more than the box. */
bool plan_asks_cgroup(const struct fh_policy *policy,
		      const struct fh_kernel *kernel);

/* What the box's cgroup has to hold, if it gets one. */
void plan_cgroup(struct fh_plan *plan);

/* Fills .ceilings, and from them the guarantees memory, pids, cpu, disk, time. */
void plan_hold_ceilings(struct fh_plan *plan);

/* Is memory held by a limit of each process, and by the size of each storage? */
bool plan_limits_data(const struct fh_plan *plan);

/* How many processes of ours are in a box, beside the program's. */
uint64_t plan_own_processes(const struct fh_policy *policy);

#endif
