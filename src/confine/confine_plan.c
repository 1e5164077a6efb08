/* Decides how a process confines itself. */
#include "confine/confine_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "mech/landlock.h"
#include "mech/limits.h"
#include "tables/settings.h"

/* What would have to be done around the process, not to it. */
static int check_settings(const struct fh_policy *policy, struct fh_error *err)
{
	for (size_t i = 0; i < n_settings; i++) {
		if (!settings[i].only_box || !(policy->is_set >> i & 1))
			continue;
		error_set(err, FH_STAGE_PLAN, -EOPNOTSUPP,
			  "%s: a process cannot do that to itself",
			  settings[i].name);
		error_remedy(err, "leave it out, or box a child with fh_spawn()");
		return -EOPNOTSUPP;
	}
	if (policy->net != FH_NET_LOOPBACK)
		return 0;
	error_set(err, FH_STAGE_PLAN, -EOPNOTSUPP,
		  "net loopback: only a box has a loopback of its own");
	error_remedy(err, "use net none or host");
	return -EOPNOTSUPP;
}

enum syscall_policy confine_base(const struct fh_policy *policy)
{
	return policy_is_set(policy, "syscalls")
		       ? (enum syscall_policy)policy->syscalls
		       : SYSCALLS_STRICT;
}

/* Root that names no user becomes nobody: uid 0 without a capability still
 * owns most of the system. */
static void choose_nobody(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	if (plan->kernel.uid != 0)
		return;
	if (policy->uid == POLICY_UNLIMITED)
		plan->uid = FH_NOBODY;
	if (policy->gid == POLICY_UNLIMITED)
		plan->gid = FH_NOBODY;
}

static void choose_steps(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	plan->steps = STEP_BIT(STEP_IDENTITY) | STEP_BIT(STEP_CAPABILITIES) |
		      STEP_BIT(STEP_NO_NEW_PRIVS) | STEP_BIT(STEP_SECCOMP);
	if (limits_are_asked(policy))
		plan->steps |= STEP_BIT(STEP_RLIMITS);
	if (plan->landlock.handled_fs)
		plan->steps |= STEP_BIT(STEP_PROGRAM_LANDLOCK);
	if (policy->no_write_exec && plan->kernel.has_mdwe)
		plan->steps |= STEP_BIT(STEP_WRITE_EXEC);
}

static int list_grants(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	for (size_t i = 0; i < policy->n_grants; i++) {
		const struct grant *grant = &policy->grants[i];
		struct plan_mount *mount = plan_add_mount(
			plan, MOUNT_BIND, NULL, grant->origin);

		if (!mount)
			return -ENOMEM;
		mount->source = grant->source;
		mount->access = grant->access;
		mount->is_optional = grant->is_optional;
	}
	return 0;
}

static int compile(struct fh_plan *plan, struct fh_error *err)
{
	enum syscall_policy base = confine_base(plan->policy);
	int r = policy_check(plan->policy, err);

	if (r == 0)
		r = check_settings(plan->policy, err);
	if (r == 0)
		r = plan_identity(plan, err);
	if (r < 0)
		return r;
	choose_nobody(plan);
	r = list_grants(plan);
	if (r < 0)
		return r;
	/* A domain refuses every mount, whatever it grants. */
	if (base != SYSCALLS_CONTAINER_RUNTIME)
		landlock_plan(plan);
	choose_steps(plan);
	r = plan_filter(plan, base, err);
	if (r < 0)
		return r;
	confine_hold(plan);
	return plan_refuse(plan, err);
}

int confine_plan(const struct fh_policy *policy, const struct fh_kernel *kernel,
		 struct fh_plan **ret, struct fh_error *err)
{
	struct fh_plan *plan = plan_alloc(policy, kernel);
	struct fh_error own = { 0 };
	int r = -ENOMEM;

	if (plan) {
		plan->is_self = true;
		r = compile(plan, &own);
	}
	if (r < 0) {
		if (!own.code)
			error_set(&own, FH_STAGE_PLAN, r,
				  "plan the confinement");
		if (err)
			*err = own;
		plan_free(plan);
		return r;
	}
	*ret = plan;
	return 0;
}
