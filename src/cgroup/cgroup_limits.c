/* Writes the limits of a box's cgroup, and believes what it reads back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cgroup/cgroup_parts.h"

#define PIDS_MOST 4194304 /* PID_MAX_LIMIT, include/linux/threads.h */

/* cpu.max: microseconds; the kernel takes a quota of 1000 at least, a period of
 * 1000000 at most. */
#define CPU_PERIOD 100000
#define CPU_PERIOD_LONG 1000000
#define CPU_QUOTA_LEAST 1000

/* One write, and what must stand there afterwards. */
static int set(int dir, const char *name, const char *value,
	       const char *expected, struct fh_error *err)
{
	char found[64];
	int r = cgroup_write(dir, name, value);

	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "write %s to %s of the box's cgroup", value,
				 name);
	r = read_small_file(dir, name, found, sizeof(found));
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r,
				 "read %s of the box's cgroup", name);
	if (strcmp(found, expected) != 0)
		return error_set(err, FH_STAGE_PREPARE, -EIO,
				 "limit the box: %s is %s, where %s was written",
				 name, found, value);
	return 0;
}

/* Bytes are kept in whole pages, rounded down, and all that there could ever be is
 * no limit. */
static int set_bytes(int dir, const char *name, uint64_t bytes,
		     struct fh_error *err)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	char value[24], expected[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)bytes);
	if (bytes / page >= INT64_MAX / page)
		snprintf(expected, sizeof(expected), "max");
	else
		snprintf(expected, sizeof(expected), "%llu",
			 (unsigned long long)(bytes / page * page));
	return set(dir, name, value, expected, err);
}

static int set_number(int dir, const char *name, uint64_t number,
		      struct fh_error *err)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)number);
	return set(dir, name, value, value, err);
}

static int set_cpus(int dir, uint64_t thousandths, struct fh_error *err)
{
	uint64_t period = CPU_PERIOD, quota;
	char value[48];

	if (thousandths < CPU_QUOTA_LEAST * 1000 / CPU_PERIOD)
		period = CPU_PERIOD_LONG;
	if (__builtin_mul_overflow(thousandths, period / 1000, &quota))
		return cgroup_fail(err, -EINVAL, "limit the box to",
				   "so many processors");
	snprintf(value, sizeof(value), "%llu %llu", (unsigned long long)quota,
		 (unsigned long long)period);
	return set(dir, "cpu.max", value, value, err);
}

/* Weights are io.cost's or bfq's, whichever the kernel has. */
static int set_weight(int dir, uint64_t weight, struct fh_error *err)
{
	const bool is_plain = faccessat(dir, "io.weight", F_OK, 0) == 0;
	char value[32];

	snprintf(value, sizeof(value), "default %llu",
		 (unsigned long long)weight);
	return set(dir, is_plain ? "io.weight" : "io.bfq.weight", value, value,
		   err);
}

uint32_t cgroup_controllers_for(const struct cgroup_wish *wish)
{
	uint32_t needed = 0;

	if (wish->memory != CGROUP_UNLIMITED || wish->swap != CGROUP_UNLIMITED)
		needed |= CONTROLLER_BIT(MEMORY);
	if (wish->pids != CGROUP_UNLIMITED)
		needed |= CONTROLLER_BIT(PIDS);
	if (wish->cpus != CGROUP_UNLIMITED)
		needed |= CONTROLLER_BIT(CPU);
	if (wish->io_weight != CGROUP_UNLIMITED)
		needed |= CONTROLLER_BIT(IO);
	return needed;
}

/* The swap first: without it the limit of memory would only cause swapping. One that is
 * killed for memory takes all others with it, or half a box would go on. */
int cgroup_limit(int dir, const struct cgroup_wish *wish, struct fh_error *err)
{
	int r = 0;

	if (wish->swap != CGROUP_UNLIMITED)
		r = set_bytes(dir, "memory.swap.max", wish->swap, err);
	if (r == 0 && wish->memory != CGROUP_UNLIMITED)
		r = set_number(dir, "memory.oom.group", 1, err);
	if (r == 0 && wish->memory != CGROUP_UNLIMITED)
		r = set_bytes(dir, "memory.max", wish->memory, err);
	if (r == 0 && wish->pids != CGROUP_UNLIMITED)
		r = set_number(dir, "pids.max",
			       wish->pids < PIDS_MOST ? wish->pids : PIDS_MOST,
			       err);
	if (r == 0 && wish->cpus != CGROUP_UNLIMITED)
		r = set_cpus(dir, wish->cpus, err);
	if (r == 0 && wish->io_weight != CGROUP_UNLIMITED)
		r = set_weight(dir, wish->io_weight, err);
	return r;
}
