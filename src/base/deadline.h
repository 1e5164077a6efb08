/* Time limits of calls that wait: milliseconds in, what is left for poll(2) out. */
#ifndef FH_BASE_DEADLINE_H
#define FH_BASE_DEADLINE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#define DEADLINE_NEVER INT64_C(-1)
#define DEADLINE_NOW INT64_C(0)

static inline int64_t deadline_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* @timeout_ms: -1: never. The millisecond that has begun counts for nothing. */
static inline int64_t deadline_in(int timeout_ms)
{
	if (timeout_ms <= 0)
		return timeout_ms < 0 ? DEADLINE_NEVER : DEADLINE_NOW;
	return deadline_clock_ms() + timeout_ms + 1;
}

/* As poll(2) has it: -1 for never, 0 when it is over. */
static inline int deadline_left(int64_t deadline)
{
	int64_t left;

	if (deadline == DEADLINE_NEVER || deadline == DEADLINE_NOW)
		return (int)deadline;
	left = deadline - deadline_clock_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

#endif
