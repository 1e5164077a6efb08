/* fh_spawn() and what is done with a box that runs. */
#include "api/export.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api_box.h"
#include "api/api_options.h"
#include "api/api_text.h"
#include "base/cleanup.h"
#include "report/report.h"

/*
 * A thread that is cancelled in the middle would leave a half-built box and
 * open descriptors behind: it is cancelled at its next point after us.
 */
static int hold_cancellation(void)
{
	int before = PTHREAD_CANCEL_ENABLE;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static void allow_cancellation(int before)
{
	pthread_setcancelstate(before, NULL);
}

static int check_options(const struct fh_spawn_options *options,
			 struct fh_error *err)
{
	const unsigned int known = FH_SPAWN_RAISE_NOFILE |
				   FH_SPAWN_DIE_WITH_THREAD |
				   FH_SPAWN_EXPLAIN;

	if (!options)
		return 0;
	return api_check_options("fh_spawn_options", options->size,
				 sizeof(*options), options->flags, known, err);
}

static int check_program(const char *function, char *const argv[],
			 struct fh_error *err)
{
	int r = api_needs_for(function, argv, err);

	if (r < 0 || argv[0])
		return r;
	return error_set(err, FH_STAGE_PARSE, -EINVAL,
			 "%s: argv has no program", function);
}

/* By one of policy and plan. */
static int spawn(const char *function, const struct fh_policy *policy,
		 const struct fh_plan *plan, char *const argv[],
		 const struct fh_spawn_options *options, struct fh_box **ret,
		 struct fh_error *err)
{
	int r = check_program(function, argv, err), cancel;

	if (r == 0)
		r = check_options(options, err);
	if (r == 0)
		r = api_needs_for(function, ret, err);
	if (r == 0 && plan)
		r = plan_need_box(plan, function, err);
	if (r < 0)
		return r;
	cancel = hold_cancellation();
	r = box_spawn(policy, plan, argv, options, ret, err);
	allow_cancellation(cancel);
	return r;
}

int fh_spawn(const struct fh_policy *policy, char *const argv[],
	     const struct fh_spawn_options *options, struct fh_box **ret,
	     struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : spawn(__func__, policy, NULL, argv, options, ret,
				 err);
}

int fh_spawn_plan(const struct fh_plan *plan, char *const argv[],
		  const struct fh_spawn_options *options, struct fh_box **ret,
		  struct fh_error *err)
{
	int r = api_needs(plan, err);

	return r < 0 ? r : spawn(__func__, NULL, plan, argv, options, ret, err);
}

int fh_box_fd(const struct fh_box *box)
{
	return box ? box->running.pid_fd : -EINVAL;
}

pid_t fh_box_pid(const struct fh_box *box)
{
	return box ? box->running.pid : -EINVAL;
}

const struct fh_plan *fh_box_plan(const struct fh_box *box)
{
	return box ? box->plan : NULL;
}

int fh_box_stream(struct fh_box *box, int number)
{
	if (!box || number < 0 || number > 2)
		return -EINVAL;
	return box->streams.ours[number] < 0
		       ? -EBADF
		       : fd_take(&box->streams.ours[number]);
}

int fh_box_terminal(struct fh_box *box)
{
	if (!box)
		return -EINVAL;
	return box->running.terminal_fd < 0
		       ? -EBADF
		       : fd_take(&box->running.terminal_fd);
}

int fh_kill(struct fh_box *box, int sig, struct fh_error *err)
{
	int r = api_needs(box, err);

	if (r < 0)
		return r;
	if (sig < 1 || sig > FORWARDED_SIGNALS_MAX || sig == SIGCHLD)
		return error_set(err, FH_STAGE_SUPERVISE, -EINVAL,
				 "fh_kill: no signal %d can be sent", sig);
	r = running_signal(&box->running, sig);
	if (r < 0)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "send signal %d to the box", sig);
	return 0;
}

static int wait_for(struct fh_box *box, int timeout_ms, struct fh_error *err)
{
	bool had_ended = box->running.has_ended;
	int r = running_wait(&box->running, timeout_ms, err);

	if (r == 0 && !had_ended && box->explain)
		explain_end(box->explain,
			    box->running.result.reason == FH_END_TIMEOUT);
	return r;
}

int fh_wait(struct fh_box *box, int timeout_ms, struct fh_result *ret,
	    struct fh_error *err)
{
	int r = api_needs(box, err), cancel;

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0 && timeout_ms < -1)
		r = error_set(err, FH_STAGE_PARSE, -EINVAL,
			      "fh_wait: timeout_ms is %d", timeout_ms);
	if (r == 0)
		r = box_need_tracer(box, __func__, err);
	if (r < 0)
		return r;
	cancel = hold_cancellation();
	r = wait_for(box, timeout_ms, err);
	allow_cancellation(cancel);
	if (r == 0)
		*ret = box->running.result;
	return r;
}

void fh_box_free(struct fh_box *box)
{
	int cancel;

	if (!box)
		return;
	cancel = hold_cancellation();
	box_free(box);
	allow_cancellation(cancel);
}

int fh_result_print(const struct fh_result *result, const struct fh_plan *plan,
		    char *const argv[], enum fh_format format, char **ret,
		    struct fh_error *err)
{
	autotext text = { 0 };
	int r = api_needs(result, err);

	if (r == 0)
		r = api_needs(plan, err);
	if (r == 0)
		r = api_needs(argv, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = plan_need_current(plan, __func__, err);
	if (r == 0 && (result->reason < 0 || result->reason >= N_ENDS))
		r = error_set(err, FH_STAGE_PARSE, -EINVAL,
			      "fh_result_print: no reason %d", result->reason);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r < 0)
		return r;
	if (format == FH_JSON)
		report_json(plan, result, argv, NULL, &text);
	else
		report_text(plan, result, NULL, &text);
	return api_take_text(&text, ret, __func__, err);
}

const char *fh_end_name(int reason)
{
	return reason >= 0 && reason < N_ENDS ? ends[reason].name : NULL;
}
