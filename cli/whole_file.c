/* Reads and writes files whole or not at all. */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define TEMPORARY_SIZE 40 /* "fumehood-", 16 digits, ".tmp" */

/* "." for a plain name; the last slash belongs to neither, unless it is all that
 * there is of the directory. */
static int split(const char *path, char **ret_directory, char **ret_name)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!*name)
		return -EISDIR;
	*ret_directory = !slash ? strdup(".")
		: strndup(path, slash == path ? 1 : (size_t)(slash - path));
	*ret_name = strdup(name);
	return *ret_directory && *ret_name ? 0 : -ENOMEM;
}

int whole_place_find(const char *path, struct whole_place *ret)
{
	autofree char *directory = NULL;
	int r;

	*ret = (struct whole_place)WHOLE_NOWHERE;
	r = split(path, &directory, &ret->name);
	if (r < 0)
		return r;
	/* Of a number of its own: it is open while descriptors are inherited. */
	ret->dir_fd = fd_raise(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (ret->dir_fd == -1)
		return -errno;
	if (ret->dir_fd < 0)
		return ret->dir_fd;
	return faccessat(ret->dir_fd, ".", W_OK | X_OK, AT_EACCESS) < 0
		       ? -errno : 0;
}

void whole_place_done(struct whole_place *place)
{
	cleanup_close(&place->dir_fd);
	free(place->name);
	*place = (struct whole_place)WHOLE_NOWHERE;
}

/* A name that is already taken was no accident: somebody would have to know what
 * the kernel has just drawn. */
static int draw_name(char ret[TEMPORARY_SIZE])
{
	uint64_t drawn;

	if (getrandom(&drawn, sizeof(drawn), 0) != sizeof(drawn))
		return -EIO;
	snprintf(ret, TEMPORARY_SIZE, "fumehood-%016llx.tmp",
		 (unsigned long long)drawn);
	return 0;
}

/* A file that has no name until it is whole, so that nothing is left of it if we
 * are killed; where that cannot be had, one with a name, or the reason why not.
 * Return: a descriptor, or a negative errno */
static int make_temporary(int dir_fd, unsigned int mode,
			  char ret_name[TEMPORARY_SIZE])
{
	int fd = openat(dir_fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
	int r;

	*ret_name = '\0';
	if (fd >= 0)
		return fd;
	r = draw_name(ret_name);
	if (r < 0)
		return r;
	fd = openat(dir_fd, ret_name, O_WRONLY | O_CREAT | O_EXCL |
					      O_NOFOLLOW | O_CLOEXEC, mode);
	return fd < 0 ? -errno : fd;
}

static int link_unnamed(int fd, int dir_fd, const char *name)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir_fd, name, AT_SYMLINK_FOLLOW) < 0
		       ? -errno : 0;
}

/* What has a name already is replaced by another name alone. In a process of its own,
 * which goes on if we are killed between the two calls. */
static int replace(int fd, const struct whole_place *place)
{
	char name[TEMPORARY_SIZE];
	int r = draw_name(name), status;
	pid_t pid = r < 0 ? -1 : fork();

	if (pid < 0)
		return r < 0 ? r : -errno;
	if (pid == 0) {
		r = link_unnamed(fd, place->dir_fd, name);
		if (r == 0 && renameat(place->dir_fd, name, place->dir_fd,
				       place->name) < 0) {
			r = -errno;
			unlinkat(place->dir_fd, name, 0);
		}
		_exit(-r);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static int put_unnamed(int fd, const struct whole_place *place,
		       bool must_be_new)
{
	int r = link_unnamed(fd, place->dir_fd, place->name);

	return r == -EEXIST && !must_be_new ? replace(fd, place) : r;
}

/* A link takes the name only if it is free; a rename takes it anyway. */
static int put_named(const struct whole_place *place, const char *temporary,
		     bool must_be_new)
{
	int dir_fd = place->dir_fd, r;

	if (must_be_new)
		r = linkat(dir_fd, temporary, dir_fd, place->name, 0);
	else
		r = renameat(dir_fd, temporary, dir_fd, place->name);
	r = r < 0 ? -errno : 0;
	if (must_be_new)
		unlinkat(dir_fd, temporary, 0);
	return r;
}

int whole_place_write(const struct whole_place *place, const char *text,
		      unsigned int mode, bool must_be_new, struct stat *ret)
{
	char temporary[TEMPORARY_SIZE];
	autoclose int fd = make_temporary(place->dir_fd, mode, temporary);
	struct stat written = { 0 };
	int r;

	if (fd < 0)
		return fd;
	r = write_exactly(fd, text, strlen(text));
	if (r == 0 && fstat(fd, &written) < 0)
		r = -errno;
	if (r == 0)
		r = *temporary ? put_named(place, temporary, must_be_new)
			       : put_unnamed(fd, place, must_be_new);
	if (r < 0 && *temporary)
		unlinkat(place->dir_fd, temporary, 0);
	if (r == 0 && ret)
		*ret = written;
	return r;
}

int whole_file_write(const char *path, const char *text, unsigned int mode,
		     bool must_be_new)
{
	struct whole_place place;
	int r = whole_place_find(path, &place);

	if (r == 0)
		r = whole_place_write(&place, text, mode, must_be_new, NULL);
	whole_place_done(&place);
	return r;
}

int whole_file_check(const char *path)
{
	struct whole_place place;
	int r = whole_place_find(path, &place);

	whole_place_done(&place);
	return r;
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
