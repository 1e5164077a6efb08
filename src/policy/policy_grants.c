/* Sets the grants of a policy: what shall be seen, and what may be done. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "policy/setting_call.h"

static struct grant *grant_add(const struct setting_call *call,
			       enum grant_kind kind, unsigned int access)
{
	struct grant *grant;

	if (call->policy->n_grants == POLICY_GRANTS_MAX) {
		setting_refuse(call, -E2BIG, "more than 65536 grants");
		return NULL;
	}
	grant = list_grow(&call->policy->grants, &call->policy->n_grants,
		     sizeof(*grant));
	if (!grant) {
		setting_no_memory(call);
		return NULL;
	}
	grant->kind = kind;
	grant->access = access;
	grant->origin = call->origin;
	grant->origin_at = call->origin_at;
	return grant;
}

static int grant_source(const struct setting_call *call, struct grant *grant,
			const char *path, size_t len)
{
	if (len && *path == '-') {
		grant->is_optional = true;
		path++;
		len--;
	}
	if (!len || len >= PATH_MAX)
		return setting_refuse(call, len ? -E2BIG : -EINVAL,
				      "empty or too long a path");
	grant->source = strndup(path, len);
	return grant->source ? 0 : setting_no_memory(call);
}

int setting_set_grant(const struct setting_call *call)
{
	struct grant *grant =
		grant_add(call, GRANT_PATH, call->setting->access);

	if (!grant)
		return call->err->code;
	return grant_source(call, grant, call->value, strlen(call->value));
}

int setting_set_device(const struct setting_call *call)
{
	struct grant *grant = grant_add(call, GRANT_DEVICE,
					FH_READ | FH_WRITE);

	if (!grant)
		return call->err->code;
	return grant_source(call, grant, call->value, strlen(call->value));
}

/* "rw" to access bits; 0 when a letter is not one of r, w and x. */
static unsigned int access_parse(const char *letters)
{
	unsigned int access = FH_READ;

	if (!*letters)
		return 0;
	for (; *letters; letters++) {
		if (*letters == 'w')
			access |= FH_WRITE;
		else if (*letters == 'x')
			access |= FH_EXEC;
		else if (*letters != 'r')
			return 0;
	}
	return access;
}

/* SRC:DST or SRC:DST:rwx. DST is absolute, so a last part that does not start
 * with a slash can only be the access. */
int setting_set_bind(const struct setting_call *call)
{
	unsigned int access = FH_READ;
	char *text = strdup(call->value), *colon;
	struct grant *grant;
	int r = -EINVAL;

	if (!text)
		return setting_no_memory(call);
	colon = strrchr(text, ':');
	if (colon && colon[1] != '/') {
		access = access_parse(colon + 1);
		*colon = '\0';
		colon = strrchr(text, ':');
	}
	if (!colon || !access) {
		setting_refuse(call, -EINVAL, "not SRC:DST, nor SRC:DST:rwx");
		error_remedy(call->err, "write it like %s=/srv/in:/data:r",
			  call->origin);
	} else {
		*colon = '\0';
		grant = grant_add(call, GRANT_BIND, access);
		r = grant ? grant_source(call, grant, text, strlen(text))
			  : call->err->code;
		if (r == 0)
			r = setting_inner_path(call, colon + 1, &grant->target);
	}
	free(text);
	return r;
}

int setting_set_hide(const struct setting_call *call)
{
	struct grant *grant = grant_add(call, GRANT_HIDE, 0);

	if (!grant)
		return call->err->code;
	return grant_source(call, grant, call->value, strlen(call->value));
}

int setting_set_tmpfs(const struct setting_call *call)
{
	const char *colon = strrchr(call->value, ':');
	struct grant *grant;
	char *path;
	int r;

	grant = grant_add(call, GRANT_TMPFS, FH_READ | FH_WRITE);
	if (!grant)
		return call->err->code;
	if (!colon)
		return setting_inner_path(call, call->value, &grant->target);
	if (bytes_parse(colon + 1, &grant->size) < 0 || !grant->size) {
		setting_refuse(call, -EINVAL, "not a size after the colon");
		error_remedy(call->err, "write it like /scratch:64M");
		return -EINVAL;
	}
	path = strndup(call->value, (size_t)(colon - call->value));
	if (!path)
		return setting_no_memory(call);
	r = setting_inner_path(call, path, &grant->target);
	free(path);
	return r;
}
