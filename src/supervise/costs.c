/* Reckons what a box has cost, and which of its ceilings it reached. */
#include "supervise/costs.h"

#include <fumehood/plan.h>
#include <signal.h>
#include <sys/wait.h>

#define RUSAGE_BLOCK 512 /* bytes, of ru_oublock */
#define HIT(ceiling) (UINT64_C(1) << FH_CEILING_##ceiling)

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

/* The kernel lets init go only when all that was in its pid namespace has been
 * reaped, so its usage is the whole box's. */
static void take_usage(struct fh_result *result, const struct rusage *usage)
{
	result->user_us = microseconds(&usage->ru_utime);
	result->system_us = microseconds(&usage->ru_stime);
	result->memory_peak = (uint64_t)usage->ru_maxrss * 1024;
	result->written = (uint64_t)usage->ru_oublock * RUSAGE_BLOCK;
}

static void take_account(struct fh_result *result,
			 const struct cgroup_account *account)
{
	if (account->has_cpu &&
	    account->user_us + account->system_us >
		    result->user_us + result->system_us) {
		result->user_us = account->user_us;
		result->system_us = account->system_us;
	}
	if (account->has_written)
		result->written = account->written;
	result->box_memory_peak = account->memory_peak;
	result->processes_peak = account->pids_peak;
	if (account->memory_hits)
		result->hits |= HIT(MEMORY);
	if (account->pids_hits)
		result->hits |= HIT(PIDS);
	if (account->cpu_hits)
		result->hits |= HIT(CPUS);
}

/* Was the program, or init with all else, killed and not asked? */
static bool was_killed(const struct fh_result *result)
{
	return result->exit_code == FH_EXIT_SIGNAL_BASE + SIGKILL &&
	       (result->reason == FH_END_SIGNALLED ||
		result->reason == FH_END_KILLED);
}

/* What a program makes of a refused fork is its own affair: only where it failed
 * the ceiling may be why. */
static bool has_failed(const struct fh_result *result)
{
	return result->reason == FH_END_SIGNALLED ||
	       (result->reason == FH_END_EXITED && result->exit_code != 0);
}

static void correct_reason(struct fh_result *result)
{
	if (result->hits & HIT(MEMORY) && was_killed(result))
		result->reason = FH_END_MEMORY;
	else if (result->hits & HIT(PIDS) && has_failed(result))
		result->reason = FH_END_PIDS;
}

/* Who ignores SIGXCPU is killed by the kernel a second later. */
static void correct_cpu(struct running *running)
{
	struct fh_result *result = &running->result;

	if (result->reason == FH_END_SIGNALLED && was_killed(result) &&
	    result->user_us + result->system_us >= running->cpu_limit_us)
		result->reason = FH_END_LIMIT;
}

/* The ceilings that init keeps, or the kernel by a signal of its own. */
static uint64_t hits_of_end(const struct running *running)
{
	const struct fh_result *result = &running->result;
	uint64_t hits = running->hit_pids ? HIT(PIDS) : 0;

	if (result->reason == FH_END_TIMEOUT)
		hits |= HIT(TIMEOUT);
	if (result->reason == FH_END_OUTPUT)
		hits |= HIT(OUTPUT_LIMIT);
	if (result->reason == FH_END_LIMIT)
		hits |= result->exit_code == FH_EXIT_SIGNAL_BASE + SIGXFSZ
				? HIT(FILE_SIZE)
				: HIT(CPU_TIME);
	return hits;
}

void costs_take(struct running *running, const struct rusage *usage)
{
	struct cgroup_account account;

	take_usage(&running->result, usage);
	correct_cpu(running);
	running->result.hits = hits_of_end(running);
	if (running->cgroup) {
		cgroup_read(running->cgroup, &account);
		take_account(&running->result, &account);
	}
	correct_reason(&running->result);
}
