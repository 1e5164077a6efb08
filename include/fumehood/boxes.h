/* The boxes of a user that run now, whoever started them. */
#ifndef FUMEHOOD_BOXES_H
#define FUMEHOOD_BOXES_H

#include <fumehood/spawn.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct fh_box_info - one of them */
struct fh_box_info {
	pid_t id; /* of its init, as fh_box_pid() tells it */
	pid_t launcher; /* who started it */
	struct fh_usage usage;
	char program[256]; /* its arguments, cut off; as the launcher gave them,
			    * with anything in it: escape before you print it */
	uint64_t reserved[4];
};

/**
 * fh_boxes() - list the boxes of the calling user
 * @ret: an array, freed with free(3); NULL when there is none
 *
 * There is no register and no daemon: they are found in /proc, so that nothing is left
 * behind by one that was killed. A box is the caller's whose processes have its effective
 * uid, or that was started by a process of it; root has no others either.
 *
 * With a pid namespace a box's init is the first process of one directly beneath the
 * caller's, by its name: nothing inside a box can be that. Without one it is known by its
 * name and by not being beneath another init: nothing inside a box can pretend to be
 * that either, but any other program of the caller's could.
 *
 * What is in other pid namespaces is not seen: boxes in boxes and in containers, unless by
 * a caller in there. A /proc that hides processes (hidepid) hides boxes. What .usage tells is read
 * in /proc, not from a cgroup. Its init is one of the processes.
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENOENT and -ESRCH for a /proc that is not there or not of
 * this pid namespace; what reading it returned
 */
int fh_boxes(struct fh_box_info **ret, size_t *ret_n, struct fh_error *err);

/**
 * fh_boxes_kill() - end a box, or signal its program
 * @id:  .id of fh_boxes()
 * @sig: 1 to 31; SIGKILL ends all of it at once; others go to the program's process group
 *
 * That it is a box is looked at while a pidfd holds it: it is never another process that
 * has got the number since.
 *
 * Return: 0; -ESRCH when no box of the caller's has that id; -EINVAL; -EPERM; -ENOSYS
 *         before Linux 5.3; for /proc as fh_boxes()
 */
int fh_boxes_kill(pid_t id, int sig, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
