/* Policies by typed calls, each of which sets a value by name: what is valid is
 * decided once. */
#include "api/export.h"

#include <string.h>

#include "api/api_text.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "policy/policy.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"
#include "tables/settings.h"

static int set_number(struct fh_policy *policy, const char *name,
		      uint64_t value, const char *unit, struct fh_error *err)
{
	char text[32];
	size_t n = number_format(text, value);

	memcpy(text + n, unit, strlen(unit) + 1);
	return policy_set(policy, name, text, NULL, err);
}

static int fail_value(const char *function, const char *what, long long value,
		      struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, -EINVAL, "%s: no %s %lld",
			 function, what, value);
}

/* The choices of a setting stand in the order of its enumeration. */
static int set_choice(struct fh_policy *policy, const char *name,
		      unsigned int value, const char *function,
		      struct fh_error *err)
{
	const char *const *choices = setting_find(name)->choices;
	unsigned int n = 0;

	while (choices[n])
		n++;
	if (value >= n)
		return fail_value(function, name, value, err);
	return policy_set(policy, name, choices[value], NULL, err);
}

/* Several settings at once, or none: they are set on a copy. */
static int set_all(struct fh_policy *policy,
		   int (*set)(struct fh_policy *copy, const void *ctx,
			      struct fh_error *err),
		   const void *ctx, struct fh_error *err)
{
	struct fh_policy *copy = policy_copy(policy);
	int r;

	if (!copy)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM,
				 "change the policy: out of memory");
	r = set(copy, ctx, err);
	if (r == 0)
		policy_swap(policy, copy);
	policy_free(copy);
	return r;
}

/* --- files ----------------------------------------------------------------- */

struct allowance {
	unsigned int access;
	const char *path;
};

static int allow(struct fh_policy *policy, const void *ctx,
		 struct fh_error *err)
{
	const struct allowance *wish = ctx;
	autotext literal = { 0 };
	int r = 0;

	/* A dash would make it optional: as a name it is spelled so. */
	text_add(&literal, "%s%s", *wish->path == '-' ? "./" : "", wish->path);
	if (literal.code)
		return api_fail_text(&literal, "fh_policy_allow", err);
	if (wish->access & FH_WRITE)
		r = policy_set(policy, "write", literal.data, NULL, err);
	if (r == 0 && wish->access & FH_EXEC)
		r = policy_set(policy, "exec", literal.data, NULL, err);
	if (r == 0 && wish->access == FH_READ)
		r = policy_set(policy, "read", literal.data, NULL, err);
	return r;
}

int fh_policy_allow(struct fh_policy *policy, unsigned int access,
		    const char *path, struct fh_error *err)
{
	const struct allowance wish = { access, path };
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(path, err);
	if (r < 0)
		return r;
	if (!access || access & ~(FH_READ | FH_WRITE | FH_EXEC))
		return fail_value(__func__, "access", access, err);
	if ((access & (FH_WRITE | FH_EXEC)) == (FH_WRITE | FH_EXEC))
		return set_all(policy, allow, &wish, err);
	return allow(policy, &wish, err);
}

/* --- network --------------------------------------------------------------- */

int fh_policy_net(struct fh_policy *policy, enum fh_net mode,
		  struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_choice(policy, "net", (unsigned int)mode,
				      __func__, err);
}

int fh_policy_connect(struct fh_policy *policy, uint16_t port,
		      struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_number(policy, "connect", port, "", err);
}

int fh_policy_listen(struct fh_policy *policy, uint16_t port,
		     struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_number(policy, "listen", port, "", err);
}

/* --- identity -------------------------------------------------------------- */

struct ids {
	uid_t uid;
	gid_t gid;
};

static int set_ids(struct fh_policy *policy, const void *ctx,
		   struct fh_error *err)
{
	const struct ids *ids = ctx;
	int r = set_number(policy, "uid", ids->uid, "", err);

	return r < 0 ? r : set_number(policy, "gid", ids->gid, "", err);
}

int fh_policy_ids(struct fh_policy *policy, uid_t uid, gid_t gid,
		  struct fh_error *err)
{
	const struct ids ids = { uid, gid };
	int r = api_needs(policy, err);

	return r < 0 ? r : set_all(policy, set_ids, &ids, err);
}

static int keep_capabilities(struct fh_policy *policy, const void *ctx,
			     struct fh_error *err)
{
	const uint64_t mask = *(const uint64_t *)ctx;
	int r = 0;

	for (int cap = 0; cap < N_CAPABILITIES && r == 0; cap++)
		if (mask >> cap & 1)
			r = policy_set(policy, "keep-cap",
				       capability_names[cap], NULL, err);
	return r;
}

int fh_policy_keep_capabilities(struct fh_policy *policy, uint64_t mask,
				struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r < 0)
		return r;
	if (mask >> N_CAPABILITIES)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: 0x%llx has capabilities without a name",
				 __func__, (unsigned long long)mask);
	return set_all(policy, keep_capabilities, &mask, err);
}

/* --- system calls ---------------------------------------------------------- */

int fh_policy_syscalls(struct fh_policy *policy, const char *base,
		       struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(base, err);
	return r < 0 ? r : policy_set(policy, "syscalls", base, NULL, err);
}

int fh_policy_on_deny(struct fh_policy *policy, enum fh_deny action,
		      struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_choice(policy, "on-deny", (unsigned int)action,
				      __func__, err);
}

int fh_policy_allow_syscall(struct fh_policy *policy, const char *name,
			    struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	return r < 0 ? r : policy_set(policy, "allow-syscall", name, NULL, err);
}

int fh_policy_deny_syscall(struct fh_policy *policy, const char *name,
			   struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	return r < 0 ? r : policy_set(policy, "deny-syscall", name, NULL, err);
}

/* --- limits ---------------------------------------------------------------- */

int fh_policy_limit(struct fh_policy *policy, enum fh_limit limit,
		    uint64_t value, struct fh_error *err)
{
	static const struct {
		const char *setting;
		const char *unit;
	} limits[] = {
		[FH_LIMIT_CPU_TIME] = { "cpu-time", "ms" },
		[FH_LIMIT_FILE_SIZE] = { "file-size", "" },
		[FH_LIMIT_MEMORY] = { "memory", "" },
		[FH_LIMIT_OPEN_FILES] = { "open-files", "" },
		[FH_LIMIT_PIDS] = { "pids", "" },
		[FH_LIMIT_TIME] = { "timeout", "ms" },
		[FH_LIMIT_TMP_SIZE] = { "tmp-size", "" },
	};
	int r = api_needs(policy, err);

	if (r < 0)
		return r;
	if ((unsigned int)limit >= ARRAY_SIZE(limits))
		return fail_value(__func__, "limit", limit, err);
	return set_number(policy, limits[limit].setting, value,
			  limits[limit].unit, err);
}

/* --- what a boxed program inherits ----------------------------------------- */

int fh_policy_env(struct fh_policy *policy, const char *name,
		  const char *value, struct fh_error *err)
{
	autotext text = { 0 };
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r < 0)
		return r;
	if (!value)
		return policy_set(policy, "keep-env", name, NULL, err);
	if (!*name || strchr(name, '='))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: %s is not a variable name", __func__,
				 *name ? name : "\"\"");
	text_add(&text, "%s=%s", name, value);
	if (text.code)
		return api_fail_text(&text, __func__, err);
	return policy_set(policy, "env", text.data, NULL, err);
}

int fh_policy_keep_fd(struct fh_policy *policy, int fd, struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r < 0)
		return r;
	if (fd < 0)
		return fail_value(__func__, "descriptor", fd, err);
	return set_number(policy, "keep-fd", (uint64_t)fd, "", err);
}

/* --- guarantees ------------------------------------------------------------ */

static int set_guarantee(struct fh_policy *policy, const char *name,
			 enum fh_guarantee guarantee, const char *function,
			 struct fh_error *err)
{
	if ((unsigned int)guarantee >= N_GUARANTEES)
		return fail_value(function, "guarantee", guarantee, err);
	return policy_set(policy, name, guarantees[guarantee].name, NULL, err);
}

int fh_policy_require(struct fh_policy *policy, enum fh_guarantee guarantee,
		      struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_guarantee(policy, "require", guarantee,
					 __func__, err);
}

int fh_policy_without(struct fh_policy *policy, enum fh_guarantee guarantee,
		      struct fh_error *err)
{
	int r = api_needs(policy, err);

	return r < 0 ? r : set_guarantee(policy, "without", guarantee,
					 __func__, err);
}
