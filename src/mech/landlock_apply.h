/* Builds and enters the Landlock domain, in the child. */
#ifndef FH_MECH_LANDLOCK_APPLY_H
#define FH_MECH_LANDLOCK_APPLY_H

#include "apply/child.h"

/* In two halves: what can fail for many reasons, and what cannot be undone.
 * landlock_make() returns the ruleset's descriptor. */
int landlock_make(const struct box *box, struct child_failure *failure);
int landlock_enter(int ruleset, const struct box *box,
		   struct child_failure *failure);

int landlock_apply(struct box *box, struct child_failure *failure);

#endif
