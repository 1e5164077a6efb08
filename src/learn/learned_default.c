/* Asks the plan of the default policy what a box gives without any grant. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "learn/learned.h"

/* A machine where everything works: a profile is not for this one alone. */
static struct fh_kernel usual_kernel(void)
{
	return (struct fh_kernel){
		.is_assumed = true,
		.arch = FILTER_ARCH_NATIVE,
		.release = "6.18.0",
		.uid = getuid(),
		.gid = getgid(),
		.landlock_abi = 7,
		.landlock_errata = 7,
		.max_user_namespaces = 1,
		.unprivileged_userns_clone = -1,
		.apparmor_restrict_userns = -1,
		.has_mdwe = true,
	};
}

/* The variables in question, with any values: which of them does a box keep? */
static char **make_environment(struct learned *learned)
{
	const struct evidence *evidence = learned->evidence;
	size_t n = 0;
	char **env = arena_alloc(&learned->arena,
				 (evidence->variables.n + 2) * sizeof(*env));
	const char *home = evidence->home ? evidence->home : "/";

	if (!env)
		return NULL;
	env[n++] = arena_print(&learned->arena, "HOME=%s", home);
	for (size_t i = 0; i < evidence->variables.n && env[n - 1]; i++)
		if (strcmp(evidence->variables.names[i], "HOME") != 0)
			env[n++] = arena_print(&learned->arena, "%s=x",
					       evidence->variables.names[i]);
	return env[n - 1] ? env : NULL;
}

int learned_prepare(struct learned *learned)
{
	struct fh_kernel kernel = usual_kernel();
	const struct prepare_request request = {
		.streams = { 0, 1, 2 }, .may_raise_descriptors = true,
	};
	char **env = make_environment(learned);
	int r;

	learned->policy = policy_new();
	if (!learned->policy || !env)
		return -ENOMEM;
	r = plan_new(learned->policy, &kernel, env, &learned->plan, NULL);
	if (r == 0)
		r = plan_prepare_for(learned->plan, &request,
				     &learned->prepared, NULL);
	learned->is_prepared = r == 0;
	return r;
}

static unsigned int access_of(unsigned int use)
{
	return (use & (USE_READ | USE_LIST | USE_SEE) ? FH_READ : 0) |
	       (use & (USE_WRITE | USE_ENTRY) ? FH_WRITE : 0) |
	       (use & USE_EXEC ? FH_EXEC : 0);
}

bool learned_is_given(const struct learned *learned, const char *path,
		      unsigned int use, bool is_made)
{
	const struct mount_op *op = prepared_find(&learned->prepared, path);
	bool is_top = op && strcmp(op->target, path) == 0;

	if (!op || op->kind == MOUNT_HIDE)
		return false;
	switch (op->kind) {
	case MOUNT_TMPFS: /* empty, and executable never */
		return (is_top || is_made) && !(use & USE_EXEC);
	case MOUNT_DIRECTORY:
		return is_top && !(use & (USE_WRITE | USE_ENTRY));
	case MOUNT_FILE:
		return !(use & (USE_WRITE | USE_EXEC));
	case MOUNT_PROC: /* its own; no grant could give another */
	case MOUNT_DEVPTS:
		return true;
	default:
		return !(access_of(use) & ~op->access);
	}
}

bool learned_is_shown(const struct learned *learned, const char *path)
{
	const struct box *box = &learned->prepared.box;
	const struct mount_op *op = prepared_find(&learned->prepared, path);

	for (size_t i = 0; i < box->n_mounts; i++)
		if (learned->prepared.ops[i].kind == MOUNT_SYMLINK &&
		    path_is_within(path, learned->prepared.ops[i].target))
			return true;
	return op && (op->kind == MOUNT_BIND || op->kind == MOUNT_PROC ||
		      op->kind == MOUNT_DEVPTS ||
		      strcmp(op->target, path) == 0);
}
