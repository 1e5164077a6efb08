/* What the tests of fh_landlock_new() share: a ruleset, and trying to open. */
#ifndef FH_TESTS_API_LANDLOCK_LAYER_H
#define FH_TESTS_API_LANDLOCK_LAYER_H

#include <fumehood/landlock.h>

#include "layer.h"

static inline struct fh_landlock *begin(unsigned int flags)
{
	struct fh_landlock *landlock = NULL;

	check_int(fh_landlock_new(flags, &landlock, NULL), 0);
	return landlock;
}

static inline void need_abi(int abi)
{
	if (fh_landlock_abi() < abi)
		skip("this kernel's Landlock is older");
}

static inline int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int r = outcome(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static inline void check_apply(struct fh_landlock *landlock)
{
	struct fh_error err = { 0 };

	if (fh_landlock_apply(landlock, 0, NULL, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	fh_landlock_free(landlock);
}

#endif
