/* Remembers who asked for the grants of a policy. */
#include <stdlib.h>
#include <string.h>

#include "policy/setting_call.h"

#define ORIGINS_COMPARED 64 /* of the last; beyond them it is stored anew */

size_t policy_keep_origin(struct fh_policy *policy, const char *origin)
{
	struct name_list *list = &policy->origins;
	char **slot, *copy;

	for (size_t i = list->n; i > 0 && list->n - i < ORIGINS_COMPARED; i--)
		if (strcmp(list->names[i - 1], origin) == 0)
			return i;
	copy = strdup(origin);
	slot = copy ? list_grow(&list->names, &list->n, sizeof(*slot)) : NULL;
	if (!slot) {
		free(copy);
		return 0;
	}
	*slot = copy;
	return list->n;
}

void policy_drop_origins(struct fh_policy *policy, size_t n)
{
	while (policy->origins.n > n)
		free(policy->origins.names[--policy->origins.n]);
}
