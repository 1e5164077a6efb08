/* Keeps the box's time: the wall clock's, and that of its processors. */
#include "apply/init_time.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_LEAST_MS 5

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t cpu_pause_ms(uint64_t left_us, uint32_t n_processors)
{
	uint64_t least = left_us / 1000 / (n_processors ? n_processors : 1);

	return least < PAUSE_LEAST_MS ? PAUSE_LEAST_MS : least;
}

int cpu_usage_read(int fd, uint64_t *ret_us)
{
	static const char name[] = "usage_usec ";
	char text[64];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	const char *digit = text + sizeof(name) - 1;
	uint64_t value = 0;

	if (len < 0)
		return -errno;
	text[len] = '\0';
	if (strncmp(text, name, sizeof(name) - 1) != 0 || *digit < '0' ||
	    *digit > '9')
		return -EBADMSG;
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		uint64_t next = (uint64_t)(*digit - '0');

		if (value > (UINT64_MAX - next) / 10)
			return -EBADMSG;
		value = value * 10 + next;
	}
	if (*digit != '\n')
		return -EBADMSG;
	*ret_us = value;
	return 0;
}

void init_time_begin(struct init_time *ret, const struct box *box)
{
	const uint64_t now = now_ms();

	*ret = (struct init_time){ .deadline_ms = UINT64_MAX,
				   .grace_ms = box->grace_ms,
				   .ended_by = BOX_BY_ITSELF,
				   .cpu_budget_us = UINT64_MAX,
				   .cpu_look_ms = UINT64_MAX,
				   .cpu_stat_fd = box->cpu_stat_fd,
				   .n_processors = box->n_processors };
	if (box->timeout_ms != UINT64_MAX)
		ret->deadline_ms = add(now, box->timeout_ms);
	if (box->cpu_time_ms == UINT64_MAX)
		return;
	if (box->cpu_time_ms < UINT64_MAX / 1000)
		ret->cpu_budget_us = box->cpu_time_ms * 1000;
	ret->cpu_look_ms = add(now, cpu_pause_ms(ret->cpu_budget_us,
						 ret->n_processors));
}

/* The first limit says why it ends; a later one can only end it earlier. */
static enum time_verdict reach(struct init_time *time, enum box_end which,
			       uint64_t now)
{
	const uint64_t end = add(now, time->grace_ms);

	time->ended_by = which;
	time->cpu_look_ms = UINT64_MAX;
	if (which == BOX_BY_TIME || end < time->deadline_ms)
		time->deadline_ms = end;
	return time->grace_ms ? TIME_TO_ASK : TIME_TO_END;
}

/* Who cannot be counted any more must not go on uncounted. */
static enum time_verdict look_at_processors(struct init_time *time,
					    uint64_t now)
{
	uint64_t used;

	if (cpu_usage_read(time->cpu_stat_fd, &used) < 0) {
		time->ended_by = BOX_BY_CPU;
		return TIME_TO_END;
	}
	if (used >= time->cpu_budget_us)
		return reach(time, BOX_BY_CPU, now);
	time->cpu_look_ms = add(now, cpu_pause_ms(time->cpu_budget_us - used,
						  time->n_processors));
	return TIME_IS_LEFT;
}

enum time_verdict init_time_look(struct init_time *time)
{
	uint64_t now;

	if (time->deadline_ms == UINT64_MAX && time->cpu_look_ms == UINT64_MAX)
		return TIME_IS_LEFT;
	now = now_ms();
	if (now >= time->deadline_ms && time->ended_by != BOX_BY_ITSELF)
		return TIME_TO_END;
	if (now >= time->deadline_ms)
		return reach(time, BOX_BY_TIME, now);
	if (now >= time->cpu_look_ms)
		return look_at_processors(time, now);
	return TIME_IS_LEFT;
}

/* Never beyond what an int holds. */
int init_time_left(const struct init_time *time)
{
	uint64_t next = time->deadline_ms < time->cpu_look_ms
				? time->deadline_ms : time->cpu_look_ms;
	uint64_t now;

	if (next == UINT64_MAX)
		return -1;
	now = now_ms();
	if (now >= next)
		return 0;
	return next - now > INT32_MAX ? INT32_MAX : (int)(next - now);
}
