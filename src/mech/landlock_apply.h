/* Builds and enters the Landlock domain, in the child. */
#ifndef FH_MECH_LANDLOCK_APPLY_H
#define FH_MECH_LANDLOCK_APPLY_H

#include "apply/child.h"

int landlock_apply(struct box *box, struct child_failure *failure);

#endif
