/* Takes over the grants of a profile with its variables as they are written. */
#include <errno.h>

#include "learn/learner.h"
#include "profile/profile.h"
#include "tables/settings.h"

/* A variable is any text to a policy: what it stands for is asked when it runs. */
static int set_all(const struct profile *profile, struct fh_policy *policy,
		   struct fh_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < profile->n_entries; i++)
		r = policy_set(policy, profile->entries[i].setting->name,
			       profile->entries[i].value,
			       profile->entries[i].file, err);
	return r;
}

int learn_load(struct evidence *evidence, const char *name,
	       struct fh_error *err)
{
	struct fh_policy *policy = policy_new();
	struct profile_places places;
	struct profile profile = { 0 };
	int r;

	profile_places_usual(&places);
	r = policy ? profile_open(&places, name, &profile, err)
		   : error_set(err, FH_STAGE_PARSE, -ENOMEM, "take over %s",
			       name);
	if (r == 0)
		r = profile_check(&profile, err);
	if (r == 0)
		r = set_all(&profile, policy, err);
	if (r == 0) {
		r = evidence_load(evidence, policy, profile.description);
		if (r < 0)
			error_set(err, FH_STAGE_PARSE, r, "take over %s", name);
	}
	profile_done(&profile);
	policy_free(policy);
	return r;
}
