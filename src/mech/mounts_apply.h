/* Builds the box's file system tree, in the child. */
#ifndef FH_MECH_MOUNTS_APPLY_H
#define FH_MECH_MOUNTS_APPLY_H

#include "apply/child.h"

int propagation_apply(struct box *box, struct child_failure *failure);
int sources_apply(struct box *box, struct child_failure *failure);
int new_root_apply(struct box *box, struct child_failure *failure);
int mounts_apply(struct box *box, struct child_failure *failure);
int root_switch_apply(struct box *box, struct child_failure *failure);

#endif
