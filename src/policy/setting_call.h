/* What the setters of a policy's fields share. */
#ifndef FH_POLICY_SETTING_CALL_H
#define FH_POLICY_SETTING_CALL_H

#include "policy/policy.h"
#include "tables/settings.h"

/* Everything that a setter may need. */
struct setting_call {
	struct fh_policy *policy;
	const struct setting *setting;
	const char *value;
	const char *origin;
	size_t origin_at; /* in the policy's origins, from 1; 0: not there */
	struct fh_error *err;
};

/* Records "--name value: why"; returns code. */
int setting_refuse(const struct setting_call *call, int code,
		   const char *why);
int setting_no_memory(const struct setting_call *call);

/* A copy of an absolute path inside the box, normalised. */
int setting_inner_path(const struct setting_call *call, const char *path,
		       char **ret);

/* Grows a list by one zeroed element, in steps that keep adding linear; NULL
 * when out of memory. list points at the pointer to its first element. */
void *list_grow(void *list, size_t *n, size_t size);

/* Whoever asks is remembered by the grant for as long as the policy lives.
 * Return: its place in the list, counted from 1; 0 when out of memory */
#define POLICY_ORIGIN_MAX 4096
size_t policy_keep_origin(struct fh_policy *policy, const char *origin);
/* Forgets all but the first n. */
void policy_drop_origins(struct fh_policy *policy, size_t n);

/* Do entries of this setting remember who asked for them? */
static inline bool setting_is_grant(const struct setting *setting)
{
	return setting->type >= SETTING_GRANT &&
	       setting->type <= SETTING_DEVICE;
}

/* The setters of grants: policy_grants.c. */
int setting_set_grant(const struct setting_call *call);
int setting_set_bind(const struct setting_call *call);
int setting_set_hide(const struct setting_call *call);
int setting_set_tmpfs(const struct setting_call *call);
int setting_set_device(const struct setting_call *call);

#endif
