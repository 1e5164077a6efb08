/* Tells how a run ended, what it cost and what held it. */
#include "report/report.h"

#include <string.h>
#include <sys/wait.h>

#include "plan/ceilings_print.h"

static void add_status(const struct fh_result *result, struct text *ret)
{
	int status = result->status;

	if (status < 0)
		return;
	if (WIFSIGNALED(status))
		text_add(ret, "Main process: killed by signal %d%s\n",
			 WTERMSIG(status),
			 WCOREDUMP(status) ? ", core dumped" : "");
	else
		text_add(ret, "Main process: exited, status=%d\n",
			 WEXITSTATUS(status));
}

static void add_time(uint64_t us, const char *what, struct text *ret)
{
	text_add(ret, "%llu.%03llu ms%s", (unsigned long long)us / 1000,
		 (unsigned long long)us % 1000, what);
}

/* What nobody counted is not told. */
static void add_costs(const struct fh_result *result, struct text *ret)
{
	text_add(ret, "Run time: ");
	add_time(result->wall_us, "\nCPU time: ", ret);
	add_time(result->user_us, " user, ", ret);
	add_time(result->system_us, " system\n", ret);
	text_add(ret, "Memory peak: %llu KiB in the largest process\n",
		 (unsigned long long)result->memory_peak / 1024);
	if (result->box_memory_peak)
		text_add(ret, "Memory peak of the box: %llu KiB\n",
			 (unsigned long long)result->box_memory_peak / 1024);
	if (result->processes_peak)
		text_add(ret, "Processes peak: %llu\n",
			 (unsigned long long)result->processes_peak);
	if (result->written)
		text_add(ret, "Written to disks: %llu bytes\n",
			 (unsigned long long)result->written);
	ceilings_print_reached(result->hits, ret);
}

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 const struct report_refusals *refusals, struct text *ret)
{
	text_add(ret, "Result: %s, exit code %d\n",
		 ends[result->reason].meaning, result->exit_code);
	add_status(result, ret);
	add_costs(result, ret);
	if (result->reason == FH_END_REFUSED_SYSCALL)
		text_add(ret, "Refused: a system call outside the policy (SIGSYS)\n");
	if (refusals)
		refusals_print(refusals, ret);
	plan_print_guarantees(plan, ret);
	ceilings_print(plan, ret);
}

static void add_error(const struct fh_error *err, struct text *ret)
{
	text_add(ret, "  \"error\": {\"what\": ");
	text_add_json(ret, err->what);
	text_add(ret, ", \"reason\": ");
	text_add_json(ret, err->code ? strerror(-err->code) : "");
	text_add(ret, ", \"remedy\": ");
	text_add_json(ret, err->remedy);
	text_add(ret, "},\n");
}

static void add_program(char *const *argv, struct text *ret)
{
	text_add(ret, "  \"program\": [");
	for (size_t i = 0; argv[i]; i++) {
		text_add(ret, "%s", i ? ", " : "");
		text_add_json(ret, argv[i]);
	}
	text_add(ret, "],\n");
}

/* "result" and "reason" are one: the first is its name from before there was a
 * schema. */
static void add_end_json(const struct fh_result *result, struct text *ret)
{
	int status = result->status;

	text_add(ret, "  \"result\": \"%s\",\n  \"reason\": \"%s\",\n"
		 "  \"exit_code\": %d,\n",
		 ends[result->reason].name, ends[result->reason].name,
		 result->exit_code);
	if (status >= 0 && WIFSIGNALED(status))
		text_add(ret, "  \"signal\": %d,\n  \"core_dumped\": %s,\n",
			 WTERMSIG(status),
			 WCOREDUMP(status) ? "true" : "false");
	else if (status >= 0)
		text_add(ret, "  \"status\": %d,\n", WEXITSTATUS(status));
	if (result->reason == FH_END_NOT_STARTED || result->error.code)
		add_error(&result->error, ret);
}

static void add_number(const char *name, uint64_t value, struct text *ret)
{
	text_add(ret, "  \"%s\": %llu,\n", name, (unsigned long long)value);
}

static void add_known(const char *name, uint64_t value, struct text *ret)
{
	if (value)
		add_number(name, value, ret);
	else
		text_add(ret, "  \"%s\": null,\n", name);
}

static void add_costs_json(const struct fh_result *result, struct text *ret)
{
	add_number("wall_us", result->wall_us, ret);
	add_number("user_us", result->user_us, ret);
	add_number("system_us", result->system_us, ret);
	add_number("memory_peak_bytes", result->memory_peak, ret);
	add_known("box_memory_peak_bytes", result->box_memory_peak, ret);
	add_known("processes_peak", result->processes_peak, ret);
	add_known("bytes_written", result->written, ret);
}

void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, const struct report_refusals *refusals,
		 struct text *ret)
{
	text_add(ret, "{\n  \"schema\": \"fumehood-report-1\",\n");
	add_program(argv, ret);
	add_end_json(result, ret);
	add_costs_json(result, ret);
	if (refusals)
		refusals_print_json(refusals, ret);
	text_add(ret, "  \"ceilings\": ");
	ceilings_print_json(plan, result->hits, ret);
	text_add(ret, ",\n  \"guarantees\": ");
	plan_print_guarantees_json(plan, ret);
	text_add(ret, "\n}\n");
}
