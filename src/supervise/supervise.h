/* Starts a prepared box and stays with it until nothing of it is left. */
#ifndef FH_SUPERVISE_SUPERVISE_H
#define FH_SUPERVISE_SUPERVISE_H

#include "plan/prepare.h"
#include "supervise/result.h"

/* Called once, when all fences stand and the program is about to start; lost:
 * MECHANISM bits that the kernel refused after all. */
struct box_watcher {
	void (*starting)(void *ctx, uint32_t lost);
	void *ctx;
};

/**
 * box_run() - run the program of a box and wait for its end
 * @timeout_ms: POLICY_UNLIMITED for none
 * @watcher:    told of the start; may be NULL
 *
 * Blocks all signals while it runs, passes those that arrive on to the
 * program, and restores the mask. Forks; the caller must have no other
 * threads.
 *
 * Return: 0 when the program started, whatever came of it; a negative errno
 *         when it did not: ret->reason is FH_END_NOT_STARTED and ret->error
 *         says why
 */
int box_run(struct box *box, uint64_t timeout_ms,
	    const struct box_watcher *watcher, struct fh_result *ret);

#endif
