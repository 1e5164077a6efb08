/* Puts a plan's fences around the calling process. */
#ifndef FH_CONFINE_CONFINE_H
#define FH_CONFINE_CONFINE_H

#include <fumehood/log.h>

#include "plan/plan.h"

/**
 * confine_carry_out() - open what the policy names, then take each step
 * @plan: of confine_plan()
 * @log:  may be NULL
 *
 * Return: as fh_confine(); with another stage than FH_STAGE_APPLY nothing was
 *         changed
 */
int confine_carry_out(const struct fh_plan *plan, const struct fh_log *log,
		      struct fh_error *err);

#endif
