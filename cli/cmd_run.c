/* fumehood run: boxes a program and exits as it did. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "cli.h"
#include "exit_codes.h"
#include "relay.h"
#include "report_file.h"

/* Is a setting of the policy this value? */
static bool is_setting(const struct fh_policy *policy, const char *name,
		       const char *value)
{
	autofree char *told = NULL;

	return fh_policy_get(policy, name, &told, NULL) == 0 &&
	       strcmp(told, value) == 0;
}

static void warn(void *ctx, enum fh_log_level level, const char *message)
{
	const bool *is_quiet = ctx;

	if (level == FH_LOG_WARNING && !*is_quiet)
		print_warning("%s", message);
}

static void add_guarantee(const struct fh_plan *plan, int guarantee,
			  struct text *ret)
{
	struct fh_holding held;

	if (fh_plan_guarantee(plan, guarantee, &held, NULL) < 0)
		return;
	text_add(ret, "  %-12s %-9s %s\n", fh_guarantee_name(guarantee),
		 !held.is_asked ? "not-asked"
				: held.state == FH_STATE_NOT ? "lost" : "held",
		 held.state == FH_STATE_NOT ? held.reason : held.holders);
}

static void say_guarantees(const struct fh_plan *plan)
{
	autotext text = { 0 };

	text_add(&text, "Guarantees:\n");
	for (int g = 0; fh_guarantee_name(g); g++)
		add_guarantee(plan, g, &text);
	write_exactly(STDERR_FILENO, text_string(&text), text.len);
}

/* The program's streams are the program's: when it closes its output, whoever
 * reads it shall see the end, though we are still there. */
static void release_streams(const struct fh_policy *policy)
{
	autofree char *kept = NULL;
	char *rest, *word;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fh_policy_get(policy, "keep-fd", &kept, NULL) == 0 && *kept)
		for (rest = kept; (word = strsep(&rest, "\n"));)
			if (atoi(word) > STDERR_FILENO)
				close(atoi(word));
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
			  const struct report *report,
			  const struct fh_error *why)
{
	struct fh_result result = { .reason = FH_END_NOT_STARTED,
				    .status = -1,
				    .exit_code = not_started(why),
				    .error = *why };
	struct fh_error err;
	struct fh_plan *plan;

	print_error(why);
	if (!report->is_wanted || why->stage == FH_STAGE_PLAN)
		return result.exit_code;
	plan = plan_for(policy);
	if (plan && report_write(report, plan, &result, argv, &err) < 0)
		print_error(&err);
	fh_plan_free(plan);
	return result.exit_code;
}

/* Nothing is said of guarantees before they stand. */
static int follow(int signals, struct fh_box *box,
		  const struct fh_policy *policy, const struct report *report,
		  char **argv)
{
	struct fh_result result = { 0 };
	struct fh_error err;

	if (is_setting(policy, "verbose", "yes"))
		say_guarantees(fh_box_plan(box));
	release_streams(policy);
	if (relay_until_end(signals, box, is_setting(policy, "tty", "none"),
			    &result, &err) < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	if (result.error.code)
		print_error(&result.error);
	if (report_write(report, fh_box_plan(box), &result, argv, &err) < 0)
		print_error(&err); /* the program ran: its status stands */
	return result.exit_code;
}

static int run_reported(const struct fh_policy *policy, char **argv,
			const struct report *report)
{
	bool is_quiet = is_setting(policy, "quiet", "yes");
	const struct fh_log log = { warn, &is_quiet };
	const struct fh_spawn_options options = {
		.size = sizeof(options),
		.flags = FH_SPAWN_RAISE_NOFILE | FH_SPAWN_DIE_WITH_THREAD,
		.log = &log,
	};
	struct fh_box *box = NULL;
	struct fh_error err;
	autoclose int signals = relay_open(&err);
	int code;

	if (signals < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	if (fh_spawn(policy, argv, &options, &box, &err) < 0)
		return report_refusal(policy, argv, report, &err);
	code = follow(signals, box, policy, report, argv);
	fh_box_free(box);
	return code;
}

int run_boxed(const struct fh_policy *policy, char **argv)
{
	struct report report = REPORT_NOT_OPEN;
	struct fh_error err;
	int code = FH_EXIT_NOT_BOXED;

	if (report_open(policy, &report, &err) < 0)
		print_error(&err);
	else
		code = run_reported(policy, argv, &report);
	report_done(&report);
	return code;
}

int cmd_run(int argc, char **argv)
{
	struct fh_policy *policy = fh_policy_new();
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
	fh_policy_free(policy);
	return r < 0 ? 0 : r;
}
