/* One path of a failed call: where it leads in the box and outside. */
#ifndef FH_EXPLAIN_PATH_DOUBT_H
#define FH_EXPLAIN_PATH_DOUBT_H

#include "explain/doubt.h"
#include "explain/place.h"

struct path_doubt {
	struct doubt *doubt;
	int index; /* which of the call's */
	unsigned int use;
	bool follows;
	bool only_asks;	   /* access(2) */
	bool is_directory; /* named as one */
	struct place place;	   /* in the box */
	const struct mount_op *op; /* that decides there; NULL: none */
	char outside[PATH_MAX];	   /* where that lies outside */
};

/* Return: false when there is nothing to be found out */
bool path_look(struct doubt *doubt, int index, struct path_doubt *ret);
/* Would this use of it succeed outside? */
bool path_outside_grants(const struct path_doubt *p);

/* A name that came between two directories: EXDEV. */
bool doubt_move(struct doubt *doubt);
/* An owner or a group that the box does not have. */
bool doubt_owner(struct doubt *doubt);

/**
 * interpreter_of() - which file the kernel needs to execute this one
 * @path: a place in the box of the process
 * Return: 0; -ENOENT when it needs none, or cannot be read
 */
int interpreter_of(pid_t tid, const char *path, char ret[PATH_MAX]);

/* Our own execve, which starts the program: until it has succeeded the process shows
 * itself to nobody, so the file and its interpreters are looked at outside. */
bool doubt_start(struct doubt *doubt, const char *program);

static inline bool doubt_is_of(const struct doubt *doubt, unsigned int a,
			       unsigned int b, unsigned int c)
{
	unsigned int call = doubt->observed.call;

	return call == a || call == b || call == c;
}

static inline bool renames(const struct doubt *doubt)
{
	return doubt_is_of(doubt, CALL_rename, CALL_renameat, CALL_renameat2);
}

static inline bool links(const struct doubt *doubt)
{
	return doubt_is_of(doubt, CALL_link, CALL_linkat, CALL_linkat);
}

static inline bool removes(const struct doubt *doubt)
{
	return doubt_is_of(doubt, CALL_unlink, CALL_unlinkat, CALL_rmdir);
}

#endif
