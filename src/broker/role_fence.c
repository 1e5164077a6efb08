/* Confines a role by its policy, hidden and bound to the monitor. */
#include "broker/role_fence.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "confine/confine.h"
#include "broker/roles.h"
#include "confine/confine_plan.h"
#include "sys/threads.h"

int role_check_threads(struct fh_error *err)
{
	if (threads_look() == THREADS_ONE)
		return 0;
	error_set(err, FH_STAGE_PREPARE, -EBUSY,
		  "split while other threads run, or may run");
	error_remedy(err, "split before the first thread is made");
	return -EBUSY;
}

/* The kernel names an image by what it was executed by: "exe". */
static void take_name(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	const char *name = slash ? slash + 1 : program;

	if (name && *name)
		prctl(PR_SET_NAME, name, 0, 0, 0);
}

int role_hide(const char *program, int *keep, size_t n_keep,
	      struct fh_error *err)
{
	const struct rlimit none = { 0, 0 };
	int r = role_check_threads(err);

	if (r < 0)
		return r;
	take_name(program);
	if (setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_set(err, FH_STAGE_PREPARE, -errno,
				 "hide the role: %s", strerror(errno));
	r = role_close_but(keep, n_keep);
	if (r < 0)
		error_set(err, FH_STAGE_PREPARE, r,
			  "close what a role is not to have: %s", strerror(-r));
	return r;
}

/* A change of ids has undone both: the kernel then makes a process as dumpable
 * as fs.suid_dumpable says, and forgets whose death it dies with. */
static int bind_to_monitor(const void *ctx)
{
	const pid_t *monitor = ctx;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -errno;
	if (*monitor && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return !*monitor || getppid() == *monitor ? 0 : -ECHILD;
}

int role_fence(const struct fh_policy *policy, const struct fh_kernel *kernel,
	       pid_t monitor, const struct fh_log *log, struct fh_error *err)
{
	const struct confine_extra extra = {
		.action = monitor ? "hide, and die with" : "hide from",
		.object = monitor ? "the monitor" : "tracers",
		.take = bind_to_monitor,
		.ctx = &monitor,
	};
	struct fh_plan *plan;
	int r;

	r = confine_plan(policy, kernel, &plan, err);
	if (r < 0)
		return r;
	r = confine_carry_out_with(plan, &extra, log, err);
	plan_free(plan);
	return r;
}
