/* Makes a box: plans, prepares, starts, and plans anew where it must. */
#include "api/export.h"

#include "api/api_box.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "plan/ceilings.h"
#include "plan/prepare.h"
#include "supervise/pty.h"

static const struct fh_spawn_options defaults = {
	.size = sizeof(struct fh_spawn_options),
};

static char *const *environment(const struct fh_spawn_options *options)
{
	static char *const none[] = { NULL };

	return options->env ? options->env : environ ? environ : none;
}

static int no_memory(struct fh_error *err)
{
	return error_set(err, FH_STAGE_PREPARE, -ENOMEM, "box a program");
}

/* To explain what is refused takes what the box was made of. */
static void keep(struct fh_box *box, int r, struct prepared *prepared)
{
	if (box->explain && r == 0)
		explain_keep(box->explain, prepared);
	prepared_done(prepared);
	if (r == 0)
		return;
	explain_free(box->explain);
	box->explain = NULL;
	refusals_done(&box->account->refusals);
}

/* A cgroup that was planned and cannot be made is no box without one. */
static int start_prepared(struct fh_box *box, const struct fh_plan *plan,
			  struct prepared *prepared, struct fh_error *err)
{
	struct trace *trace = box->explain ? explain_trace(box->explain) : NULL;
	struct cgroup *cgroup = NULL;
	int r = 0;

	if (plan->has_cgroup)
		r = cgroup_new(plan->kernel.cgroup.way, &plan->cgroup, &cgroup,
			       err);
	return r < 0 ? r
		     : running_start(&prepared->box, plan->policy->timeout_ms,
				     cgroup, trace, &box->running, err);
}

/* One try with one plan. */
static int start(struct fh_box *box, const struct fh_plan *plan,
		 char *const *argv, const struct fh_spawn_options *options,
		 struct fh_error *err)
{
	struct prepare_request request = {
		.argv = argv,
		.may_raise_descriptors = options->flags & FH_SPAWN_RAISE_NOFILE,
		.is_traced = options->flags & FH_SPAWN_EXPLAIN,
		.terminal_fd = -1,
	};
	struct prepared prepared;
	struct pty pty = PTY_NONE;
	int r = prepare_check_kept(plan->policy, err);

	if (r == 0)
		r = streams_open(options->streams, &box->streams, err);
	if (r < 0)
		return r;
	if (plan->policy->output_limit != POLICY_UNLIMITED)
		r = streams_narrow_input(&box->streams, err);
	memcpy(request.streams, box->streams.child, sizeof(request.streams));
	if (r == 0 && plan->steps & STEP_BIT(STEP_TERMINAL))
		r = pty_prepare(options->streams, &box->streams,
				plan->has_namespaces, &pty, err);
	request.terminal_fd = pty.slave;
	request.terminal_model = pty.model;
	request.has_model_modes = pty.has_modes;
	memcpy(request.on_terminal, pty.on, sizeof(request.on_terminal));
	if (r == 0)
		r = plan_prepare_for(plan, &request, &prepared, err);
	if (r == 0) {
		prepared.box.dies_with_thread =
			options->flags & FH_SPAWN_DIE_WITH_THREAD;
		if (request.is_traced)
			r = explain_new(plan, &prepared, &box->account->refusals,
					&box->explain, err);
		if (r == 0)
			r = start_prepared(box, plan, &prepared, err);
		keep(box, r, &prepared);
	}
	if (r == 0 && pty.master >= 0)
		box->running.terminal_fd = fd_take(&pty.master);
	pty_done(&pty);
	streams_close(&box->streams, r < 0);
	return r;
}

/* Did the set-up fail where namespaces may be what cannot be had? */
static bool may_lack_namespaces(const struct fh_plan *plan,
				const struct fh_error *err)
{
	return plan->kernel.is_assumed && plan->has_namespaces &&
	       (err->stage == FH_STAGE_SUPERVISE ||
		(err->stage == FH_STAGE_APPLY && err->step <= STEP_LOCK));
}

static bool is_same(const struct fh_plan *a, const struct fh_plan *b)
{
	return a->clone_flags == b->clone_flags && a->steps == b->steps &&
	       a->has_proc == b->has_proc;
}

/*
 * The quick plan takes namespaces for granted: that is true nearly always and
 * saves trying them. When the box could not be built, they are tried for real
 * and the plan is made anew; if it is the same, the failure stands.
 */
static int start_anew(struct fh_box *box, char *const *argv,
		      const struct fh_spawn_options *options,
		      struct fh_error *err)
{
	struct fh_error failure = *err;
	struct fh_kernel kernel;
	struct fh_plan *real = NULL;
	int r = kernel_probe_full(&kernel, err);

	if (r == 0)
		r = plan_new(box->policy, &kernel,
			     environment(options), &real, err);
	if (r != 0)
		return r;
	if (is_same(box->own_plan, real)) {
		*err = failure;
		r = failure.code;
	} else {
		r = start(box, real, argv, options, err);
	}
	plan_free(box->own_plan);
	box->own_plan = real;
	return r;
}

static int plan_and_start(struct fh_box *box, const struct fh_policy *policy,
			  char *const *argv,
			  const struct fh_spawn_options *options,
			  struct fh_error *err)
{
	struct fh_kernel kernel;
	int r;

	box->policy = policy_copy(policy);
	if (!box->policy)
		return no_memory(err);
	r = proc_need(err);
	if (r < 0)
		return r;
	if (options->kernel)
		kernel = *options->kernel;
	else
		kernel_probe_quick(&kernel);
	if (plan_asks_cgroup(box->policy, &kernel))
		kernel_probe_cgroup(&kernel);
	r = plan_new(box->policy, &kernel,
		     environment(options), &box->own_plan, err);
	if (r < 0)
		return r;
	r = start(box, box->own_plan, argv, options, err);
	if (r < 0 && may_lack_namespaces(box->own_plan, err))
		r = start_anew(box, argv, options, err);
	if (r < 0)
		return r;
	plan_lose(box->own_plan, box->running.lost);
	box->plan = box->own_plan;
	return 0;
}

/* What the kernel refused for this box says nothing of the others. */
static int start_borrowed(struct fh_box *box, const struct fh_plan *plan,
			  char *const *argv,
			  const struct fh_spawn_options *options,
			  struct fh_error *err)
{
	int r = proc_need(err);

	if (r < 0)
		return r;
	box->view = malloc(sizeof(*box->view));
	if (!box->view)
		return no_memory(err);
	r = start(box, plan, argv, options, err);
	if (r < 0)
		return r;
	*box->view = *plan;
	plan_lose(box->view, box->running.lost);
	box->plan = box->view;
	return 0;
}

static struct fh_box *box_new(void)
{
	struct fh_box *box = calloc(1, sizeof(*box));

	if (box)
		box->account = calloc(1, sizeof(*box->account));
	if (!box || !box->account) {
		free(box);
		return NULL;
	}
	box->running.pid_fd = box->running.report_fd = -1;
	box->running.go_fd = box->running.go_peer_fd = -1;
	box->running.terminal_fd = -1;
	for (int i = 0; i < 3; i++)
		box->streams.ours[i] = -1;
	return box;
}

int box_spawn(const struct fh_policy *policy, const struct fh_plan *plan,
	      char *const argv[], const struct fh_spawn_options *options,
	      struct fh_box **ret, struct fh_error *err)
{
	struct fh_box *box = box_new();
	struct fh_error own = { 0 };
	int r;

	if (!options)
		options = &defaults;
	if (!box)
		return no_memory(err);
	r = plan ? start_borrowed(box, plan, argv, options, &own)
		 : plan_and_start(box, policy, argv, options, &own);
	if (r != 0) {
		if (err)
			*err = own;
		box_free(box);
		return r;
	}
	plan_tell_losses(box->plan, options->log);
	*ret = box;
	return 0;
}

void box_free(struct fh_box *box)
{
	running_done(&box->running);
	explain_free(box->explain);
	streams_close(&box->streams, true);
	plan_free(box->own_plan);
	free(box->view);
	policy_free(box->policy);
	refusals_done(&box->account->refusals);
	free(box->account);
	free(box);
}

int box_need_tracer(const struct fh_box *box, const char *function,
		    struct fh_error *err)
{
	if (!box->explain || box->running.has_ended ||
	    trace_is_ours(explain_trace(box->explain)))
		return 0;
	return error_set(err, FH_STAGE_SUPERVISE, -EINVAL,
			 "%s: with FH_SPAWN_EXPLAIN only for the thread that started the box",
			 function);
}
