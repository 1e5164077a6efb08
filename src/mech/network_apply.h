/* Makes, enters and raises the box's own network, in the child. */
#ifndef FH_MECH_NETWORK_APPLY_H
#define FH_MECH_NETWORK_APPLY_H

#include "apply/child.h"

int network_start_apply(struct box *box, struct child_failure *failure);
int network_apply(struct box *box, struct child_failure *failure);
int loopback_apply(struct box *box, struct child_failure *failure);

#endif
