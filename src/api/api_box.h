/* A box that was spawned: the object behind struct fh_box. */
#ifndef FH_API_API_BOX_H
#define FH_API_API_BOX_H

#include <fumehood/spawn.h>

#include "explain/explain.h"
#include "explain/refusals.h"
#include "plan/plan.h"
#include "supervise/running.h"
#include "supervise/streams.h"

struct fh_box {
	struct running running;
	struct streams streams;
	const struct fh_plan *plan; /* as it was carried out */
	struct fh_plan *own_plan;   /* to be freed; NULL when borrowed */
	struct fh_plan *view; /* a changed copy of a borrowed one, or NULL */
	struct fh_policy *policy; /* own copy; NULL when borrowed */
	struct explain *explain; /* NULL without FH_SPAWN_EXPLAIN */
	struct box_account *account; /* its own allocation: filled when asked for */
};

/* What the box was refused. */
struct box_account {
	bool has_syscalls; /* what init counted is among .refusals */
	struct refusals refusals;
};

/* Init passes on what a program may be sent: the classic signals. */
#define FORWARDED_SIGNALS_MAX 31

/* fh_spawn() and fh_spawn_plan() with arguments that were checked: by a plan,
 * or where that is NULL by one that is made of the policy. */
int box_spawn(const struct fh_policy *policy, const struct fh_plan *plan,
	      char *const argv[], const struct fh_spawn_options *options,
	      struct fh_box **ret, struct fh_error *err);
void box_free(struct fh_box *box);

/* Only the thread that started a box that is explained can let it go on.
 * Return: 0 or -EINVAL */
int box_need_tracer(const struct fh_box *box, const char *function,
		    struct fh_error *err);

#endif
