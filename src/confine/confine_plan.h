/* Plans what the calling process can have of a policy. */
#ifndef FH_CONFINE_CONFINE_PLAN_H
#define FH_CONFINE_CONFINE_PLAN_H

#include "plan/plan.h"

/**
 * confine_plan() - decide; pure
 * Return: as fh_plan_confine()
 */
int confine_plan(const struct fh_policy *policy, const struct fh_kernel *kernel,
		 struct fh_plan **ret, struct fh_error *err);

/* Which mechanism holds what in a process that confines itself. */
void confine_hold(struct fh_plan *plan);

/* The policy of system calls in force: strict, unless one was set. */
enum syscall_policy confine_base(const struct fh_policy *policy);

#endif
