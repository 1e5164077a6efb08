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

/* One step more, when ids and limits have changed and the filter does not stand
 * yet: a role of a broker has some. @take returns 0 or a negative errno. */
struct confine_extra {
	const char *action; /* "ask to die with" */
	const char *object; /* "the monitor" */
	int (*take)(const void *ctx);
	const void *ctx;
};

/* The same with such a step; extra may be NULL. */
int confine_carry_out_with(const struct fh_plan *plan,
			   const struct confine_extra *extra,
			   const struct fh_log *log, struct fh_error *err);

#endif
