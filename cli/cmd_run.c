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
#include "end_as.h"
#include "exit_codes.h"
#include "explain_print.h"
#include "relay.h"
#include "report_file.h"
#include "terminal.h"
#include "terminal_auto.h"
#include "watch.h"

/* What the policy says to us: asked before the box is started, for once it
 * runs nothing may fail any more. */
struct session {
	bool is_quiet;
	bool is_verbose;
	bool is_explaining;
	bool shares_terminal, has_terminal; /* tty inherit, tty pty */
	struct terminal *terminal;
	char *keep_fds; /* one a line */
	struct watch watch;
	struct report report;
	int signal; /* by which the program ended, or 0 */
};

#define SESSION_NONE { .watch = WATCH_NOTHING, .report = REPORT_NOT_OPEN }

static int ask_whether(const struct fh_policy *policy, const char *name,
		       const char *value, bool *ret, struct fh_error *err)
{
	autofree char *told = NULL;
	int r = fh_policy_get(policy, name, &told, err);

	if (r == 0)
		*ret = strcmp(told, value) == 0;
	return r;
}

static int ask(const struct fh_policy *policy, struct session *ret,
	       struct fh_error *err)
{
	const struct {
		const char *name, *value;
		bool *is_so;
	} questions[] = {
		{ "quiet", "yes", &ret->is_quiet },
		{ "verbose", "yes", &ret->is_verbose },
		{ "explain", "yes", &ret->is_explaining },
		{ "tty", "inherit", &ret->shares_terminal },
		{ "tty", "pty", &ret->has_terminal },
	};
	int r = fh_policy_get(policy, "keep-fd", &ret->keep_fds, err);

	for (size_t i = 0; i < ARRAY_SIZE(questions) && r == 0; i++)
		r = ask_whether(policy, questions[i].name, questions[i].value,
				questions[i].is_so, err);
	return r;
}

/* What we open must not take the number of a descriptor that was promised to the
 * program, but is not open. */
static int check_kept(const struct session *session, struct fh_error *err)
{
	for (const char *at = session->keep_fds; *at;) {
		int fd = (int)strtol(at, NULL, 10);

		if (fcntl(fd, F_GETFD) < 0)
			return error_set(err, FH_STAGE_PREPARE, -errno,
					 "--keep-fd %d: not open", fd);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return 0;
}

static int session_begin(const struct fh_policy *policy, struct session *ret,
			 struct fh_error *err)
{
	int r = ask(policy, ret, err);

	if (r == 0)
		r = check_kept(ret, err);
	if (r == 0)
		r = status_open(policy, &ret->watch.status, err);
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
	status_done(&session->watch.status);
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
	static const char *const states[] = { [FH_STATE_NOT] = "lost",
					      [FH_STATE_PARTLY] = "partly",
					      [FH_STATE_FULLY] = "held" };
	struct fh_holding held;

	if (fh_plan_guarantee(plan, guarantee, &held, NULL) < 0)
		return;
	text_add(ret, "  %-12s %-9s %s%s%s\n", fh_guarantee_name(guarantee),
		 !held.is_asked ? "not-asked" : states[held.state],
		 held.holders, *held.holders && *held.reason ? ": " : "",
		 held.reason);
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
static void report_refusal(const struct fh_policy *policy, char **argv,
			   const struct report *report, int exit_code,
			   const struct fh_error *why)
{
	struct fh_result result = { .reason = FH_END_NOT_STARTED,
				    .status = -1,
				    .exit_code = exit_code,
				    .error = *why };
	struct fh_error err;
	struct fh_plan *plan;

	if (!report->is_wanted || why->stage == FH_STAGE_PLAN)
		return;
	plan = plan_for(policy);
	if (plan && report_write_failure(report, plan, &result, argv, &err) < 0)
		print_error(&err);
	fh_plan_free(plan);
}

/* The last words of a run that was none. */
static int fail(struct session *session, const struct fh_error *why,
		int exit_code)
{
	print_error(why);
	status_failed(&session->watch.status, why, exit_code);
	return exit_code;
}

static int refuse(const struct fh_policy *policy, char **argv,
		  struct session *session, const struct fh_error *why)
{
	int exit_code = not_started(why);

	print_error(why);
	report_refusal(policy, argv, &session->report, exit_code, why);
	status_failed(&session->watch.status, why, exit_code);
	return exit_code;
}

/* Whoever sees the end of the run, by status or by event, finds the report. */
static int conclude(struct fh_box *box, struct session *session, char **argv,
		    const struct fh_result *result)
{
	struct fh_error err;
	int event;

	while ((event = fh_box_event(box)) > 0) /* just before its end */
		watch_event(&session->watch, event);
	if (result->error.code)
		print_error(&result->error);
	if (session->is_explaining && !session->is_quiet)
		explain_print(box);
	if (report_write(&session->report, box, argv, &err) < 0)
		print_error(&err); /* the program ran: its status stands */
	status_ended(&session->watch.status, result);
	session->signal = end_signal(result);
	return result->exit_code;
}

/* Nothing is said of guarantees before they stand. */
static int follow(int signals, struct fh_box *box, struct session *session,
		  char **argv)
{
	struct watch *watch = &session->watch;
	struct relay relay = { .signals = signals, .box = box, .watch = watch,
			       .terminal = session->terminal,
			       .has_own_session = !session->shares_terminal };
	struct fh_result result = { 0 };
	struct fh_error err;
	int r;

	status_started(&watch->status, box);
	if (session->is_verbose)
		say_guarantees(fh_box_plan(box));
	release_streams(session);
	progress_begin(&watch->progress, session->is_verbose &&
						 !session->has_terminal);
	r = relay_until_end(&relay, &result, &err);
	progress_erase(&watch->progress);
	/* What we have to say belongs on a terminal that is as it was. */
	terminal_free(session->terminal);
	session->terminal = NULL;
	return r < 0 ? fail(session, &err, FH_EXIT_NOT_BOXED)
		     : conclude(box, session, argv, &result);
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

	if (signals < 0)
		return fail(session, &err, FH_EXIT_NOT_BOXED);
	if (fh_spawn(policy, argv, &options, &box, &err) < 0)
		return refuse(policy, argv, session, &err);
	code = follow(signals, box, session, argv);
	fh_box_free(box);
	return code;
}

/* @ret_signal: by which the program ended, or 0 */
static int box_program(const struct fh_policy *policy, char **argv,
		       int *ret_signal)
{
	struct session session = SESSION_NONE;
	struct fh_error err;
	int code = session_begin(policy, &session, &err) < 0
			   ? fail(&session, &err, FH_EXIT_NOT_BOXED)
			   : run_session(policy, argv, &session);

	*ret_signal = session.signal;
	session_done(&session);
	return code;
}

int run_boxed(const struct fh_policy *policy, char **argv)
{
	int sig;

	return box_program(policy, argv, &sig);
}

int cmd_run(int argc, char **argv)
{
	struct fh_policy *policy = fh_policy_new();
	int rest = 0, sig = 0;
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
		r = box_program(policy, argv + rest, &sig);
	fh_policy_free(policy);
	end_by_signal(sig);
	return r < 0 ? 0 : r;
}
