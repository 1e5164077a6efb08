/* Reads and writes files whole or not at all. */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define PATH_SIZE 4096

/* A link takes the name only if it is free; a rename takes it anyway. */
static int put_in_place(const char *temporary, const char *path,
			bool must_be_new)
{
	if (!must_be_new)
		return rename(temporary, path) < 0 ? -errno : 0;
	if (link(temporary, path) < 0)
		return -errno;
	unlink(temporary);
	return 0;
}

/* The temporary name stands in the same directory, so that the rename is
 * atomic; O_EXCL and NOFOLLOW keep a planted link from being written to. */
int whole_file_write(const char *path, const char *text, unsigned int mode,
		     bool must_be_new)
{
	char temporary[PATH_SIZE];
	int r = snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path,
			 getpid()) >= (int)sizeof(temporary)
			? -ENAMETOOLONG : 0;

	autoclose int fd = r < 0 ? -1
		: open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
					  O_CLOEXEC, mode);
	if (r == 0 && fd < 0)
		r = -errno;
	if (r < 0)
		return r;
	r = write_exactly(fd, text, strlen(text));
	if (r == 0)
		r = put_in_place(temporary, path, must_be_new);
	if (r < 0)
		unlink(temporary);
	return r;
}

int whole_file_check(const char *path)
{
	char directory[PATH_SIZE];
	char *slash;

	if (snprintf(directory, sizeof(directory), "%s", path) >=
	    (int)sizeof(directory))
		return -ENAMETOOLONG;
	slash = strrchr(directory, '/');
	if (!slash)
		memcpy(directory, ".", 2);
	else
		slash[slash == directory] = '\0';
	return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0
		       ? -errno : 0;
}

int whole_file_read(const char *path, size_t max, char **ret)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
					      O_NONBLOCK);
	struct stat st;
	char *text;
	size_t size;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uintmax_t)st.st_size > max)
		return -EFBIG;
	size = (size_t)st.st_size;
	text = calloc(1, size + 1);
	if (!text)
		return -ENOMEM;
	r = size ? read_exactly(fd, text, size) : 0;
	if (r < 0) {
		free(text);
		return r;
	}
	*ret = text;
	return 0;
}
