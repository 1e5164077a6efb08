/* What is opened of a plan's sources, while it is. */
#ifndef FH_PLAN_OPENER_H
#define FH_PLAN_OPENER_H

#include <limits.h>

#include "plan/prepare.h"

struct opener {
	const struct fh_plan *plan;
	struct prepared *prepared;
	size_t size; /* room in prepared->ops */
	int abi;
	char cwd[PATH_MAX]; /* "" until something relative needs it */
	struct fh_error *err;
};

/* One operation more; NULL when out of memory, with err. */
struct mount_op *opener_add(struct opener *o, const struct plan_mount *from);

/* Return: -ENOMEM, with err */
int opener_no_memory(struct opener *o);

/* What is hidden must not show through a bind of something above it either:
 * each --bind around it gets a cover of its own. Return: 0 or -ENOMEM */
int opener_reflect_hides(struct opener *o);

#endif
