/* Ties the child to the launcher's life. */
#ifndef FH_MECH_LIFETIME_APPLY_H
#define FH_MECH_LIFETIME_APPLY_H

#include "apply/child.h"

int parent_death_apply(struct box *box, struct child_failure *failure);
int maps_apply(struct box *box, struct child_failure *failure);
int fork_apply(struct box *box, struct child_failure *failure);

#endif
