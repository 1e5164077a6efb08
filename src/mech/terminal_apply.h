/* Takes the controlling terminal away, or gives another one, in the child. */
#ifndef FH_MECH_TERMINAL_APPLY_H
#define FH_MECH_TERMINAL_APPLY_H

#include "apply/child.h"

/* Init's: a pseudo-terminal that its session has, on the streams that are marked. */
int terminal_apply(struct box *box, struct child_failure *failure);

/* The program's: a session of its own, or in init's the group in the foreground. */
int session_apply(struct box *box, struct child_failure *failure);
int foreground_apply(struct box *box, struct child_failure *failure);

#endif
