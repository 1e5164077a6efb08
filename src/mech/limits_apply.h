/* Sets the ceilings that need no cgroup, in the child. */
#ifndef FH_MECH_LIMITS_APPLY_H
#define FH_MECH_LIMITS_APPLY_H

#include "apply/child.h"

int pid_max_apply(struct box *box, struct child_failure *failure);
int proc_apply(struct box *box, struct child_failure *failure);
int rlimits_apply(struct box *box, struct child_failure *failure);

#endif
