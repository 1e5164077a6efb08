/* Reads what a box has used, as its cgroup counts it. */
#include <string.h>

#include "base/io.h"
#include "cgroup/cgroup_parts.h"

#define IO_STAT_SIZE 16384 /* a line of 100 bytes for each disk */

static uint64_t value(const struct cgroup *cgroup, const char *name,
		      const char *key)
{
	uint64_t number = 0;

	return cgroup_read_value(cgroup->box, name, key, &number) < 0 ? 0
								     : number;
}

static uint64_t number(const struct cgroup *cgroup, const char *name)
{
	uint64_t found = 0;

	return cgroup_read_number(cgroup->box, name, &found) < 0 ? 0 : found;
}

/* "oom" counts how often this limit, or one beneath it, had nothing left;
 * "oom_kill" whom the kernel killed, be it for a limit above ours or because the whole
 * machine was out of memory. Only both together say that ours was it. */
static uint64_t count_memory_hits(const struct cgroup *cgroup)
{
	return value(cgroup, "memory.events", "oom")
		       ? value(cgroup, "memory.events", "oom_kill")
		       : 0;
}

static void read_written(const struct cgroup *cgroup,
			 struct cgroup_account *ret)
{
	char text[IO_STAT_SIZE];

	if (read_small_file(cgroup->box, "io.stat", text, sizeof(text)) < 0)
		return;
	ret->written = cgroup_sum(text, "wbytes");
	ret->has_written = true;
}

void cgroup_read(const struct cgroup *cgroup, struct cgroup_account *ret)
{
	const struct cgroup_wish *wish = &cgroup->wish;

	*ret = (struct cgroup_account){ 0 };
	if (cgroup->box < 0)
		return;
	ret->memory = number(cgroup, "memory.current");
	ret->memory_peak = number(cgroup, "memory.peak");
	ret->pids = number(cgroup, "pids.current");
	ret->pids_peak = number(cgroup, "pids.peak");
	ret->has_cpu = cgroup_read_value(cgroup->box, "cpu.stat", "usage_usec",
					 &ret->cpu_us) == 0;
	ret->user_us = value(cgroup, "cpu.stat", "user_usec");
	ret->system_us = value(cgroup, "cpu.stat", "system_usec");
	if (wish->memory != CGROUP_UNLIMITED)
		ret->memory_hits = count_memory_hits(cgroup);
	if (wish->pids != CGROUP_UNLIMITED)
		ret->pids_hits = value(cgroup, "pids.events", "max");
	if (wish->cpus != CGROUP_UNLIMITED)
		ret->cpu_hits = value(cgroup, "cpu.stat", "nr_throttled");
	read_written(cgroup, ret);
}
