/* The small moves that every setter of a policy makes. */
#include "policy/setting_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"

#define VALUE_SHOWN_MAX 100 /* of a value, in a message */

int setting_refuse(const struct setting_call *call, int code, const char *why)
{
	bool is_long = strlen(call->value) > VALUE_SHOWN_MAX;

	/* The reason comes last and must not be what is cut off. */
	error_set(call->err, FH_STAGE_PARSE, code, "%s %.*s%s: %s",
		call->origin, VALUE_SHOWN_MAX, call->value,
		is_long ? "..." : "", why);
	return code;
}

int setting_no_memory(const struct setting_call *call)
{
	return error_set(call->err, FH_STAGE_PARSE, -ENOMEM,
		       "%s: out of memory", call->origin);
}

/* An absolute path inside the box, normalised. */
int setting_inner_path(const struct setting_call *call, const char *path,
		      char **ret)
{
	char normal[PATH_MAX];
	int r;

	if (*path != '/') {
		setting_refuse(call, -EINVAL, "not an absolute path");
		error_remedy(call->err, "paths inside the box start with /");
		return -EINVAL;
	}
	r = path_normalise("/", path, normal);
	if (r < 0)
		return setting_refuse(call, r == -ENAMETOOLONG ? -E2BIG : r,
				      "too long, or has .. in it");
	*ret = strdup(normal);
	return *ret ? 0 : setting_no_memory(call);
}

/* Grows the list by one zeroed element, in steps that keep adding linear. */
void *list_grow(void *list, size_t *n, size_t size)
{
	void **base = list;
	bool is_full = (*n & (*n - 1)) == 0; /* 0 and powers of two */

	if (is_full) {
		size_t room = *n ? *n * 2 : 1;
		void *more = realloc(*base, room * size);

		if (!more)
			return NULL;
		*base = more;
	}
	memset((char *)*base + *n * size, 0, size);
	return (char *)*base + (*n)++ * size;
}
