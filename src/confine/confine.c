/* Takes the steps of a confinement, verifies each, and loads the filter last. */
#include "confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply/child.h"
#include "base/cleanup.h"
#include "base/scratch.h"
#include "confine/confine_prepare.h"
#include "mech/capabilities_apply.h"
#include "mech/environment_apply.h"
#include "mech/identity_apply.h"
#include "mech/landlock_apply.h"
#include "mech/limits_apply.h"
#include "sys/capability.h"
#include "sys/seccomp_calls.h"
#include "sys/threads.h"

#define STATUS_MAX 8192

/* How far it came, for whoever has to decide what a failure leaves. */
struct progress {
	const struct fh_log *log;
	char done[256]; /* "identity, capabilities" */
};

/* From the first step on a failure is no longer without consequence. */
static int fail(const struct progress *progress, enum step step, int code,
		const char *action, const char *object, struct fh_error *err)
{
	error_set(err, FH_STAGE_APPLY, code, "%s %s: %s", action,
		  object ? object : "", strerror(-code));
	if (err)
		err->step = (uint32_t)step;
	error_remedy(err, *progress->done
		     ? "end this process: it is confined in part (%s)"
		     : "end this process: this step may be half done%s",
		     progress->done);
	return code;
}

/* --- verification --------------------------------------------------------- */

static bool is_refused(long r)
{
	/* EINVAL: a namespace in which there is no 0. */
	return r < 0 && (errno == EPERM || errno == EINVAL);
}

/* Raw calls: they try this thread alone, and a libc would end a process whose
 * threads differ. What was had back is given up again: whoever does not heed
 * the failure shall not go on with it. */
static int verify_identity(const struct box *box,
			   struct child_failure *failure)
{
	const unsigned int same = ~0u;

	if (box->uid != 0 && !(box->keep_caps >> CAP_SETUID & 1) &&
	    !is_refused(syscall(SYS_setresuid, same, 0, same))) {
		syscall(SYS_setresuid, same, box->uid, box->uid);
		return child_fail(failure, -EPERM, "verify",
				  "that uid 0 cannot be had back");
	}
	if (box->gid != 0 && !(box->keep_caps >> CAP_SETGID & 1) &&
	    !is_refused(syscall(SYS_setresgid, same, 0, same))) {
		syscall(SYS_setresgid, same, box->gid, box->gid);
		return child_fail(failure, -EPERM, "verify",
				  "that gid 0 cannot be had back");
	}
	return 0;
}

static int verify_landlock(const struct confinement *c,
			   struct child_failure *failure)
{
	autoclose int fd = c->is_root_shut
		? open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!c->is_root_shut || (fd < 0 && errno == EACCES))
		return 0;
	return child_fail(failure, -EPERM, "verify",
			  "that a directory outside is refused");
}

/* A call that the filter lets through whatever its arguments. */
static bool is_free(const struct fh_plan *plan, const char *call)
{
	bool has_rules;
	struct verdict verdict = seccomp_verdict(
		&plan->filter, syscall_number(plan->kernel.arch, call),
		&has_rules);

	return verdict.kind == VERDICT_ALLOW && !has_rules;
}

static bool is_field(const char *status, const char *name, uint64_t value,
		     int base)
{
	const char *field = threads_field(status, name);

	return field && strtoull(field, NULL, base) == value;
}

/* What the kernel itself says of this thread, read through a descriptor that
 * was opened before there was a fence. */
static bool is_confined(const char *status, const struct box *box,
			uint64_t n_filters)
{
	return is_field(status, "NoNewPrivs", 1, 10) &&
	       is_field(status, "Seccomp", 2, 10) &&
	       (!n_filters ||
		is_field(status, "Seccomp_filters", n_filters, 10)) &&
	       is_field(status, "Uid", box->uid, 10) &&
	       is_field(status, "Gid", box->gid, 10) &&
	       is_field(status, "CapPrm", box->keep_caps, 16) &&
	       is_field(status, "CapEff", box->keep_caps, 16) &&
	       is_field(status, "CapInh", 0, 16) &&
	       is_field(status, "CapAmb", 0, 16);
}

static bool read_status(int fd, char ret[STATUS_MAX])
{
	ssize_t n = pread(fd, ret, STATUS_MAX - 1, 0);

	ret[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* How many filters there will be: one that was there before must not pass for
 * ours. 0: it cannot be told, before Linux 5.9 or without /proc. */
static uint64_t count_filters(int status_fd)
{
	scratch char status[STATUS_MAX];
	const char *field = status_fd >= 0 && read_status(status_fd, status)
		? threads_field(status, "Seccomp_filters") : NULL;

	return field ? strtoull(field, NULL, 10) + 1 : 0;
}

static int verify_status(const struct progress *progress, const struct box *box,
			 int status_fd, uint64_t n_filters,
			 struct fh_error *err)
{
	scratch char status[STATUS_MAX];

	if (read_status(status_fd, status) &&
	    is_confined(status, box, n_filters))
		return 0;
	return fail(progress, STEP_SECCOMP, -EPERM, "verify",
		    "the process by /proc/thread-self/status", err);
}

/* --- steps ---------------------------------------------------------------- */

/* A program that has put its privilege aside takes it up, to be rid of all
 * that it stands for: groups, the bounding set, the saved id. */
static int identity_step(struct confinement *c, struct child_failure *failure)
{
	struct capability_sets sets = { 0 };
	int r = c->puts_aside ? capability_get(&sets) : 0;

	sets.effective = sets.permitted;
	if (r == 0 && c->puts_aside)
		r = capability_set(&sets);
	if (r < 0)
		return child_fail(failure, r, "take up",
				  "the capabilities put aside");
	return identity_change(&c->box, failure);
}

/* With threads there is none, in any of them. */
static int capabilities_step(struct confinement *c,
			     struct child_failure *failure)
{
	int r = c->has_threads ? 0 : capabilities_apply(&c->box, failure);

	return r == 0 ? verify_identity(&c->box, failure) : r;
}

static int no_new_privs_step(struct confinement *c,
			     struct child_failure *failure)
{
	return no_new_privs_apply(&c->box, failure);
}

static int rlimits_step(struct confinement *c, struct child_failure *failure)
{
	return rlimits_apply(&c->box, failure);
}

static int landlock_step(struct confinement *c, struct child_failure *failure)
{
	int r = landlock_enter(c->ruleset_fd, &c->box, failure);

	cleanup_close(&c->ruleset_fd);
	return r == 0 ? verify_landlock(c, failure) : r;
}

static int write_exec_step(struct confinement *c,
			   struct child_failure *failure)
{
	return write_exec_apply(&c->box, failure);
}

/* In the order of enum step; the filter comes after them. */
static const struct {
	enum step step;
	int (*take)(struct confinement *c, struct child_failure *failure);
} steps[] = {
	{ STEP_IDENTITY, identity_step },
	{ STEP_CAPABILITIES, capabilities_step },
	{ STEP_NO_NEW_PRIVS, no_new_privs_step },
	{ STEP_PROGRAM_LANDLOCK, landlock_step },
	{ STEP_WRITE_EXEC, write_exec_step },
	{ STEP_RLIMITS, rlimits_step },
};

static void note_done(struct progress *progress, enum step step)
{
	size_t len = strlen(progress->done);

	snprintf(progress->done + len, sizeof(progress->done) - len, "%s%s",
		 len ? ", " : "", step_infos[step].name);
	log_tell(progress->log, FH_LOG_INFO, "%s: %s", step_infos[step].name,
		 step_infos[step].why);
}

static int take_steps(struct confinement *c, struct progress *progress,
		      struct fh_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct child_failure failure = { 0 };
		int r;

		if (!(c->plan->steps & STEP_BIT(steps[i].step)))
			continue;
		r = steps[i].take(c, &failure);
		if (r < 0)
			return fail(progress, steps[i].step, r, failure.action,
				    failure.object, err);
		note_done(progress, steps[i].step);
	}
	return 0;
}

/*
 * The filter comes last, and after it as little as can be: it may refuse what
 * closing and freeing ask of the kernel. Hence all that is not needed is given
 * back before, and the instructions lie on the stack.
 */
static int load_filter(struct confinement *c, struct progress *progress,
		       struct fh_error *err)
{
	const unsigned int flags = c->has_threads
		? SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH
		: 0;
	const bool can_read = is_free(c->plan, "pread64");
	const bool can_close = is_free(c->plan, "close");
	scratch struct sock_filter code[FILTER_BPF_MAX];
	struct sock_fprog program = { .len = c->box.filter.len,
				      .filter = code };
	struct box box = c->box;
	int status_fd = can_read && can_close ? fd_take(&c->status_fd) : -1;
	const uint64_t n_filters = count_filters(status_fd);
	int r;

	memcpy(code, c->box.filter.code, program.len * sizeof(*code));
	confinement_done(c);
	log_tell(progress->log, FH_LOG_INFO, "%s: %s",
		 step_infos[STEP_SECCOMP].name, step_infos[STEP_SECCOMP].why);
	r = sys_seccomp(SECCOMP_SET_MODE_FILTER, flags, &program);
	if (r == -ESRCH)
		r = -EBUSY; /* a thread has a filter that we have not */
	if (r < 0)
		r = fail(progress, STEP_SECCOMP, r, "load",
			 "the system-call filter", err);
	else if (status_fd >= 0)
		r = verify_status(progress, &box, status_fd, n_filters, err);
	cleanup_close(&status_fd);
	return r;
}

static int take_extra(const struct confine_extra *extra,
		      const struct progress *progress, struct fh_error *err)
{
	int r = extra ? extra->take(extra->ctx) : 0;

	return r == 0 ? 0 : fail(progress, STEP_SECCOMP, r, extra->action,
				 extra->object, err);
}

int confine_carry_out(const struct fh_plan *plan, const struct fh_log *log,
		      struct fh_error *err)
{
	return confine_carry_out_with(plan, NULL, log, err);
}

int confine_carry_out_with(const struct fh_plan *plan,
			   const struct confine_extra *extra,
			   const struct fh_log *log, struct fh_error *err)
{
	struct progress progress = { .log = log };
	struct confinement c;
	int r = confine_prepare(plan, &c, err);

	if (r == 0)
		plan_tell_losses(plan, log);
	if (r == 0)
		r = take_steps(&c, &progress, err);
	if (r == 0)
		r = take_extra(extra, &progress, err);
	if (r == 0)
		r = load_filter(&c, &progress, err);
	confinement_done(&c);
	return r;
}
