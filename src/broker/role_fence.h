/* How a role confines itself. */
#ifndef FH_BROKER_ROLE_FENCE_H
#define FH_BROKER_ROLE_FENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "broker/broker.h"
#include "probe/kernel.h"

/* At the start of a role, before it has done anything: no dumps, no tracers, its
 * own name, and no descriptors but those.
 * @keep: sorted by it. Return: 0 or a negative errno */
int role_hide(const char *program, int *keep, size_t n_keep,
	      struct fh_error *err);

/**
 * role_fence() - confine this process for good
 * @policy:  its list of descriptors to keep is of no concern here
 * @monitor: whose end is ours; 0: nobody's
 * @signals: may it send signals to its children, who have other fences?
 *
 * Return: as fh_confine(); -ECHILD when the monitor is no more
 */
int role_fence(struct fh_policy *policy, const struct fh_kernel *kernel,
	       pid_t monitor, bool signals, const struct fh_log *log,
	       struct fh_error *err);

#endif
