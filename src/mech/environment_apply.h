/* Descriptors, keys, signals and directory that a program starts with. */
#ifndef FH_MECH_ENVIRONMENT_APPLY_H
#define FH_MECH_ENVIRONMENT_APPLY_H

#include "apply/child.h"

int keyring_apply(struct box *box, struct child_failure *failure);
int streams_apply(struct box *box, struct child_failure *failure);
int close_sources_apply(struct box *box, struct child_failure *failure);
int descriptors_apply(struct box *box, struct child_failure *failure);
int signals_apply(struct box *box, struct child_failure *failure);
int cwd_apply(struct box *box, struct child_failure *failure);
int write_exec_apply(struct box *box, struct child_failure *failure);

/* Closes every descriptor from first on but those in keep, which is sorted
 * and holds none below first. Return: 0 or a negative errno */
int descriptors_close_but(unsigned int first, const int *keep, size_t n_keep);

/* Inserts into a sorted list that has room; returns its new length. */
size_t descriptors_insert(int *list, size_t n, int fd);

#endif
