/* Builds the environment from nothing: a few names, then what was asked. */
#include "mech/environment.h"

#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "plan/plan.h"

#define STANDARD_PATH                                                        \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define FALLBACK_HOME "/home/user"
#define FALLBACK_USER "user"

/* What says how to print and in which language, and can say no more. */
static const char *const kept_names[] = {
	"LANG", "LANGUAGE", "LC_ADDRESS", "LC_ALL", "LC_COLLATE", "LC_CTYPE",
	"LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY",
	"LC_NAME", "LC_NUMERIC", "LC_PAPER", "LC_TELEPHONE", "LC_TIME",
	"TERM", "TZ",
};

struct variables {
	struct arena *arena;
	char **list;
	size_t n;
};

static const char *lookup(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* Sets NAME=VALUE, in place of an earlier one of that name. */
static int put(struct variables *vars, char *assignment)
{
	size_t len;

	if (!assignment)
		return -ENOMEM;
	len = strcspn(assignment, "=") + 1;
	for (size_t i = 0; i < vars->n; i++)
		if (strncmp(vars->list[i], assignment, len) == 0) {
			vars->list[i] = assignment;
			return 0;
		}
	vars->list[vars->n++] = assignment;
	return 0;
}

static int keep(struct variables *vars, char *const *env, const char *name)
{
	const char *value = lookup(env, name);

	if (!value)
		return 0;
	return put(vars, arena_print(vars->arena, "%s=%s", name, value));
}

/*
 * $HOME only names a place for empty storage, so the caller's own is taken,
 * unless storage there would hide what programs need.
 */
static const char *choose_home(struct fh_plan *plan, char *const *env)
{
	static const char *const taken[] = { "/usr", "/bin", "/sbin", "/lib",
		"/lib32", "/lib64", "/libx32", "/etc", "/dev", "/proc",
		"/sys", "/tmp" };
	const char *home = lookup(env, "HOME");
	char normal[PATH_MAX];

	if (plan->policy->home)
		return plan->policy->home;
	if (!home || *home != '/' || path_normalise("/", home, normal) < 0 ||
	    !normal[1])
		return FALLBACK_HOME;
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (path_is_within(normal, taken[i]))
			return FALLBACK_HOME;
	return arena_copy(&plan->arena, normal);
}

/* Wherever the box has its own. */
static int find_outer_home(struct fh_plan *plan, char *const *env)
{
	const char *home = lookup(env, "HOME");
	char normal[PATH_MAX];

	if (!home || *home != '/' || path_normalise("/", home, normal) < 0 ||
	    !normal[1])
		return 0;
	plan->outer_home = arena_copy(&plan->arena, normal);
	return plan->outer_home ? 0 : -ENOMEM;
}

static bool is_user_name(const char *name)
{
	size_t n = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
			: 0;

	return n > 0 && n <= 32 && !name[n] && *name != '-';
}

static int put_own(struct variables *vars, struct fh_plan *plan,
		   char *const *env)
{
	const char *user = lookup(env, "USER");
	int r;

	plan->user = is_user_name(user) ? user : FALLBACK_USER;
	r = put(vars, arena_print(vars->arena, "PATH=%s", STANDARD_PATH));
	if (r == 0)
		r = put(vars, arena_print(vars->arena, "HOME=%s", plan->home));
	if (r == 0)
		r = put(vars, arena_print(vars->arena, "USER=%s",
					  plan->user));
	if (r == 0)
		r = put(vars, arena_print(vars->arena, "LOGNAME=%s",
					  plan->user));
	if (r == 0)
		r = put(vars, arena_copy(vars->arena, "SHELL=/bin/sh"));
	return r;
}

static int put_asked(struct variables *vars, const struct fh_policy *policy,
		     char *const *env)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < policy->keep_env.n; i++)
		r = keep(vars, env, policy->keep_env.names[i]);
	for (size_t i = 0; r == 0 && i < policy->env.n; i++) {
		char *word = policy->env.names[i];

		r = strchr(word, '=') ? put(vars, word)
				      : keep(vars, env, word);
	}
	return r;
}

int environment_plan(struct fh_plan *plan, char *const *env)
{
	const struct fh_policy *policy = plan->policy;
	size_t n_kept = sizeof(kept_names) / sizeof(*kept_names);
	struct variables vars = { .arena = &plan->arena };
	int r = 0;

	plan->home = choose_home(plan, env);
	vars.list = arena_alloc(&plan->arena,
				(8 + n_kept + policy->env.n +
				 policy->keep_env.n) * sizeof(char *));
	if (!plan->home || !vars.list || find_outer_home(plan, env) < 0)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n_kept; i++)
		r = keep(&vars, env, kept_names[i]);
	if (r == 0)
		r = put_own(&vars, plan, env);
	if (r == 0)
		r = put_asked(&vars, policy, env);
	plan->envp = vars.list;
	plan->path = lookup(vars.list, "PATH");
	plan->outer_path = lookup(env, "PATH");
	if (plan->outer_path) {
		plan->outer_path = arena_copy(&plan->arena, plan->outer_path);
		if (!plan->outer_path)
			return -ENOMEM;
	}
	return r;
}
