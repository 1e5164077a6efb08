/* Gives the box a host name of its own. */
#ifndef FH_MECH_HOSTNAME_APPLY_H
#define FH_MECH_HOSTNAME_APPLY_H

#include "apply/child.h"

int hostname_apply(struct box *box, struct child_failure *failure);

#endif
