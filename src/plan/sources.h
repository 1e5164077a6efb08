/* The sources of the box's mounts: opened once, ordered, made consistent. */
#ifndef FH_PLAN_SOURCES_H
#define FH_PLAN_SOURCES_H

#include "plan/prepare.h"

/* Opens every planned mount into prepared->ops, parents before children.
 * Return: 0 or a negative errno; what is open stays prepared's */
int sources_open(const struct fh_plan *plan, struct prepared *prepared,
		 struct fh_error *err);

/* Orders the operations, merges those of one target, finds out which lies in
 * which, and refuses what contradicts. */
int sources_nest(const struct fh_plan *plan, struct prepared *prepared,
		 struct fh_error *err);

/* Fills .attr and .landlock of an operation from its .access. */
void mount_op_restrict(struct mount_op *op, bool is_device, uint64_t extra,
		       int abi);

#endif
