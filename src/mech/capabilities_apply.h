/* Empties the capability sets for good, in the child. */
#ifndef FH_MECH_CAPABILITIES_APPLY_H
#define FH_MECH_CAPABILITIES_APPLY_H

#include "apply/child.h"

int capabilities_apply(struct box *box, struct child_failure *failure);
int no_new_privs_apply(struct box *box, struct child_failure *failure);

#endif
