/* Makes a box: plans, prepares, starts, and plans anew where it must. */
#include "api/export.h"

#include "api/api_box.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "plan/prepare.h"

static const struct fh_spawn_options defaults = {
	.size = sizeof(struct fh_spawn_options),
};

static void __attribute__((format(printf, 3, 4)))
tell(const struct fh_log *log, enum fh_log_level level, const char *fmt, ...)
{
	char raw[1024], harmless[1024];
	va_list args;

	if (!log || !log->write)
		return;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(harmless, sizeof(harmless), raw);
	log->write(log->ctx, level, harmless);
}

static void tell_losses(const struct fh_log *log, const struct fh_plan *plan)
{
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		if (row->is_asked && !row->holders &&
		    !(plan->policy->without & GUARANTEE_BIT(g)))
			tell(log, FH_LOG_WARNING,
			     "without the guarantee %s: %s",
			     guarantees[g].name, row->lost);
	}
}

static char *const *environment(const struct fh_spawn_options *options)
{
	static char *const none[] = { NULL };

	return options->env ? options->env : environ ? environ : none;
}

static int no_memory(struct fh_error *err)
{
	return error_set(err, FH_STAGE_PREPARE, -ENOMEM, "box a program");
}

/* One try with one plan. */
static int start(struct fh_box *box, const struct fh_plan *plan,
		 char *const *argv, const struct fh_spawn_options *options,
		 struct fh_error *err)
{
	struct prepare_request request = {
		.argv = argv,
		.may_raise_descriptors = options->flags & FH_SPAWN_RAISE_NOFILE,
	};
	struct prepared prepared;
	int r = prepare_check_kept(plan->policy, err);

	if (r == 0)
		r = streams_open(options->streams, &box->streams, err);
	if (r < 0)
		return r;
	memcpy(request.streams, box->streams.child, sizeof(request.streams));
	r = plan_prepare_for(plan, &request, &prepared, err);
	if (r == 0) {
		prepared.box.dies_with_thread =
			options->flags & FH_SPAWN_DIE_WITH_THREAD;
		r = running_start(&prepared.box, plan->policy->timeout_ms,
				  &box->running, err);
		prepared_done(&prepared);
	}
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
	if (r < 0)
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

/* A /proc that was mounted before the caller's pid namespace was made counts
 * otherwise: a box's number there is somebody else's. */
static int need_own_numbers(struct fh_error *err)
{
	char own[21], seen[32];
	ssize_t n = readlink("/proc/self", seen, sizeof(seen) - 1);
	int r;

	if (n > 0 && (size_t)n == number_format(own, (uint64_t)getpid()) &&
	    memcmp(own, seen, (size_t)n) == 0)
		return 0;
	r = error_set(err, FH_STAGE_PROBE, -ESRCH,
		      "find ourselves in /proc: it is another pid namespace's");
	error_remedy(err, "mount a /proc of this one: unshare --mount-proc, for one");
	return r;
}

/* The id maps, the sources' real names: all is asked there. Not of /proc/self:
 * that is empty once the first thread has ended. */
static int need_proc(struct fh_error *err)
{
	int r;

	if (access("/proc/thread-self/fd", F_OK) == 0)
		return need_own_numbers(err);
	r = error_set(err, FH_STAGE_PROBE, -errno, "find /proc mounted");
	error_remedy(err, "as root: mount -t proc proc /proc");
	return r;
}

static int plan_and_start(struct fh_box *box, char *const *argv,
			  const struct fh_spawn_options *options,
			  struct fh_error *err)
{
	struct fh_kernel kernel;
	int r = need_proc(err);

	if (r < 0)
		return r;
	if (options->kernel)
		kernel = *options->kernel;
	else
		kernel_probe_quick(&kernel);
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
	int r = need_proc(err);

	if (r == 0) {
		box->view = malloc(sizeof(*box->view));
		r = box->view ? start(box, plan, argv, options, err)
			      : no_memory(err);
	}
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

	if (!box)
		return NULL;
	box->running.pid_fd = box->running.go_fd = box->running.report_fd = -1;
	for (int i = 0; i < 3; i++)
		box->streams.ours[i] = -1;
	return box;
}

static int finish_spawn(struct fh_box *box, int r,
			const struct fh_spawn_options *options,
			const struct fh_error *own, struct fh_box **ret,
			struct fh_error *err)
{
	if (r < 0) {
		if (err)
			*err = *own;
		box_free(box);
		return r;
	}
	tell_losses(options->log, box->plan);
	*ret = box;
	return 0;
}

int box_spawn(const struct fh_policy *policy, char *const argv[],
	      const struct fh_spawn_options *options, struct fh_box **ret,
	      struct fh_error *err)
{
	struct fh_box *box = box_new();
	struct fh_error own = { 0 };
	int r;

	if (!options)
		options = &defaults;
	if (!box)
		return no_memory(err);
	box->policy = policy_copy(policy);
	r = box->policy ? plan_and_start(box, argv, options, &own) : no_memory(&own);
	return finish_spawn(box, r, options, &own, ret, err);
}

int box_spawn_plan(const struct fh_plan *plan, char *const argv[],
		   const struct fh_spawn_options *options, struct fh_box **ret,
		   struct fh_error *err)
{
	struct fh_box *box = box_new();
	struct fh_error own = { 0 };
	int r;

	if (!options)
		options = &defaults;
	if (!box)
		return no_memory(err);
	r = plan_need_box(plan, "fh_spawn_plan", &own);
	if (r == 0)
		r = start_borrowed(box, plan, argv, options, &own);
	return finish_spawn(box, r, options, &own, ret, err);
}

void box_free(struct fh_box *box)
{
	running_done(&box->running);
	streams_close(&box->streams, true);
	plan_free(box->own_plan);
	free(box->view);
	policy_free(box->policy);
	free(box);
}
