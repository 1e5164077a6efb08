/* A line of progress on a terminal, for runs that take long. */
#ifndef FH_CLI_PROGRESS_H
#define FH_CLI_PROGRESS_H

#include <fumehood/spawn.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_on;
	int64_t next; /* when it is due, as base/deadline.h has it */
	int width;    /* columns that are shown now */
};

/* @is_wanted: it will be shown if standard error is a terminal. The first is due after
 * two seconds. */
void progress_begin(struct progress *progress, bool is_wanted);

/* For poll(2): until the next is due; -1 when none ever is. */
int progress_wait_ms(const struct progress *progress);

/* Shows one if it is due: in the place of the last. */
void progress_turn(struct progress *progress, const struct fh_box *box);

/* Takes it away, before anything else is written there. */
void progress_erase(struct progress *progress);

#endif
