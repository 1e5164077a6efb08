/* Sets all that a preset says. */
#include <errno.h>

#include "base/nearest.h"
#include "base/text.h"
#include "policy/policy.h"
#include "tables/capabilities.h"
#include "tables/presets.h"

static const char *preset_at(size_t i, void *ctx)
{
	(void)ctx;
	return presets[i].shown.name;
}

static int fail_unknown(const char *name, struct fh_error *err)
{
	const char *nearest = nearest_name(name, preset_at, n_presets, NULL);

	error_set(err, FH_STAGE_PARSE, -ENOENT, "no preset %s", name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	return -ENOENT;
}

static size_t count_directories(const struct preset *preset)
{
	size_t n = 0;

	while (preset->shown.directories[n])
		n++;
	return n;
}

/* A dash would make it optional: as a name it is spelled so. */
static int set_directory(struct fh_policy *policy, const struct preset *preset,
			 size_t i, const char *path, struct fh_error *err)
{
	autotext literal = { 0 };

	text_add(&literal, "%s%s", *path == '-' ? "./" : "", path);
	if (literal.code)
		return error_set(err, FH_STAGE_PARSE, literal.code,
				 "preset %s: out of memory",
				 preset->shown.name);
	return policy_set(policy, preset->access[i], text_string(&literal),
			  preset->shown.directories[i], err);
}

static int set_all(struct fh_policy *policy, const struct preset *preset,
		   const char *const *directories, size_t n,
		   struct fh_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && preset->settings[i].name; i++)
		r = policy_set(policy, preset->settings[i].name,
			       preset->settings[i].value, preset->shown.name,
			       err);
	for (int cap = 0; r == 0 && cap < N_CAPABILITIES; cap++)
		if (preset->shown.capabilities >> cap & 1)
			r = policy_set(policy, "keep-cap",
				       capability_names[cap],
				       preset->shown.name, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (directories[i])
			r = set_directory(policy, preset, i, directories[i],
					  err);
	return r;
}

int policy_preset(struct fh_policy *policy, const char *name,
		  const char *const *directories, size_t n,
		  struct fh_error *err)
{
	const struct preset *preset = preset_find(name);
	struct fh_policy *copy;
	int r;

	if (!preset)
		return fail_unknown(name, err);
	if (n > count_directories(preset))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "preset %s: %zu directories, where it has %zu",
				 name, n, count_directories(preset));
	copy = policy_copy(policy);
	if (!copy)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM, "preset %s",
				 name);
	r = set_all(copy, preset, directories, n, err);
	if (r == 0)
		policy_swap(policy, copy);
	policy_free(copy);
	return r;
}
