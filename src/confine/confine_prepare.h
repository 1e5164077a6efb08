/* All that confining needs, got ready while nothing is changed yet. */
#ifndef FH_CONFINE_CONFINE_PREPARE_H
#define FH_CONFINE_CONFINE_PREPARE_H

#include "plan/plan.h"

struct confinement {
	const struct fh_plan *plan;
	struct box box;	      /* the part of it that the steps read */
	struct mount_op *ops; /* what Landlock grants; heap, owned with .fd */
	int ruleset_fd;       /* Landlock's, with all its rules; or -1 */
	int status_fd;	      /* /proc/thread-self/status; -1 without /proc */
	uint64_t puts_aside;  /* capabilities permitted but not effective */
	bool has_threads;     /* or may have: what cannot be seen counts */
	bool is_root_shut;    /* "/" could be opened, and will be refused */
};

/**
 * confine_prepare() - open paths, emit the filter, look at threads and ids
 * Return: 0; -EBUSY for what cannot be done to all threads; what opening says;
 *         -ENOMEM. ret is to be given to confinement_done() in any case
 */
int confine_prepare(const struct fh_plan *plan, struct confinement *ret,
		    struct fh_error *err);
void confinement_done(struct confinement *confinement);

#endif
