/* fumehood run: boxes a program and exits as it did. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli.h"
#include "relay.h"
#include "report/report.h"
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

static int not_started(const struct fh_error *err)
{
	if (err->stage != FH_STAGE_EXEC)
		return FH_EXIT_NOT_BOXED;
	return err->code == -ENOENT ? FH_EXIT_NOT_FOUND
				    : FH_EXIT_NOT_EXECUTABLE;
}

/* Who wants an account gets one of what did not start, too, once it is known
 * what was to hold it. */
static int report_refusal(const struct fh_policy *policy, char **argv,
			  int report, const struct fh_error *why)
{
	struct fh_result result = { .reason = FH_END_NOT_STARTED,
				    .status = -1,
				    .exit_code = not_started(why),
				    .error = *why };
	struct fh_error err = { 0 };
	struct fh_plan *plan = NULL;

	if (policy->report == REPORT_NONE || why->stage == FH_STAGE_PLAN)
		return result.exit_code;
	plan = plan_for(policy, true);
	if (plan && report_write(plan, &result, argv, report, &err) < 0)
		print_error(&err);
	plan_free(plan);
	return result.exit_code;
}

/* Nothing is said of guarantees before they stand. */
static int follow(int signals, struct fh_box *box, const struct fh_policy *policy,
		  struct fh_result *ret, struct fh_error *err)
{
	warn_of_losses(fh_box_plan(box));
	say_guarantees(fh_box_plan(box));
	release_streams(policy);
	return relay_until_end(signals, box, policy->tty == TTY_NONE, ret,
			       err);
}

int run_boxed(const struct fh_policy *policy, char **argv)
{
	const struct fh_spawn_options options = {
		.size = sizeof(options),
		.flags = FH_SPAWN_RAISE_NOFILE | FH_SPAWN_DIE_WITH_THREAD,
	};
	struct fh_result result = { 0 };
	struct fh_error err = { 0 };
	struct fh_box *box = NULL;
	autoclose int report = -1, signals = -1;

	if (report_open(policy, &report, &err) < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	signals = relay_open(&err);
	if (signals < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	if (fh_spawn(policy, argv, &options, &box, &err) < 0) {
		print_error(&err);
		return report_refusal(policy, argv, report, &err);
	}
	if (follow(signals, box, policy, &result, &err) < 0)
		print_error(&err);
	if (result.error.code)
		print_error(&result.error);
	if (policy->report != REPORT_NONE &&
	    report_write(fh_box_plan(box), &result, argv, report, &err) < 0)
		print_error(&err); /* the program ran: its status stands */
	fh_box_free(box);
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
