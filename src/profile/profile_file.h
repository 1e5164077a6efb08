/* Opens a profile, if it can be trusted, and reads it whole. */
#ifndef FH_PROFILE_PROFILE_FILE_H
#define FH_PROFILE_PROFILE_FILE_H

#include <sys/types.h>

#include "base/error.h"

/* What was read. */
struct profile_bytes {
	char *data; /* freed with free(3) */
	size_t size;
	dev_t dev; /* which file it was */
	ino_t ino;
};

/**
 * profile_file_read() - the bytes of a file that can be trusted
 * @dir_fd: what a relative @name starts from; or AT_FDCWD
 * @shown:  the file's name, for messages
 *
 * Regular, of root or the user, and not writable by others; where a link leads is
 * looked at, not the link.
 *
 * Return: 0; -EACCES for one that cannot be trusted; -EFBIG for more than
 *         PROFILE_SIZE_MAX; -ENOMEM; what opening and reading say
 */
int profile_file_read(int dir_fd, const char *name, const char *shown,
		      struct profile_bytes *ret, struct fh_error *err);

/* May profiles be taken from this directory by name? Who can write there says
 * which they are. Return: 0 or -EACCES */
int profile_directory_check(int dir_fd, const char *shown,
			    struct fh_error *err);

#endif
