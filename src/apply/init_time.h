/* The box's time: the wall clock's, and that of its processors. */
#ifndef FH_APPLY_INIT_TIME_H
#define FH_APPLY_INIT_TIME_H

#include "plan/box.h"

/*
 *   running --- a limit is reached: TIME_TO_ASK ---> in grace
 *      |                                                |
 *      +--- without grace, or nothing to count by ---+  | grace has passed
 *                                                    v  v
 *                                                TIME_TO_END
 */
struct init_time {
	uint64_t deadline_ms; /* UINT64_MAX = none */
	uint64_t grace_ms;
	enum box_end ended_by; /* which limit was reached; BOX_BY_ITSELF: none */
	uint64_t cpu_budget_us; /* UINT64_MAX = none */
	uint64_t cpu_look_ms; /* when to look next; UINT64_MAX = never */
	int cpu_stat_fd;
	uint32_t n_processors;
};

enum time_verdict {
	TIME_IS_LEFT,
	TIME_TO_ASK, /* the program to end; once */
	TIME_TO_END,
};

/* Starts both clocks. */
void init_time_begin(struct init_time *ret, const struct box *box);

/* To be asked whenever init_time_left() has passed, or earlier. */
enum time_verdict init_time_look(struct init_time *time);

/* For poll(2): until the next look; -1 = never. */
int init_time_left(const struct init_time *time);

/* How long that much processor time lasts at the least, but 5 ms. */
uint64_t cpu_pause_ms(uint64_t left_us, uint32_t n_processors);

/* The first line of a cgroup's cpu.stat.
 * Return: 0 or a negative errno; -EBADMSG for another text */
int cpu_usage_read(int fd, uint64_t *ret_us);

#endif
