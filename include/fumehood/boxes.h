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
 * There is no register and no daemon: they are found in /proc by what only they can be, so
 * that nothing is left behind by one that was killed. Boxes in other pid namespaces are
 * not seen. Return: 0; -EINVAL; -ENOMEM; what reading /proc returned
 */
int fh_boxes(struct fh_box_info **ret, size_t *ret_n, struct fh_error *err);

/**
 * fh_boxes_kill() - end a box, or signal its program
 * @id:  .id of fh_boxes()
 * @sig: SIGKILL ends all of it at once; others go to the program's process group
 *
 * Return: 0; -ESRCH when no box of the caller's has that id; -EINVAL; -EPERM
 */
int fh_boxes_kill(pid_t id, int sig, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
