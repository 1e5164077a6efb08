/* Raises the loopback of the box's own network. */
#ifndef FH_MECH_NETWORK_APPLY_H
#define FH_MECH_NETWORK_APPLY_H

#include "apply/child.h"

int loopback_apply(struct box *box, struct child_failure *failure);

#endif
