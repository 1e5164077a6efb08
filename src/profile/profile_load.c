/* Puts what a profile says into a policy. */
#include <errno.h>

#include "profile/profile.h"
#include "profile/profile_variables.h"

static int no_memory(const struct profile *profile, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, -ENOMEM, "%s: out of memory",
			 profile->file);
}

static int apply_all(const struct profile *profile,
		     const struct profile_variables *variables,
		     struct fh_policy *policy, struct fh_error *err)
{
	int r = 0;

	for (size_t i = 0; i < profile->n_entries && r == 0; i++)
		r = profile_setting_apply(&profile->entries[i], variables,
					  policy, err);
	return r;
}

int profile_check(const struct profile *profile, struct fh_error *err)
{
	struct fh_policy *policy = policy_new();
	int r = policy ? apply_all(profile, &profile_variables_check, policy,
				   err)
		       : no_memory(profile, err);

	policy_free(policy);
	return r;
}

int profile_apply(const struct profile *profile, char *const argv[],
		  struct fh_policy *policy, struct fh_error *err)
{
	struct profile_variables variables;
	struct fh_policy *copy = policy_copy(policy);
	int r = copy ? profile_variables_begin(&variables, argv, err)
		     : no_memory(profile, err);

	if (r == 0) {
		r = apply_all(profile, &variables, copy, err);
		profile_variables_done(&variables);
	}
	if (r == 0)
		policy_swap(policy, copy);
	policy_free(copy);
	return r;
}
