/* Opens a profile, if it can be trusted, and reads it whole. */
#include "profile/profile_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "profile/profile_lines.h"

static int fail(const char *path, int code, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, code, "%s: %s", path,
			 strerror(-code));
}

/* Whoever can write it says what a program may. */
static int check_owner(const struct stat *st, const char *path,
		       struct fh_error *err)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		error_set(err, FH_STAGE_PARSE, -EACCES,
			  "%s belongs to uid %u, neither to root nor to this user",
			  path, st->st_uid);
		error_remedy(err, "a profile says who may do what: chown it");
		return -EACCES;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		error_set(err, FH_STAGE_PARSE, -EACCES,
			  "%s can be written by others than its owner", path);
		error_remedy(err, "a profile says who may do what: chmod go-w");
		return -EACCES;
	}
	return 0;
}

int profile_directory_check(int dir_fd, const char *shown,
			    struct fh_error *err)
{
	struct stat st;

	if (fstat(dir_fd, &st) < 0)
		return fail(shown, -errno, err);
	return check_owner(&st, shown, err);
}

/* Of the descriptor, since a name can come to mean another file. */
static int check_file(int fd, const char *path, struct profile_bytes *ret,
		      struct fh_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(path, -errno, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, FH_STAGE_PARSE, -EACCES,
				 "%s is not a regular file", path);
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	return check_owner(&st, path, err);
}

/* Return: how much was read, one more than fits for what is too large */
static ssize_t read_all(int fd, char *ret, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t r = read(fd, ret + n, size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

int profile_file_read(int dir_fd, const char *name, const char *shown,
		      struct profile_bytes *ret, struct fh_error *err)
{
	/* A pipe without a writer must not be waited for. */
	autoclose int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC |
					O_NOCTTY | O_NONBLOCK);
	struct profile_bytes bytes = { 0 };
	autofree char *text = NULL;
	ssize_t n;
	int r;

	if (fd < 0)
		return fail(shown, -errno, err);
	r = check_file(fd, shown, &bytes, err);
	if (r < 0)
		return r;
	text = malloc(PROFILE_SIZE_MAX + 1);
	if (!text)
		return fail(shown, -ENOMEM, err);
	n = read_all(fd, text, PROFILE_SIZE_MAX + 1);
	if (n < 0)
		return fail(shown, (int)n, err);
	if (n > (ssize_t)PROFILE_SIZE_MAX)
		return error_set(err, FH_STAGE_PARSE, -EFBIG,
				 "%s is larger than 1 MiB", shown);
	bytes.data = text;
	bytes.size = (size_t)n;
	*ret = bytes;
	text = NULL;
	return 0;
}

int profile_lines_of(const char *path, profile_taker take, void *ctx,
		     struct fh_error *err)
{
	struct profile_bytes bytes = { 0 };
	int r = profile_file_read(AT_FDCWD, path, path, &bytes, err);

	if (r == 0)
		r = profile_lines(path, bytes.data, bytes.size, take, ctx, err);
	free(bytes.data);
	return r;
}
