/* How a name becomes absolute: by a directory of a stopped process. */
#ifndef FH_OBSERVE_OBSERVE_BASE_H
#define FH_OBSERVE_OBSERVE_BASE_H

#include <fcntl.h>
#include <limits.h>

#include "observe/observe.h"

/**
 * observe_join() - the absolute path of a name
 * @dirfd: of the process; AT_FDCWD: its working directory
 * @name:  "" is the descriptor itself; absolute names do not look at it
 *
 * Return: 0; *ret is "" for a descriptor itself without a name in the file
 *         system. -ENOENT for a directory that was deleted; -ENOTDIR for a name
 *         below something without one; -ENAMETOOLONG; -EBADF, -ESRCH, -EACCES
 */
int observe_join(const struct observed *observed, int dirfd, const char *name,
		 char ret[PATH_MAX]);

/* As observe_string(), with what is kept of the process. */
ssize_t observe_name(const struct observed *observed, uint64_t address,
		     char *ret, size_t size);

#endif
