/* Decides what Landlock shall hold, by the ABI that the kernel has. */
#ifndef FH_MECH_LANDLOCK_H
#define FH_MECH_LANDLOCK_H

struct fh_plan;

/* Fills plan->landlock: what is handled. Pure. */
void landlock_plan(struct fh_plan *plan);

/* The ABI that is used: the kernel's, or the newest known one. */
int landlock_abi_used(const struct fh_plan *plan);

#endif
