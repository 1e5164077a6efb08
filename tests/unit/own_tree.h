/* A directory of the test's own, and the names in it. */
#ifndef FH_TESTS_UNIT_OWN_TREE_H
#define FH_TESTS_UNIT_OWN_TREE_H

#include <limits.h>

#include "tap.h"

static char top[PATH_MAX];

/* Good until fifteen others were asked for. */
static inline const char *in(const char *name)
{
	static char paths[16][PATH_MAX];
	static int next;
	char *path = paths[next++ % 16];

	check(snprintf(path, PATH_MAX, "%s/%s", top, name) < PATH_MAX);
	return path;
}

static inline void make_top(const char *above)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s/tree.XXXXXX", above);
	check(mkdtemp(name) != NULL);
	check(realpath(name, top) != NULL);
}

#endif
