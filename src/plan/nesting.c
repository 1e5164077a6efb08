/* Puts the opened sources in an order that can be mounted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "mech/landlock.h"
#include "plan/sources.h"
#include "sys/mounts_calls.h"

struct nester {
	const struct fh_plan *plan;
	struct prepared *prepared;
	struct fh_error *err;
};

static int compare_ops(const void *a, const void *b)
{
	const struct mount_op *x = a, *y = b;

	return path_compare(x->target, y->target);
}

static bool is_grant(const struct mount_op *op)
{
	return strcmp(op->origin, "default") != 0;
}

/* What from is stands in the place of into, whose descriptor from then has to
 * let go of. */
static void take_over(struct mount_op *into, struct mount_op *from)
{
	struct mount_op swap = *into;

	*into = *from;
	*from = swap;
}

static bool is_same_bind(const struct mount_op *a, const struct mount_op *b)
{
	return a->kind == MOUNT_BIND && b->kind == MOUNT_BIND &&
	       a->inode == b->inode && a->device == b->device;
}

static void unite(struct nester *o, struct mount_op *into,
		  const struct mount_op *from)
{
	if (is_grant(from))
		into->origin = from->origin;
	into->is_least &= from->is_least;
	into->access |= from->access;
	into->is_entry |= from->is_entry;
	mount_op_restrict(into, !(into->attr & MNT_ATTR_NODEV),
			  into->landlock | from->landlock,
			  landlock_abi_used(o->plan));
}

static bool is_own_directory(const struct mount_op *op)
{
	return op->kind == MOUNT_DIRECTORY && !is_grant(op);
}

/* Of two different things at one target, does the newcomer win? A link gives
 * way to what is no link, an empty directory to all else, an entry of a whole root to what hides it, and what
 * the box would put there by itself to any grant. Otherwise -1. */
static int newcomer_wins(const struct mount_op *into,
			 const struct mount_op *from)
{
	if (into->kind == MOUNT_SYMLINK || from->kind == MOUNT_SYMLINK)
		return from->kind != MOUNT_SYMLINK;
	if (is_own_directory(into) || is_own_directory(from))
		return is_own_directory(into);
	if (into->kind == MOUNT_HIDE && (from->is_entry ||
					 from->kind == MOUNT_HIDE))
		return 0;
	if (from->kind == MOUNT_HIDE && into->is_entry)
		return 1;
	if (is_grant(into) != is_grant(from))
		return is_grant(from);
	return -1;
}

static int merge(struct nester *o, struct mount_op *into,
		 struct mount_op *from)
{
	if (is_same_bind(into, from)) {
		unite(o, into, from);
		return 0;
	}
	/* No grant stands in the place of the box's /proc. */
	if (into->kind == MOUNT_PROC || from->kind == MOUNT_PROC) {
		error_set(o->err, FH_STAGE_PREPARE, -EINVAL,
			"%s %s: the box has a /proc of its own",
			is_grant(into) ? into->origin : from->origin,
			into->target);
		error_remedy(o->err, "leave it out");
		return -EINVAL;
	}
	switch (newcomer_wins(into, from)) {
	case 0:
		return 0;
	case 1:
		take_over(into, from);
		return 0;
	}
	error_set(o->err, FH_STAGE_PREPARE, -EINVAL,
		"%s and %s contradict each other about %s", into->origin,
		from->origin, into->target);
	error_remedy(o->err, "leave one of them out");
	return -EINVAL;
}

static int merge_all(struct nester *o)
{
	struct box *box = &o->prepared->box;
	struct mount_op *ops = o->prepared->ops;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < box->n_mounts; i++) {
		if (n && strcmp(ops[n - 1].target, ops[i].target) == 0) {
			r = r < 0 ? r : merge(o, &ops[n - 1], &ops[i]);
			if (ops[i].fd >= 0)
				close(ops[i].fd);
			continue;
		}
		if (n != i)
			ops[n] = ops[i];
		n++;
	}
	box->n_mounts = n;
	return r;
}

/* A link that only the box puts there, such as /var/tmp, makes way for a
 * grant beneath it. */
static void drop_links(struct nester *o)
{
	struct box *box = &o->prepared->box;
	struct mount_op *ops = o->prepared->ops;
	size_t n = 0;

	for (size_t i = 0; i < box->n_mounts; i++) {
		if (ops[i].kind == MOUNT_SYMLINK && !ops[i].source &&
		    !is_grant(&ops[i]) && i + 1 < box->n_mounts &&
		    path_is_within(ops[i + 1].target, ops[i].target))
			continue;
		if (n != i)
			ops[n] = ops[i];
		n++;
	}
	box->n_mounts = n;
}

static int fail_inside(struct nester *o, const struct mount_op *op,
		       const struct mount_op *outer)
{
	error_set(o->err, FH_STAGE_PREPARE, -EINVAL,
		"%s %s: the mount point would have to be created in %s, which is yours",
		op->origin, op->target, outer->target);
	error_remedy(o->err, "choose a target outside %s", outer->target);
	return -EINVAL;
}

/* Without a mount namespace the deepest grant cannot take away what one
 * above it gives: Landlock only ever adds. */
static int fail_narrower(struct nester *o, const struct mount_op *op,
			 const struct mount_op *outer)
{
	error_set(o->err, FH_STAGE_PREPARE, -EPERM,
		"%s %s gives less than %s %s around it, which only a mount namespace can hold",
		op->origin, op->target, outer->origin, outer->target);
	error_remedy(o->err, "grant the parts apart");
	return -EPERM;
}

/* Does the operation show a tree of somebody else, where nothing may be
 * created? */
static bool is_foreign(const struct mount_op *op)
{
	return op->kind == MOUNT_BIND || op->kind == MOUNT_PROC ||
	       op->kind == MOUNT_DEVPTS || op->kind == MOUNT_DEVICE ||
	       op->kind == MOUNT_HIDE;
}

/* What the default tree already shows needs no mount of its own; a narrower
 * one would even take away, from libraries, that they can be executed. Around
 * what a profile grants because an argument names it, the same holds for
 * grants: to name a file is no wish that it shall not be written. */
static bool is_redundant(const struct mount_op *op,
			 const struct mount_op *outer)
{
	return op->kind == MOUNT_BIND && op->is_same_place &&
	       outer->kind == MOUNT_BIND &&
	       (!is_grant(outer) || (op->is_least && outer->is_same_place)) &&
	       !(op->access & ~outer->access);
}

/* Storage of our own may stand in somebody's tree, whose names can change at
 * any moment: what is made in it starts from its mount. */
static size_t own_base(const struct mount_op *outer)
{
	if (outer->kind == MOUNT_TMPFS &&
	    (outer->is_inside_grant || outer->base))
		return strlen(outer->target);
	return outer->base;
}

static int nest_one(struct nester *o, struct mount_op *op,
		    const struct mount_op *outer, bool *ret_drop)
{
	const unsigned int missing = outer->access & ~op->access;

	*ret_drop = is_redundant(op, outer);
	if (*ret_drop)
		return 0;
	if (!o->plan->has_namespaces)
		return is_grant(op) && missing & (FH_READ | FH_WRITE)
			       ? fail_narrower(o, op, outer) : 0;
	if (outer->kind == MOUNT_SYMLINK) {
		*ret_drop = op->kind == MOUNT_SYMLINK;
		return *ret_drop ? 0 : fail_inside(o, op, outer);
	}
	if (outer->kind == MOUNT_PROC && op->kind != MOUNT_HIDE) {
		error_set(o->err, FH_STAGE_PREPARE, -EINVAL,
			"%s %s: the box has a /proc of its own", op->origin,
			op->target);
		error_remedy(o->err, "leave it out");
		return -EINVAL;
	}
	if (outer->kind == MOUNT_HIDE && is_grant(op)) {
		error_set(o->err, FH_STAGE_PREPARE, -EINVAL,
			"%s %s lies in what --hide %s masks", op->origin,
			op->target, outer->target);
		error_remedy(o->err, "hide less, or leave the grant out");
		return -EINVAL;
	}
	if (!is_foreign(outer)) {
		op->base = own_base(outer);
		return 0;
	}
	if (op->kind == MOUNT_SYMLINK || op->kind == MOUNT_FILE ||
	    op->kind == MOUNT_DIRECTORY) {
		*ret_drop = true; /* the granted tree has its own */
		return 0;
	}
	op->is_inside_grant = true;
	return 0;
}

/* Landlock looks upward from a file through all mounts, so a rule that an
 * enclosing one already contains is only time lost. */
static void drop_rule(struct mount_op *op, const struct mount_op *outer,
		      uint64_t *ret_rights)
{
	*ret_rights = op->landlock;
	if (!outer)
		return;
	*ret_rights |= outer->landlock_all;
	if (!(op->landlock & ~outer->landlock_all))
		op->landlock = 0;
}

/* Finds out for each operation which one it lies in. They are sorted, so the
 * ones around it are a stack. */
static int nest_all(struct nester *o)
{
	struct box *box = &o->prepared->box;
	struct mount_op *ops = o->prepared->ops;
	size_t n = 0, depth = 0;
	size_t *stack = calloc(box->n_mounts + 1, sizeof(*stack));
	int r = 0;

	if (!stack)
		return error_set(o->err, FH_STAGE_PREPARE, -ENOMEM,
			       "prepare the box");
	for (size_t i = 0; i < box->n_mounts; i++) {
		bool drop = false;

		while (depth && !path_is_within(ops[i].target,
						ops[stack[depth - 1]].target))
			depth--;
		if (r == 0 && depth)
			r = nest_one(o, &ops[i], &ops[stack[depth - 1]],
				     &drop);
		if (drop || r < 0) {
			if (ops[i].fd >= 0)
				close(ops[i].fd);
			continue;
		}
		drop_rule(&ops[i], depth ? &ops[stack[depth - 1]] : NULL,
			  &ops[i].landlock_all);
		if (n != i)
			ops[n] = ops[i];
		stack[depth++] = n++;
	}
	box->n_mounts = n;
	free(stack);
	return r;
}

/* Hiding what nothing shows needs no mount; but until here it was there to
 * contradict a grant inside it. */
static void drop_needless_hides(struct nester *o)
{
	struct box *box = &o->prepared->box;
	struct mount_op *ops = o->prepared->ops;
	size_t n = 0;

	for (size_t i = 0; i < box->n_mounts; i++) {
		if (ops[i].kind == MOUNT_HIDE && !ops[i].is_inside_grant)
			continue;
		if (n != i)
			ops[n] = ops[i];
		n++;
	}
	box->n_mounts = n;
}

int sources_nest(const struct fh_plan *plan, struct prepared *prepared,
		 struct fh_error *err)
{
	struct nester o = { plan, prepared, err };
	int r;

	qsort(prepared->ops, prepared->box.n_mounts, sizeof(*prepared->ops),
	      compare_ops);
	r = merge_all(&o);
	drop_links(&o);
	if (r == 0)
		r = nest_all(&o);
	drop_needless_hides(&o);
	return r;
}
