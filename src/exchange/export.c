/* Plans a policy for another tool, and has it written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "exchange/exchange.h"

const char *const target_names[N_TARGETS] = {
	[FH_TARGET_OCI] = "oci",
	[FH_TARGET_SYSTEMD] = "systemd",
	[FH_TARGET_BWRAP] = "bwrap",
};

static int (*const writers[N_TARGETS])(struct export *export,
				       struct fh_error *err) = {
	[FH_TARGET_OCI] = export_oci,
	[FH_TARGET_SYSTEMD] = export_systemd,
	[FH_TARGET_BWRAP] = export_bwrap,
};

/* What no mechanism here holds yet, and what belongs to who starts the program
 * rather than to the policy. */
static void leave_out(struct fh_policy *policy)
{
	policy->memory = policy->cpus = POLICY_UNLIMITED;
	policy->n_keep_fds = 0;
}

static bool is_kept(const struct fh_policy *policy, const char *variable)
{
	const struct name_list *lists[] = { &policy->keep_env, &policy->env };
	size_t len = strcspn(variable, "=");

	/* Where the storage is that it names has to be known today. */
	if (strncmp(variable, "HOME=", 5) == 0)
		return false;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (size_t i = 0; i < lists[l]->n; i++)
			if (strlen(lists[l]->names[i]) == len &&
			    strncmp(lists[l]->names[i], variable, len) == 0)
				return true;
	return false;
}

/* Values that are to be kept are those of the day on which the program is started;
 * and what may be a secret has no place in a file. */
static char **without_kept(const struct fh_policy *policy, char *const *env,
			   struct arena *arena)
{
	size_t n = 0;
	char **ret;

	while (env[n])
		n++;
	ret = arena_alloc(arena, (n + 1) * sizeof(*ret));
	if (!ret)
		return NULL;
	n = 0;
	for (; *env; env++)
		if (!is_kept(policy, *env))
			ret[n++] = *env;
	ret[n] = NULL;
	return ret;
}

/* The other has neither Landlock nor an init of ours. */
static int compile_filter(struct export *export, struct fh_error *err)
{
	struct seccomp_request request = export->plan->seccomp;

	request.allow_udp = false;
	request.protect_init = false;
	request.deny_group_signals = request.shares_group;
	request.deny_write_exec = export->policy->no_write_exec;
	return seccomp_compile(&request, &export->filter, err);
}

static int write_export(struct export *export, struct fh_error *err)
{
	int r = compile_filter(export, err);

	if (r == 0)
		r = export_settings_lost(export);
	if (r == 0)
		r = writers[export->target](export, err);
	if (r < 0)
		return r;
	export_guarantees_lost(export);
	return 0;
}

static int prepare_and_write(struct export *export, struct fh_error *err)
{
	const struct prepare_request request = { .argv = export->argv,
						 .streams = { -1, -1, -1 } };
	struct prepared prepared = { 0 };
	int r;

	if (export->target == FH_TARGET_OCI)
		return write_export(export, err);
	r = plan_prepare_for(export->plan, &request, &prepared, err);
	if (r < 0)
		return r;
	export->prepared = &prepared;
	r = write_export(export, err);
	export->prepared = NULL;
	prepared_done(&prepared);
	return r;
}

int policy_export(const struct fh_policy *policy, enum fh_target target,
		  const struct fh_kernel *kernel, char *const *env,
		  char *const *argv, struct text *ret, struct text *ret_losses,
		  struct fh_error *err)
{
	struct fh_kernel able = *kernel;
	struct fh_policy *copy = policy_copy(policy);
	struct arena arena = { 0 };
	struct fh_plan *plan = NULL;
	struct export *export = calloc(1, sizeof(*export));
	char **own = copy ? without_kept(policy, env, &arena) : NULL;
	int r = own && export ? 0 : -ENOMEM;

	for (int i = TRIAL_CREATE; i <= TRIAL_PROC; i++)
		able.trials[i] = 0;
	if (r < 0)
		error_set(err, FH_STAGE_PLAN, r, "export the policy");
	else
		leave_out(copy);
	if (r == 0)
		r = plan_new(copy, &able, own, &plan, err);
	if (r == 0) {
		*export = (struct export){
			.target = target, .policy = policy, .plan = plan,
			.argv = argv, .out = ret, .losses = ret_losses,
		};
		r = prepare_and_write(export, err);
	}
	plan_free(plan);
	free(export);
	arena_done(&arena);
	policy_free(copy);
	return r;
}
