/* A process that keeps a transient scope alive until its account has been read. */
#ifndef FH_CGROUP_CGROUP_KEEPER_H
#define FH_CGROUP_CGROUP_KEEPER_H

#include <sys/types.h>

/*
 * The user manager removes a scope, with all that is in it, as soon as its last process
 * has ended; what the kernel counted would be gone before we could read it. So one
 * process of ours stays in it, sleeping, outside of the box's own cgroup. It ends
 * with this process, or when it is told to.
 *
 *   cgroup_keeper_start() --> the manager puts it into the scope, with init: out of a
 *   session we are not let --> cgroup_keeper_settle() --> cgroup_keeper_end()
 */
struct cgroup_keeper {
	pid_t pid; /* 0: there is none */
	int pid_fd;
	int hold_fd; /* its end is the keeper's */
};

/* Where we are. Return: 0 or a negative errno */
int cgroup_keeper_start(struct cgroup_keeper *ret);
/* Moves it to a cgroup keeper/ beneath the directory @scope. Return: 0 or a negative
 * errno, and then it has ended */
int cgroup_keeper_settle(struct cgroup_keeper *keeper, int scope);
void cgroup_keeper_end(struct cgroup_keeper *keeper, int scope);

#endif
