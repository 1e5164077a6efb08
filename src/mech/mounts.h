/* Decides what appears in the box's file system, and where. */
#ifndef FH_MECH_MOUNTS_H
#define FH_MECH_MOUNTS_H

#include "base/error.h"

struct fh_plan;

/* Fills plan->mounts from the default tree and the grants. Pure.
 * Return: 0, -EINVAL for contradicting grants, -ENOMEM */
int mounts_plan(struct fh_plan *plan, struct fh_error *err);

#endif
