/* Takes the controlling terminal away, in the child. */
#ifndef FH_MECH_TERMINAL_APPLY_H
#define FH_MECH_TERMINAL_APPLY_H

#include "apply/child.h"

int session_apply(struct box *box, struct child_failure *failure);

#endif
