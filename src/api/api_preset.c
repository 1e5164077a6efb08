/* Presets: listed, and put into a policy. */
#include "api/export.h"

#include "policy/policy.h"
#include "tables/presets.h"

const struct fh_preset *fh_preset_at(size_t index)
{
	return index < n_presets ? &presets[index].shown : NULL;
}

int fh_policy_preset(struct fh_policy *policy, const char *name,
		     const char *const *directories, size_t n,
		     struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0 && n)
		r = api_needs(directories, err);
	return r == 0 ? policy_preset(policy, name, directories, n, err) : r;
}
