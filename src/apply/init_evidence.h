/* Shows that a box has all the processes that it may have. */
#ifndef FH_APPLY_INIT_EVIDENCE_H
#define FH_APPLY_INIT_EVIDENCE_H

#include "apply/child.h"

/* Has init bound by the program's own ceiling of processes, so that it meets it. */
int init_evidence_prepare(const struct box *box, struct child_failure *failure);

/* To be asked when the program has been reaped and nothing else ended: could no
 * process be made while it was there? */
bool init_has_no_process_left(const struct box *box, pid_t program);

#endif
