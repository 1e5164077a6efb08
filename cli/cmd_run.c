/* fumehood run: boxes a program and exits as it did. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli.h"
#include "report/report.h"
#include "supervise/supervise.h"
#include "tables/exit_codes.h"

struct fh_plan *plan_for(const struct fh_policy *policy, bool probe_fully)
{
	struct fh_kernel kernel;
	struct fh_plan *plan = NULL;
	struct fh_error err = { 0 };
	int r = 0;

	/* The id maps, the sources' real names: all is asked there. */
	if (access("/proc/self/fd", F_OK) < 0) {
		error_set(&err, FH_STAGE_PROBE, -errno, "find /proc mounted");
		error_remedy(&err, "as root: mount -t proc proc /proc");
		print_error(&err);
		return NULL;
	}
	kernel_probe_quick(&kernel);
	if (probe_fully)
		r = kernel_probe_full(&kernel, &err);
	if (r == 0)
		r = plan_new(policy, &kernel, environ, &plan, &err);
	if (r < 0) {
		print_error(&err);
		return NULL;
	}
	return plan;
}

static void warn_of_losses(const struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	if (policy->is_quiet)
		return;
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		if (row->is_asked && !row->holders &&
		    !(policy->without & GUARANTEE_BIT(g)))
			print_warning("without the guarantee %s: %s",
				      guarantees[g].name, row->lost);
	}
}

static void say_guarantees(const struct fh_plan *plan)
{
	struct text text = { 0 };

	if (!plan->policy->is_verbose)
		return;
	plan_print_guarantees(plan, &text);
	fputs(text_string(&text), stderr);
	text_done(&text);
}

/* The program's streams are the program's: when it closes its output, whoever
 * reads it shall see the end, though we are still there. */
static void release_streams(const struct fh_policy *policy)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < policy->n_keep_fds; i++)
		if (policy->keep_fds[i] > STDERR_FILENO)
			close(policy->keep_fds[i]);
	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

/* Nothing is said of guarantees before they stand. */
static void on_starting(void *ctx, uint32_t lost)
{
	struct fh_plan *plan = ctx;

	plan_lose(plan, lost);
	warn_of_losses(plan);
	say_guarantees(plan);
	release_streams(plan->policy);
}

/* One try with one plan. Return: 0 when the program ran; else negative. */
static int try_plan(struct fh_plan *plan, char **argv, struct fh_result *ret)
{
	const struct box_watcher watcher = { on_starting, plan };
	struct prepared prepared;
	int r = plan_prepare(plan, argv, &prepared, &ret->error);

	if (r < 0) {
		ret->reason = FH_END_NOT_STARTED;
		ret->exit_code = FH_EXIT_NOT_BOXED;
		if (ret->error.stage == FH_STAGE_EXEC)
			ret->exit_code = r == -ENOENT ? FH_EXIT_NOT_FOUND
						      : FH_EXIT_NOT_EXECUTABLE;
		return r;
	}
	r = box_run(&prepared.box, plan->policy->timeout_ms, &watcher, ret);
	prepared_done(&prepared);
	return r;
}

/* Did the set-up fail where namespaces may be what cannot be had? */
static bool may_lack_namespaces(const struct fh_plan *plan,
				const struct fh_result *result)
{
	const struct fh_error *err = &result->error;

	return plan->kernel.is_assumed && plan->has_namespaces &&
	       result->reason == FH_END_NOT_STARTED &&
	       (err->stage == FH_STAGE_SUPERVISE ||
		(err->stage == FH_STAGE_APPLY && err->step <= STEP_LOCK));
}

/*
 * The quick plan takes namespaces for granted: that is true nearly always and
 * saves trying them. When the box could not be built, they are tried for
 * real and the plan is made anew; if it is the same, the failure stands.
 */
static int run_planned(struct fh_plan **plan, char **argv,
		       struct fh_result *ret)
{
	int r = try_plan(*plan, argv, ret);
	struct fh_plan *real;

	if (r == 0 || !may_lack_namespaces(*plan, ret))
		return r;
	real = plan_for((*plan)->policy, true);
	if (!real) {
		ret->error.code = 0; /* the refusal has been told */
		return r;
	}
	if (real->clone_flags != (*plan)->clone_flags ||
	    real->steps != (*plan)->steps ||
	    real->has_proc != (*plan)->has_proc) {
		memset(ret, 0, sizeof(*ret));
		r = try_plan(real, argv, ret);
	}
	plan_free(*plan);
	*plan = real;
	return r;
}

int run_boxed(const struct fh_policy *policy, char **argv)
{
	struct fh_plan *plan = plan_for(policy, false);
	struct fh_result result = { 0 };
	struct fh_error err = { 0 };
	autoclose int report = -1;

	if (!plan)
		return FH_EXIT_NOT_BOXED;
	if (report_open(policy, &report, &err) < 0) {
		print_error(&err);
		plan_free(plan);
		return FH_EXIT_NOT_BOXED;
	}
	if (run_planned(&plan, argv, &result) < 0 && result.error.code)
		print_error(&result.error);
	if (policy->report != REPORT_NONE &&
	    report_write(plan, &result, argv, report, &err) < 0)
		print_error(&err); /* the program ran: its status stands */
	plan_free(plan);
	return result.exit_code;
}

int cmd_run(int argc, char **argv)
{
	struct fh_policy *policy = policy_new();
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, NULL, policy, &rest);

	if (r == 0 && rest == argc) {
		struct fh_error err;

		error_set(&err, FH_STAGE_PARSE, -EINVAL, "no program given");
		error_remedy(&err, "name one: fumehood run -- PROGRAM");
		print_error(&err);
		r = FH_EXIT_NOT_BOXED;
	}
	if (r == 0)
		r = run_boxed(policy, argv + rest);
	policy_free(policy);
	return r < 0 ? 0 : r;
}
