/* Tells how a run ended, what it cost and what held it. */
#include "report/report.h"

#include <string.h>
#include <sys/wait.h>

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

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 const struct report_refusals *refusals, struct text *ret)
{
	text_add(ret, "Result: %s, exit code %d\n",
		 ends[result->reason].meaning, result->exit_code);
	add_status(result, ret);
	text_add(ret, "Run time: %llu.%03llu ms\n",
		 (unsigned long long)result->wall_us / 1000,
		 (unsigned long long)result->wall_us % 1000);
	text_add(ret, "CPU time: %llu.%03llu ms user, %llu.%03llu ms system\n",
		 (unsigned long long)result->user_us / 1000,
		 (unsigned long long)result->user_us % 1000,
		 (unsigned long long)result->system_us / 1000,
		 (unsigned long long)result->system_us % 1000);
	text_add(ret, "Memory peak: %llu KiB in the largest process\n",
		 (unsigned long long)result->memory_peak / 1024);
	if (result->reason == FH_END_REFUSED_SYSCALL)
		text_add(ret, "Refused: a system call outside the policy (SIGSYS)\n");
	if (refusals)
		refusals_print(refusals, ret);
	plan_print_guarantees(plan, ret);
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

void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, const struct report_refusals *refusals,
		 struct text *ret)
{
	text_add(ret, "{\n  \"schema\": \"fumehood-report-1\",\n");
	text_add(ret, "  \"program\": [");
	for (size_t i = 0; argv[i]; i++) {
		text_add(ret, "%s", i ? ", " : "");
		text_add_json(ret, argv[i]);
	}
	text_add(ret, "],\n  \"result\": \"%s\",\n",
		 ends[result->reason].name);
	text_add(ret, "  \"exit_code\": %d,\n", result->exit_code);
	if (result->status >= 0 && WIFSIGNALED(result->status))
		text_add(ret, "  \"signal\": %d,\n", WTERMSIG(result->status));
	else if (result->status >= 0)
		text_add(ret, "  \"status\": %d,\n",
			 WEXITSTATUS(result->status));
	if (result->reason == FH_END_NOT_STARTED)
		add_error(&result->error, ret);
	text_add(ret, "  \"wall_us\": %llu,\n  \"user_us\": %llu,\n"
		 "  \"system_us\": %llu,\n  \"memory_peak_bytes\": %llu,\n",
		 (unsigned long long)result->wall_us,
		 (unsigned long long)result->user_us,
		 (unsigned long long)result->system_us,
		 (unsigned long long)result->memory_peak);
	if (refusals)
		refusals_print_json(refusals, ret);
	text_add(ret, "  \"guarantees\": ");
	plan_print_guarantees_json(plan, ret);
	text_add(ret, "\n}\n");
}
