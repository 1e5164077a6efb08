/* Whether /proc is there, and ours. */
#ifndef FH_BASE_PROC_H
#define FH_BASE_PROC_H

#include <fumehood/error.h>

/* The id maps, the sources' real names: all that building a box takes is asked
 * there. Return: 0; -ENOENT, or what the look at it says; -ESRCH for one of
 * another pid namespace, in which a number is somebody else's */
int proc_need(struct fh_error *err);

#endif
