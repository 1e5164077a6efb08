/* Drops groups and ids, in the child. */
#ifndef FH_MECH_IDENTITY_APPLY_H
#define FH_MECH_IDENTITY_APPLY_H

#include "apply/child.h"

int identity_apply(struct box *box, struct child_failure *failure);

#endif
