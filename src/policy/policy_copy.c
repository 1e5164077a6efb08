/* Copies a policy with all that it owns. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "policy/policy.h"

/* list_grow() takes it for granted that a list has room up to the next power
 * of two. */
static size_t room_for(size_t n)
{
	size_t room = 1;

	while (room < n)
		room *= 2;
	return room;
}

static bool copy_array(void *ret, const void *array, size_t n, size_t size)
{
	void **slot = ret;

	*slot = NULL;
	if (!n)
		return true;
	*slot = calloc(room_for(n), size);
	if (!*slot)
		return false;
	memcpy(*slot, array, n * size);
	return true;
}

static bool copy_string(char **slot, const char *string)
{
	*slot = string ? strdup(string) : NULL;
	return !string || *slot;
}

/* Each list counts what it has so far, so that policy_free() may be called at
 * any moment. */
static bool copy_names(struct name_list *list, const struct name_list *from)
{
	*list = (struct name_list){ 0 };
	if (!from->n)
		return true;
	list->names = calloc(room_for(from->n), sizeof(*list->names));
	if (!list->names)
		return false;
	for (; list->n < from->n; list->n++)
		if (!copy_string(&list->names[list->n], from->names[list->n]))
			return false;
	return true;
}

static bool copy_grant(struct fh_policy *copy, const struct grant *from)
{
	struct grant *grant = &copy->grants[copy->n_grants];

	*grant = *from;
	grant->source = grant->target = NULL;
	invariant(from->origin_at <= copy->origins.n);
	if (from->origin_at)
		grant->origin = copy->origins.names[from->origin_at - 1];
	copy->n_grants++;
	return copy_string(&grant->source, from->source) &&
	       copy_string(&grant->target, from->target);
}

static bool copy_grants(struct fh_policy *copy, const struct fh_policy *from)
{
	if (!from->n_grants)
		return true;
	copy->grants = calloc(room_for(from->n_grants), sizeof(*copy->grants));
	if (!copy->grants)
		return false;
	for (size_t i = 0; i < from->n_grants; i++)
		if (!copy_grant(copy, &from->grants[i]))
			return false;
	return true;
}

static bool copy_syscalls(struct fh_policy *copy, const struct fh_policy *from)
{
	size_t n = from->n_syscall_changes;

	if (!n)
		return true;
	copy->syscall_changes = calloc(room_for(n),
				       sizeof(*copy->syscall_changes));
	if (!copy->syscall_changes)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct syscall_wish *wish = &copy->syscall_changes[i];

		wish->is_deny = from->syscall_changes[i].is_deny;
		copy->n_syscall_changes++;
		if (!copy_string(&wish->name, from->syscall_changes[i].name))
			return false;
	}
	return true;
}

/* The copy has the plain fields already, and nothing that it would own. */
static bool copy_owned(struct fh_policy *copy, const struct fh_policy *from)
{
	return copy_names(&copy->origins, &from->origins) &&
	       copy_grants(copy, from) && copy_syscalls(copy, from) &&
	       copy_names(&copy->env, &from->env) &&
	       copy_names(&copy->keep_env, &from->keep_env) &&
	       copy_array(&copy->connect.ports, from->connect.ports,
			  from->connect.n, sizeof(*from->connect.ports)) &&
	       copy_array(&copy->listen.ports, from->listen.ports,
			  from->listen.n, sizeof(*from->listen.ports)) &&
	       copy_array(&copy->keep_fds, from->keep_fds, from->n_keep_fds,
			  sizeof(*from->keep_fds)) &&
	       copy_string(&copy->root, from->root) &&
	       copy_string(&copy->home, from->home) &&
	       copy_string(&copy->cwd, from->cwd) &&
	       copy_string(&copy->hostname, from->hostname) &&
	       copy_string(&copy->report_path, from->report_path);
}

struct fh_policy *policy_copy(const struct fh_policy *policy)
{
	struct fh_policy *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *policy;
	copy->origins = copy->env = copy->keep_env = (struct name_list){ 0 };
	copy->grants = NULL;
	copy->n_grants = 0;
	copy->syscall_changes = NULL;
	copy->n_syscall_changes = 0;
	copy->connect.ports = copy->listen.ports = NULL;
	copy->keep_fds = NULL;
	copy->root = copy->home = copy->cwd = NULL;
	copy->hostname = copy->report_path = NULL;
	if (copy_owned(copy, policy))
		return copy;
	policy_free(copy);
	return NULL;
}

void policy_swap(struct fh_policy *a, struct fh_policy *b)
{
	struct fh_policy c = *a;

	*a = *b;
	*b = c;
}
