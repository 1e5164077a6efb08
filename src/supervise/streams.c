/* Opens the pipes and files of a program's standard streams. */
#include "supervise/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

static const char *const names[] = { "input", "output", "error" };

static int fail(struct fh_error *err, int code, int number, const char *what)
{
	return error_set(err, FH_STAGE_PREPARE, code,
			 "prepare standard %s: %s", names[number], what);
}

static int open_null(struct streams *ret, int number, struct fh_error *err)
{
	int fd = fd_raise(open("/dev/null", (number ? O_WRONLY : O_RDONLY) |
						    O_CLOEXEC));

	if (fd < 0)
		return fail(err, fd == -1 ? -errno : fd, number,
			    "open /dev/null");
	ret->child[number] = fd;
	ret->is_ours[number] = true;
	return 0;
}

static int open_pipe(struct streams *ret, int number, struct fh_error *err)
{
	int ends[2], r = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(err, -errno, number, "make a pipe");
	for (int i = 0; i < 2; i++) {
		ends[i] = fd_raise(ends[i]);
		if (ends[i] < 0)
			r = ends[i];
	}
	if (r < 0) {
		cleanup_close(&ends[0]);
		cleanup_close(&ends[1]);
		return fail(err, r, number, "make a pipe");
	}
	ret->child[number] = ends[number ? 1 : 0];
	ret->ours[number] = ends[number ? 0 : 1];
	ret->is_ours[number] = true;
	return 0;
}

static int open_one(const struct fh_stream *wanted, struct streams *ret,
		    int number, struct fh_error *err)
{
	int flags;

	switch (wanted->kind) {
	case FH_STREAM_INHERIT:
		flags = fcntl(number, F_GETFD);
		if (flags < 0 && errno != EBADF)
			return fail(err, -errno, number, "look at it");
		if (flags < 0 || flags & FD_CLOEXEC)
			return open_null(ret, number, err);
		ret->child[number] = number;
		return 0;
	case FH_STREAM_NULL:
		return open_null(ret, number, err);
	case FH_STREAM_PIPE:
		return open_pipe(ret, number, err);
	case FH_STREAM_FD:
		if (fcntl(wanted->fd, F_GETFD) < 0)
			return fail(err, -EBADF, number,
				    "the descriptor is not open");
		ret->child[number] = wanted->fd;
		return 0;
	}
	return fail(err, -EINVAL, number, "no such kind of stream");
}

int streams_open(const struct fh_stream *wanted, struct streams *ret,
		 struct fh_error *err)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < 3; i++)
		ret->child[i] = ret->ours[i] = -1;
	for (int i = 0; i < 3 && r == 0; i++)
		r = open_one(&wanted[i], ret, i, err);
	if (r < 0)
		streams_close(ret, true);
	return r;
}

static bool is_same(int a, int b, struct stat *ret_a)
{
	struct stat other;

	return fstat(a, ret_a) == 0 && fstat(b, &other) == 0 &&
	       ret_a->st_dev == other.st_dev && ret_a->st_ino == other.st_ino;
}

/* The same file once more, where it stands. */
static int reopen_to_read(int fd)
{
	char path[64];
	off_t at = lseek(fd, 0, SEEK_CUR);
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (again < 0)
		return -errno;
	if (at > 0)
		lseek(again, at, SEEK_SET);
	return fd_raise(again);
}

int streams_narrow_input(struct streams *streams, struct fh_error *err)
{
	const int in = streams->child[0];
	int flags = fcntl(in, F_GETFL), again;
	struct stat st;

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY ||
	    !(is_same(in, streams->child[1], &st) ||
	      is_same(in, streams->child[2], &st)))
		return 0;
	again = S_ISSOCK(st.st_mode) ? -EINVAL : reopen_to_read(in);
	if (again < 0) {
		fail(err, again, 0,
		     "what is printed goes there, and could be written past --output-limit");
		error_remedy(err, "redirect standard input: </dev/null");
		return again;
	}
	if (streams->is_ours[0])
		close(in);
	streams->child[0] = again;
	streams->is_ours[0] = true;
	return 0;
}

void streams_close(struct streams *streams, bool both)
{
	for (int i = 0; i < 3; i++) {
		if (streams->is_ours[i])
			cleanup_close(&streams->child[i]);
		streams->is_ours[i] = false;
		if (both) {
			cleanup_close(&streams->ours[i]);
			streams->ours[i] = -1;
		}
	}
}
