/* Looks the program up the way the box will see it. */
#include "plan/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

/* Is the directory there in the box too: in a grant, on the way to one, or, in
 * the host's tree, where an argument names a file from? Private storage starts
 * empty, so of it only the top is. */
static bool is_shown(const struct prepared *prepared, const char *path)
{
	const struct mount_op *op = prepared_find(prepared, path);

	if (op && (op->kind == MOUNT_BIND || strcmp(op->target, path) == 0))
		return op->kind != MOUNT_HIDE;
	for (size_t i = 0; i < prepared->box.n_mounts; i++)
		if (path_is_within(prepared->ops[i].target, path) ||
		    (!prepared->box.has_pid_namespace &&
		     prepared->ops[i].is_least))
			return true;
	return false;
}

static int choose_cwd(const struct fh_plan *plan, struct prepared *prepared,
		      struct fh_error *err)
{
	char here[PATH_MAX];

	prepared->box.cwd = plan->policy->cwd;
	if (prepared->box.cwd)
		return 0;
	prepared->box.cwd = plan->has_namespaces ? plan->home : "/";
	if (!getcwd(here, sizeof(here)) || *here != '/' ||
	    !is_shown(prepared, here))
		return 0;
	prepared->box.cwd = arena_copy(&prepared->arena, here);
	return prepared->box.cwd ? 0
		: error_set(err, FH_STAGE_PREPARE, -ENOMEM, "prepare the box");
}

static int fail_uncovered(struct fh_error *err, const char *name,
			  const char *path)
{
	error_set(err, FH_STAGE_PREPARE, -EACCES,
		"%s is at %s, outside every grant", name, path);
	error_remedy(err, "add -x %s", path);
	return -EACCES;
}

static int fail_not_executable(struct fh_error *err, const char *path,
			       const struct mount_op *op)
{
	error_set(err, FH_STAGE_EXEC, -EACCES,
		"execute %s: %s grants it without execute", path, op->origin);
	error_remedy(err, "add -x %s", path);
	return -EACCES;
}

/* Not outside, and the box adds nothing of its own there. */
static bool is_nowhere(const struct mount_op *op, const char *path)
{
	struct stat st;

	return (!op || (op->kind == MOUNT_BIND && op->is_same_place)) &&
	       lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/*
 * A look ahead for the sake of the message: the child meets the same errors,
 * but cannot know any more what lies outside. Where the host cannot be
 * compared (--root, --bind) nothing is claimed.
 */
static int check_path(const struct fh_plan *plan,
		      const struct prepared *prepared, const char *path,
		      struct fh_error *err)
{
	char here[PATH_MAX], normal[PATH_MAX], real[PATH_MAX];
	const struct mount_op *op;

	if (plan->policy->root || plan->policy->cwd ||
	    !getcwd(here, sizeof(here)) ||
	    path_normalise(here, path, normal) < 0)
		return 0;
	op = prepared_find(prepared, normal);
	if (op && op->kind == MOUNT_BIND && !op->is_same_place &&
	    strcmp(op->origin, "default") != 0)
		return 0;
	if (is_nowhere(op, normal))
		return error_set(err, FH_STAGE_EXEC, -ENOENT, "execute %s",
				 path);
	if (!realpath(normal, real))
		return errno != ENOMEM ? 0
			: error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				    "prepare the box");
	op = prepared_find(prepared, real);
	if (!op || op->kind == MOUNT_HIDE || op->kind == MOUNT_TMPFS)
		return fail_uncovered(err, path, real);
	if (op->kind == MOUNT_BIND && !(op->access & FH_EXEC))
		return fail_not_executable(err, path, op);
	return 0;
}

/* Calls at(candidate) for each directory of a search path; stops at non-0. */
static int each_candidate(const char *search, const char *name,
			  int (*at)(const char *path, void *ctx), void *ctx)
{
	char path[PATH_MAX];
	int r = 0;

	while (r == 0) {
		int n = (int)strcspn(search, ":");

		/* An empty entry means the working directory: never. */
		if (n && snprintf(path, sizeof(path), "%.*s/%s", n, search,
				  name) < (int)sizeof(path))
			r = at(path, ctx);
		if (!search[n])
			break;
		search += n + 1;
	}
	return r;
}

struct search {
	const struct fh_plan *plan;
	struct prepared *prepared;
	char found[PATH_MAX];
};

static int add_candidate(const char *path, void *ctx)
{
	struct search *search = ctx;
	struct box *box = &search->prepared->box;
	char *copy;

	if (box->n_candidates == BOX_CANDIDATES_MAX)
		return 0;
	/* Skip what the host surely lacks where the box shows the host. */
	if (!search->plan->policy->root && access(path, F_OK) < 0 &&
	    (errno == ENOENT || errno == ENOTDIR) &&
	    !prepared_find(search->prepared, path))
		return 0;
	copy = arena_copy(&search->prepared->arena, path);
	if (!copy)
		return -ENOMEM;
	box->candidates[box->n_candidates++] = copy;
	return 0;
}

static int find_outside(const char *path, void *ctx)
{
	struct search *search = ctx;

	if (access(path, X_OK) < 0 || is_shown(search->prepared, path))
		return 0;
	memcpy(search->found, path, strlen(path) + 1);
	return 1;
}

/* Not in the box's PATH: perhaps in the caller's, out of the box's sight. */
static int check_found(struct search *search, const char *name,
		       struct fh_error *err)
{
	struct box *box = &search->prepared->box;
	const char *outer = search->plan->outer_path;

	for (size_t i = 0; i < box->n_candidates; i++)
		if (search->plan->policy->root ||
		    access(box->candidates[i], F_OK) == 0)
			return 0;
	if (outer && each_candidate(outer, name, find_outside, search) > 0) {
		fail_uncovered(err, name, search->found);
		error_remedy(err, "add -x %s and give that path as the program",
			  search->found);
		return -EACCES;
	}
	error_set(err, FH_STAGE_EXEC, -ENOENT,
		"execute %s: not found in the box's PATH (%s)", name,
		search->plan->path ? search->plan->path : "");
	error_remedy(err, "give its path, and -x for it if it is not a system program");
	return -ENOENT;
}

int program_prepare(const struct fh_plan *plan, char *const *argv,
		    struct prepared *prepared, struct fh_error *err)
{
	struct search search = { .plan = plan, .prepared = prepared };
	struct box *box = &prepared->box;
	const char *name = argv[0];
	int r = choose_cwd(plan, prepared, err);

	if (r < 0)
		return r;
	box->argv = argv;
	if (!*name || strlen(name) >= PATH_MAX) {
		error_set(err, FH_STAGE_EXEC, -ENOENT,
			"execute: the program's name is %s",
			*name ? "too long" : "empty");
		return -ENOENT;
	}
	if (strchr(name, '/')) {
		box->candidates[box->n_candidates++] = name;
		return check_path(plan, prepared, name, err);
	}
	r = each_candidate(plan->path ? plan->path : "", name, add_candidate,
			   &search);
	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "prepare the box");
	return check_found(&search, name, err);
}
