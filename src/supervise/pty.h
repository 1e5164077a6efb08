/* The launcher's part in a box that has a terminal of its own. */
#ifndef FH_SUPERVISE_PTY_H
#define FH_SUPERVISE_PTY_H

#include <fumehood/spawn.h>
#include <stdbool.h>

#include "supervise/streams.h"

struct pty {
	int master, slave; /* of the outside's, where the box has no devpts; -1 */
	bool on[3];	   /* which streams of the program are on it */
	int model;	   /* the first of them that is a terminal; -1 */
	bool has_modes;	   /* that one's are worth having */
};

#define PTY_NONE { .master = -1, .slave = -1, .model = -1 }

/**
 * pty_prepare() - choose the streams, and make the terminal where the box cannot
 * @wanted:  three of them
 * @streams: opened for them
 * @in_box:  the box has a devpts of its own, and makes its terminal there
 *
 * Return: 0, or a negative errno with nothing left open
 */
int pty_prepare(const struct fh_stream *wanted, const struct streams *streams,
		bool in_box, struct pty *ret, struct fh_error *err);

void pty_done(struct pty *pty);

/* Takes the master that a box sent before it said that it stands.
 * Return: a descriptor, or a negative errno */
int pty_receive(int go_fd);

#endif
