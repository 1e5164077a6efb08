/* Decides of each failed call of a traced program whether the box refused it. */
#ifndef FH_EXPLAIN_EXPLAIN_H
#define FH_EXPLAIN_EXPLAIN_H

#include "explain/refusals.h"
#include "plan/prepare.h"
#include "supervise/trace.h"

/*
 * A fence is blamed only if all three hold:
 *   1. the errno is one that this fence gives for this call,
 *   2. the plan that was carried out refuses this very object,
 *   3. outside, this user would get the same access by the ordinary rules.
 * All else is the program's own affair. What is looked at outside is looked at by
 * name, never opened, and while the thread that asked stands still.
 */
struct explain;

/**
 * explain_new() - for a box that is about to be started
 * @plan:     must outlive it
 * @prepared: until explain_keep(), borrowed
 * @ret_rows: where refusals are added; must outlive it
 * @ret:      freed with explain_free()
 * Return: 0 or -ENOMEM
 */
int explain_new(const struct fh_plan *plan, struct prepared *prepared,
		struct refusals *ret_rows, struct explain **ret,
		struct fh_error *err);

/* The box stands: takes over what was prepared, of which names and rights are kept. */
void explain_keep(struct explain *explain, struct prepared *prepared);
struct trace *explain_trace(struct explain *explain);

/* All has ended: at the time limit? */
void explain_end(struct explain *explain, bool is_timed_out);
void explain_free(struct explain *explain);

#endif
