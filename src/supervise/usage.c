/* Looks what a box uses now: its cgroup tells, otherwise /proc. */
#include "supervise/usage.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "cgroup/cgroup.h"
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

/* What no controller counts is 0. */
static void look_in_cgroup(const struct running *running, struct fh_usage *ret,
			   bool *ret_is_complete)
{
	struct cgroup_account account;

	cgroup_read(running->cgroup, &account);
	ret->memory = account.memory;
	ret->processes = account.pids;
	ret->cpu_us = account.cpu_us;
	*ret_is_complete = account.memory && account.pids && account.has_cpu;
}

static void fill_gaps(const struct fh_usage *seen, struct fh_usage *ret)
{
	if (!ret->memory)
		ret->memory = seen->memory;
	if (!ret->processes)
		ret->processes = seen->processes;
	if (!ret->cpu_us)
		ret->cpu_us = seen->cpu_us;
}

int running_usage(const struct running *running, struct fh_usage *ret,
		  struct fh_error *err)
{
	struct fh_usage usage = { 0 }, seen = { 0 };
	bool is_complete = false;
	int r = is_over(running) ? -ESRCH : 0;

	if (r == 0 && running->cgroup)
		look_in_cgroup(running, &usage, &is_complete);
	if (r == 0 && !is_complete)
		r = look_in_proc(running, &seen);
	if (r < 0)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 r == -ESRCH ? "fh_box_usage: the box has ended"
					     : "fh_box_usage: look at the box in /proc: %s",
				 strerror(-r));
	fill_gaps(&seen, &usage);
	usage.wall_us = monotonic_us() - running->started_us;
	*ret = usage;
	return 0;
}
