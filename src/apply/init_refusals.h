/* Init's part in refusing system calls: answers them, and counts. */
#ifndef FH_APPLY_INIT_REFUSALS_H
#define FH_APPLY_INIT_REFUSALS_H

#include "plan/box.h"

/*
 * In the filter that is loaded for the program, refusals are notifications. The
 * call waits in the kernel until it is answered here, always with an errno: what
 * the plain filter would have given. Nothing here can let a call through, and
 * when the listener is closed, for whatever reason, the kernel answers ENOSYS.
 */
struct init_refusals {
	int listener;	  /* -1: none, or no more */
	bool is_complete; /* all were counted: worth telling */
	struct box_refusals counted;
};

/* From here on .listener, whose owner this becomes, has to be served; a negative
 * one says that there is none. */
void init_refusals_begin(struct init_refusals *refusals, int listener);

/* Answers what waits, some of it at a time, and never waits itself.
 * @revents: what poll(2) said of the listener */
void init_refusals_serve(struct init_refusals *refusals, const struct box *box,
			 short revents);

/* Tells the launcher, unless the pipe is full. */
void init_refusals_report(const struct init_refusals *refusals,
			  const struct box *box);

#endif
