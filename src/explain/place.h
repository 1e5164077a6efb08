/* Where a path leads in the box, as the box is now, and what is there. */
#ifndef FH_EXPLAIN_PLACE_H
#define FH_EXPLAIN_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct place {
	char path[PATH_MAX]; /* all links followed that there are; absolute */
	/* A directory that is not there, and which the path leaves again by "..": it is
	 * needed as well. "" for none. */
	char way[PATH_MAX];
	bool is_winding; /* there is more than one such */
	bool exists;
	mode_t mode; /* of what exists */
};

/**
 * place_find() - follow a path as the kernel would for a process that stands still
 * @tid:     it
 * @path:    absolute, from its root; may have ".."
 * @follows: the last component as well, if it is a link
 *
 * What is not there keeps its name from there on. /proc is taken by the letter: what
 * it shows depends on who looks. Return: 0; -ELOOP; -ENAMETOOLONG; -ESRCH ...
 */
int place_find(pid_t tid, const char *path, bool follows, struct place *ret);

#endif
