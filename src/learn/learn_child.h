/* Starts a program whose calls are stopped for us to look at them. */
#ifndef FH_LEARN_LEARN_CHILD_H
#define FH_LEARN_LEARN_CHILD_H

#include <sys/types.h>

#include "base/error.h"

struct bpf_program;

struct learn_child {
	pid_t pid;
	int pidfd;
	int listener_fd;
	int report_fd; /* an int, negative errno: it was not executed */
	int report_end_fd; /* the child's end; open for as long as the other */
};

/**
 * learn_child_start() - clone, filter and execute
 * @path: of the program, no search
 *
 * When it returns the program waits for its first call, execve(), to be answered.
 *
 * Return: 0; -EOPNOTSUPP without a listener; another negative errno
 */
int learn_child_start(const struct bpf_program *filter, const char *path,
		      char *const argv[], struct learn_child *ret,
		      struct fh_error *err);

/* Why the program was not executed: a negative errno; 0 while nothing was said. */
int learn_child_failure(const struct learn_child *child);

/* Closes what is open. */
void learn_child_done(struct learn_child *child);

#endif
