/* What is told of a run while it goes on: events, and progress. */
#ifndef FH_CLI_WATCH_H
#define FH_CLI_WATCH_H

#include "progress.h"
#include "status_fd.h"

/*
 * For the loop that waits for the box: watch_wait_ms() is the timeout of its poll(2),
 * watch_turn() comes after each, watch_event() with each event of the box that the loop
 * has read.
 */
struct watch {
	struct status status;
	struct progress progress;
};

#define WATCH_NOTHING { .status = STATUS_NOBODY }

static inline int watch_wait_ms(const struct watch *watch)
{
	return progress_wait_ms(&watch->progress);
}

static inline void watch_turn(struct watch *watch, const struct fh_box *box)
{
	progress_turn(&watch->progress, box);
}

/* @event: of fh_box_event() */
static inline void watch_event(struct watch *watch, int event)
{
	/* The shell that continues or stops us writes to that terminal. */
	progress_erase(&watch->progress);
	status_event(&watch->status, event);
}

#endif
