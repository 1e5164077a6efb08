/* Looks what a box uses now: its cgroup tells, otherwise /proc. */
#include "supervise/usage.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "supervise/process_table.h"

static bool is_over(const struct running *running)
{
	struct pollfd watched = { .fd = running->pid_fd, .events = POLLIN };

	return running->has_ended || poll(&watched, 1, 0) > 0;
}

static int look_in_proc(const struct running *running, struct fh_usage *ret)
{
	struct process_table table;
	int r = process_table_read(&table);

	if (r < 0)
		return r;
	process_table_usage(&table, running->pid, ret);
	process_table_done(&table);
	/* A /proc that hides other people's processes hides init as well. */
	return ret->processes ? 0 : is_over(running) ? -ESRCH : -EACCES;
}

int running_usage(const struct running *running, struct fh_usage *ret,
		  struct fh_error *err)
{
	struct fh_usage usage = { 0 };
	int r = is_over(running) ? -ESRCH : 0;

	if (r == 0)
		r = look_in_proc(running, &usage);
	if (r < 0)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 r == -ESRCH ? "fh_box_usage: the box has ended"
					     : "fh_box_usage: look at the box in /proc: %s",
				 strerror(-r));
	usage.wall_us = monotonic_us() - running->started_us;
	*ret = usage;
	return 0;
}
