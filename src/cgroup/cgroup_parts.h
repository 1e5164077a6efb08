/* What the files that make, limit, read and end a box's cgroup share. */
#ifndef FH_CGROUP_CGROUP_PARTS_H
#define FH_CGROUP_CGROUP_PARTS_H

#include "base/deadline.h"
#include "cgroup/cgroup.h"
#include "cgroup/cgroup_files.h"
#include "cgroup/cgroup_keeper.h"
#include "cgroup/scope.h"

/*
 *   parent/                        ours to divide, or the user manager's
 *     fumehood-launchers/          the leaf that we left it for, if we had to
 *     fumehood-0123456789abcdef/   outer: held by flock(2); it gives controllers to its
 *       |                          child, so that nobody can take them from it meanwhile
 *       box/                       has the limits and the processes
 *
 * A transient scope takes the place of the outer one, with a keeper/ beside box/.
 */
struct cgroup {
	enum cgroup_way way;
	struct cgroup_wish wish;
	uint32_t controllers; /* that the wish needs */
	int parent, outer, box; /* directories; -1 */
	bool is_in_leaf; /* we are, and should leave it */
	char name[CGROUP_NAME_SIZE + sizeof(".scope")];
	struct scope_bus *bus;
	struct cgroup_keeper keeper;
};

#define CGROUP_END_MS 5000   /* to wait for the end of processes */
#define CGROUP_LOCK_MS 2000  /* to wait for other launchers in the leaf */
#define CGROUP_ENABLE_MS 500 /* to wait for a process that is about to end */
#define CGROUP_SCOPE_MS 5000 /* to wait for the user manager */

/* A failure, understood here. Return: @code */
int cgroup_fail(struct fh_error *err, int code, const char *what,
		const char *on);

uint32_t cgroup_controllers_for(const struct cgroup_wish *wish);

/* Makes box/ in the outer one, gives it its controllers and limits. @init: moved there
 * first; 0: nobody. Return: 0 or a negative errno */
int cgroup_divide(struct cgroup *cgroup, pid_t init, struct fh_error *err);

/* Writes each limit into a directory and reads it back. */
int cgroup_limit(int dir, const struct cgroup_wish *wish, struct fh_error *err);

/* The leaf. _enter: moves this process there, unless it is there. Return: a descriptor, which
 * holds off other launchers until it is closed, or a negative errno */
int cgroup_leaf_enter(int parent, bool is_there, struct fh_error *err);
/* Back to the parent, when no box is left in there. */
void cgroup_leaf_leave(int parent);

/* Kills what is in a cgroup and beneath, waits until that is empty. */
int cgroup_empty(int dir, int64_t deadline);
/* Removes it with all beneath it, once it is empty. */
int cgroup_remove(int parent, const char *name, int64_t deadline);
/* Removes what launchers that are no more left behind; for a bounded time. */
void cgroup_sweep(int parent);

/* fumehood-, and 16 digits that nobody guesses. Return: 0 or a negative errno */
int cgroup_random_name(char ret[CGROUP_NAME_SIZE]);

#endif
