/* Tells a supervisor what becomes of a run, as --status-fd says. */
#ifndef FH_CLI_STATUS_FD_H
#define FH_CLI_STATUS_FD_H

#include <fumehood/spawn.h>
#include <stdbool.h>

/*
 * A JSON object a line. The run never waits for who reads them: a line that cannot be
 * written at once is dropped, and when a part of one was, all that would follow.
 */
struct status {
	int fd; /* close-on-exec; -1: nobody wants to know */
	bool is_socket;
};

/* Nobody: what status_done() takes without status_open(). */
#define STATUS_NOBODY { .fd = -1 }

/**
 * status_open() - take the descriptor that the policy names
 *
 * To be called before anything else is opened, which could take its number.
 * Return: 0; -EBADF when it is not open, or not for writing; -EINVAL when the
 *         program shall have it as well
 */
int status_open(const struct fh_policy *policy, struct status *ret,
		struct fh_error *err);
void status_done(struct status *status);

void status_started(struct status *status, const struct fh_box *box);
/* @event: an enum fh_event; others are not told */
void status_event(struct status *status, int event);
/* The end, or that it never began: of a result of fh_wait(). */
void status_ended(struct status *status, const struct fh_result *result);
/* fh_spawn() has failed, or nobody got so far. */
void status_failed(struct status *status, const struct fh_error *why,
		   int exit_code);

#endif
