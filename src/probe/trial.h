/* Tries the namespaces for real, in a child that nobody misses. */
#ifndef FH_PROBE_TRIAL_H
#define FH_PROBE_TRIAL_H

#include "probe/kernel.h"

/**
 * trial_run() - try each of enum namespace_trial
 * @ret: 0 or the negative errno of each; -ECANCELED for what could not be
 *       tried because something before it failed
 *
 * A sysctl tells only what it is meant to do; security modules and container
 * runtimes let a namespace be created and then refuse all that it is for.
 * Return: 0, or a negative errno when the child could not be made
 */
int trial_run(int ret[N_TRIALS], struct fh_error *err);

#endif
