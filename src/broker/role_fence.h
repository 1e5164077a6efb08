/* How a role confines itself. */
#ifndef FH_BROKER_ROLE_FENCE_H
#define FH_BROKER_ROLE_FENCE_H

#include <stdbool.h>
#include <sys/types.h>

#include "broker/broker.h"
#include "probe/kernel.h"

/* Return: 0; -EBUSY with other threads running, or perhaps running */
int role_check_threads(struct fh_error *err);

/* At the start of a role, before it has done anything: no dumps, no tracers, its
 * own name, and no descriptors but those.
 * @keep: sorted by it. Return: 0, -EBUSY as above, or another negative errno */
int role_hide(const char *program, int *keep, size_t n_keep,
	      struct fh_error *err);

/**
 * role_fence() - confine this process for good
 * @monitor: with whose end ours comes; 0: nobody's
 *
 * Return: as fh_confine(); -ECHILD when the monitor is no more
 */
int role_fence(const struct fh_policy *policy, const struct fh_kernel *kernel,
	       pid_t monitor, const struct fh_log *log, struct fh_error *err);

#endif
