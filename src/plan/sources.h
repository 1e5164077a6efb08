/* The sources of the box's mounts: opened once, ordered, made consistent. */
#ifndef FH_PLAN_SOURCES_H
#define FH_PLAN_SOURCES_H

#include "plan/prepare.h"

/* Opens every planned mount into prepared->ops, parents before children. */
int sources_open(const struct fh_plan *plan, struct prepared *prepared,
		 struct fh_error *err);

#endif
