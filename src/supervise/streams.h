/* What becomes the program's standard input, output and error. */
#ifndef FH_SUPERVISE_STREAMS_H
#define FH_SUPERVISE_STREAMS_H

#include <fumehood/spawn.h>

struct streams {
	int child[3]; /* what the child gets as 0, 1 and 2 */
	int ours[3];  /* our ends of pipes; -1 */
	bool is_ours[3]; /* .child was opened here, and is to be closed */
};

/**
 * streams_open() - find or make what the child gets
 * @wanted: three of them
 *
 * A descriptor of the caller's that is closed, or would not survive an
 * execve, is not inherited: /dev/null takes its place, because what a program
 * opens first must not become its standard output.
 *
 * Return: 0; -EINVAL for an unknown kind; -EBADF for a descriptor that is not
 *         open; -EMFILE and the like
 */
int streams_open(const struct fh_stream *wanted, struct streams *ret,
		 struct fh_error *err);

/**
 * streams_narrow_input() - leave no other way to where the output goes
 *
 * A terminal is often one file for all three: it is opened once more, to be read.
 * Return: 0; -EINVAL for a socket, which can only be had as a whole; or why it could not
 * be opened
 */
int streams_narrow_input(struct streams *streams, struct fh_error *err);

/* Closes what the child has, and our ends too with both. */
void streams_close(struct streams *streams, bool both);

#endif
