/* Ends what a program left behind where no pid namespace does. */
#ifndef FH_APPLY_INIT_DESCENDANTS_H
#define FH_APPLY_INIT_DESCENDANTS_H

#include "apply/child.h"

/*
 * Without a pid namespace nobody else kills what the program left behind.
 * Orphans come to init (a subreaper), so killing its children until none is left
 * reaches every descendant.
 */
struct init_descendants {
	int children; /* /proc/self/task/../children; -1 with a pid namespace */
};

int init_descendants_open(struct init_descendants *ret, const struct box *box,
			  struct child_failure *failure);

/* Kills and reaps all but one. @spared: a child of init; 0: none is spared
 * Return: has that one ended meanwhile, with *ret_status? */
bool init_descendants_end(const struct init_descendants *descendants,
			  pid_t spared, int *ret_status);

/* Whichever child has ended. Return: 0, with *ret_pid 0 if none has; or a negative
 * errno: there is no child */
int init_wait_any(pid_t *ret_pid, int *ret_status);

#define INIT_REAP_BATCH 256 /* between two looks at anything else */

#endif
