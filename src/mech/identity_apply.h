/* Drops groups and ids, in the child. */
#ifndef FH_MECH_IDENTITY_APPLY_H
#define FH_MECH_IDENTITY_APPLY_H

#include "apply/child.h"

/* Groups and ids, checked afterwards; no more than that. */
int identity_change(struct box *box, struct child_failure *failure);

int identity_apply(struct box *box, struct child_failure *failure);

#endif
