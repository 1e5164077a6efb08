/* Counts what a program prints: init's side of the output relay. */
#ifndef FH_APPLY_INIT_OUTPUT_H
#define FH_APPLY_INIT_OUTPUT_H

#include "apply/child.h"

/*
 *   program ==1==> pipe ==> relay ==> standard output
 *           ==2==> pipe ==>   |   ==> standard error
 *                             |
 *   init <---- how it ended --+
 *     +------- control ------>    closed: pass on what is there, then end
 *
 * The relay is a process of its own, so that a reader who does not read stops
 * nothing else. It alone has the real ones, and it cannot be traced; the program
 * may kill it, and has no output then. Where both lead to the same file one pipe
 * serves both, which keeps the order of what is printed.
 */
#define OUTPUTS_MAX 2

struct init_output {
	size_t n; /* 0: nothing is counted */
	int sources[OUTPUTS_MAX]; /* where the program's pipes are read */
	int targets[OUTPUTS_MAX];
	int control; /* init's end; -1 */
	int control_in;
	pid_t relay; /* 0: none yet, or no more */
};

/* How a relay ends that has not been killed. */
enum output_end {
	OUTPUT_ALL_PASSED,
	OUTPUT_TOO_MUCH, /* and exactly the limit was passed on */
	OUTPUT_UNCONFINED,
};

/* Puts the pipes in the place of 1 and 2, if there is a limit. */
int init_output_open(struct init_output *ret, const struct box *box,
		     struct child_failure *failure);

/* Starts the relay and waits until it is confined; from then on it has its
 * descriptors alone. */
int init_output_start(struct init_output *output, const struct box *box,
		      struct child_failure *failure);

/* The program has ended: has the relay end as well. */
void init_output_drain(struct init_output *output);

/* The relay's life; sources, targets and control_in are its own.
 * @ready_fd: to tell by an int, 0 or a negative errno, whether it is confined */
_Noreturn void output_relay_run(const struct init_output *output,
				const struct box *box, int ready_fd);

#endif
