/* Locks the mounts and refuses further user namespaces, in the child. */
#ifndef FH_MECH_USERNS_APPLY_H
#define FH_MECH_USERNS_APPLY_H

#include "apply/child.h"

int lock_apply(struct box *box, struct child_failure *failure);

#endif
