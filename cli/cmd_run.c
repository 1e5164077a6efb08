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
#include "explain_print.h"
#include "relay.h"
#include "report_file.h"
#include "terminal.h"
#include "terminal_auto.h"

/* What the policy says to us: asked before the box is started, for once it
 * runs nothing may fail any more. */
struct session {
	bool is_quiet;
	bool is_verbose;
	bool is_explaining;
	bool shares_terminal, has_terminal; /* tty inherit, tty pty */
	struct terminal *terminal;
	char *keep_fds; /* one a line */
	struct report report;
};

#define SESSION_NONE { .report = REPORT_NOT_OPEN }

static int ask_whether(const struct fh_policy *policy, const char *name,
		       const char *value, bool *ret, struct fh_error *err)
{
	autofree char *told = NULL;
	int r = fh_policy_get(policy, name, &told, err);

	if (r == 0)
		*ret = strcmp(told, value) == 0;
	return r;
}

static int session_begin(const struct fh_policy *policy, struct session *ret,
			 struct fh_error *err)
{
	int r = ask_whether(policy, "quiet", "yes", &ret->is_quiet, err);

	if (r == 0)
		r = ask_whether(policy, "verbose", "yes", &ret->is_verbose,
				err);
	if (r == 0)
		r = ask_whether(policy, "explain", "yes", &ret->is_explaining,
				err);
	if (r == 0)
		r = ask_whether(policy, "tty", "inherit", &ret->shares_terminal,
				err);
	if (r == 0)
		r = ask_whether(policy, "tty", "pty", &ret->has_terminal, err);
	if (r == 0)
		r = fh_policy_get(policy, "keep-fd", &ret->keep_fds, err);
	if (r == 0)
		r = report_open(policy, &ret->report, err);
	if (r == 0 && ret->has_terminal)
		r = terminal_new(&ret->terminal, err);
	return r;
}

static void session_done(struct session *session)
{
	terminal_free(session->terminal);
	free(session->keep_fds);
	report_done(&session->report);
}

static void warn(void *ctx, enum fh_log_level level, const char *message)
{
	const struct session *session = ctx;

	if (level == FH_LOG_WARNING && !session->is_quiet)
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
static void release_streams(const struct session *session)
{
	char *rest = session->keep_fds, *word;
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	while ((word = strsep(&rest, "\n")))
		if (strtol(word, NULL, 10) > STDERR_FILENO)
			close((int)strtol(word, NULL, 10));
	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

static int not_started(const struct fh_error *err)
{
	if (err->stage == FH_STAGE_SUPERVISE && err->code == -ETIMEDOUT)
		return FH_EXIT_TIMED_OUT;
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
	if (plan && report_write_failure(report, plan, &result, argv, &err) < 0)
		print_error(&err);
	fh_plan_free(plan);
	return result.exit_code;
}

/* Nothing is said of guarantees before they stand. */
static int follow(int signals, struct fh_box *box,
		  struct session *session, char **argv)
{
	struct relay relay = { .signals = signals, .box = box,
			       .terminal = session->terminal,
			       .has_own_session = !session->shares_terminal };
	struct fh_result result = { 0 };
	struct fh_error err;
	int r;

	if (session->is_verbose)
		say_guarantees(fh_box_plan(box));
	release_streams(session);
	r = relay_until_end(&relay, &result, &err);
	/* What we have to say belongs on a terminal that is as it was. */
	terminal_free(session->terminal);
	session->terminal = NULL;
	if (r < 0) {
		print_error(&err);
		return FH_EXIT_NOT_BOXED;
	}
	if (result.error.code)
		print_error(&result.error);
	if (session->is_explaining && !session->is_quiet)
		explain_print(box);
	if (report_write(&session->report, box, argv, &err) < 0)
		print_error(&err); /* the program ran: its status stands */
	return result.exit_code;
}

static int run_session(const struct fh_policy *policy, char **argv,
		       struct session *session)
{
	const struct fh_log log = { warn, session };
	const struct fh_spawn_options options = {
		.size = sizeof(options),
		.flags = FH_SPAWN_RAISE_NOFILE | FH_SPAWN_DIE_WITH_THREAD |
			 (session->is_explaining ? FH_SPAWN_EXPLAIN : 0),
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
		return report_refusal(policy, argv, &session->report, &err);
	code = follow(signals, box, session, argv);
	fh_box_free(box);
	return code;
}

int run_boxed(const struct fh_policy *policy, char **argv)
{
	struct session session = SESSION_NONE;
	struct fh_error err;
	int code = FH_EXIT_NOT_BOXED;

	if (session_begin(policy, &session, &err) < 0)
		print_error(&err);
	else
		code = run_session(policy, argv, &session);
	session_done(&session);
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
		r = terminal_settle(policy);
	if (r == 0)
		r = run_boxed(policy, argv + rest);
	fh_policy_free(policy);
	return r < 0 ? 0 : r;
}
