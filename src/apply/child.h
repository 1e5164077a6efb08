/* The child's side of the pipe: failing with a message, in no libc's debt. */
#ifndef FH_APPLY_CHILD_H
#define FH_APPLY_CHILD_H

#include "plan/box.h"

/* What a step says when it fails: an action and the object of it. */
struct child_failure {
	const char *action; /* "mount" */
	const char *object; /* a path; may be NULL */
	const char *origin; /* the option that asked; may be NULL */
	uint32_t lost;	    /* mechanisms done without so far */
};

/* Each returns 0 or a negative errno, with failure telling what it was. */
typedef int (*step_apply)(struct box *box, struct child_failure *failure);

static inline int child_fail(struct child_failure *failure, int code,
			     const char *action, const char *object)
{
	failure->action = action;
	failure->object = object;
	return code;
}

/* Tells the launcher why the program did not start. */
void child_report_failure(const struct box *box, enum step step, int code,
			  const struct child_failure *failure, int exit_code);

/* Tells the launcher that all fences stand and the program is about to start;
 * ends the process when it cannot. */
void child_report_starting(const struct box *box, uint32_t lost);

/* Runs the whole set-up; never returns. */
_Noreturn void box_apply(struct box *box);

/* Stays pid 1: reaps, forwards, reports the end of program. Writes one byte
 * to ready_fd once it is confined; the program waits for it. */
struct init_output;
_Noreturn void init_run(struct box *box, struct init_output *output,
			pid_t program, int ready_fd);

#endif
