/* Turns a plan into a box: opens what it names, once, and holds it. */
#ifndef FH_PLAN_PREPARE_H
#define FH_PLAN_PREPARE_H

#include "plan/plan.h"

struct prepared {
	struct box box;
	struct arena arena;
	struct mount_op *ops; /* box.mounts; heap, owned with their .fd */
	struct rlimit descriptors; /* of the caller, before it was raised */
	bool has_raised_descriptors;
};

struct prepare_request {
	char *const *argv; /* NULL when nothing shall run; borrowed */
	int streams[3];	   /* what becomes 0, 1 and 2 of the program */
	/* May the caller's limit of open files be raised until
	 * prepared_done()? It is the whole process's. */
	bool may_raise_descriptors;
	bool is_traced; /* by filter_trace() */
	bool on_terminal[3]; /* which streams it replaces, with tty pty */
	int terminal_model; /* which of them is a terminal that it starts like; -1 */
	bool has_model_modes; /* and not only in size */
	int terminal_fd; /* the program's end, made outside; -1 */
};

/**
 * plan_prepare() - open every source, build every filter
 * @argv: the program and its arguments, NULL-terminated; borrowed. May be
 *        NULL when nothing shall run
 *
 * With the caller's own streams. plan_prepare_for() has more to choose.
 *
 * Return: 0; -ENOENT and the like for a source that cannot be opened;
 *         -EINVAL for grants that contradict each other; -EACCES for a
 *         program that no grant covers; -EMFILE; -ENOMEM
 */
int plan_prepare(const struct fh_plan *plan, char *const *argv,
		 struct prepared *ret, struct fh_error *err);
int plan_prepare_for(const struct fh_plan *plan,
		     const struct prepare_request *request,
		     struct prepared *ret, struct fh_error *err);
/* Can all be kept that shall be? To be asked before anything is opened for the
 * box, which would take the number of one that is closed.
 * Return: 0; -EBADF, -EISDIR, -E2BIG */
int prepare_check_kept(const struct fh_policy *policy, struct fh_error *err);

/* Lets go of what is open, and of the raised limit: names and rights stay. */
void prepared_close(struct prepared *prepared);
void prepared_done(struct prepared *prepared);

/* The operation that decides about a path inside the box: the deepest one
 * that it lies in; NULL when there is none. */
const struct mount_op *prepared_find(const struct prepared *prepared,
				     const char *path);

#endif
