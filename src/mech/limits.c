/* Decides the resource limits. */
#include "mech/limits.h"

#include <sys/resource.h>

#include "plan/box.h"
#include "policy/policy.h"

bool limits_are_asked(const struct fh_policy *policy)
{
	return policy->open_files != POLICY_UNLIMITED ||
	       policy->file_size != POLICY_UNLIMITED ||
	       policy->cpu_time_ms != POLICY_UNLIMITED;
}

void limits_add(struct box *box, int resource, uint64_t soft, uint64_t hard)
{
	struct rlimit now;

	/* Raising a hard limit is not ours to do. */
	if (getrlimit(resource, &now) == 0 && hard > now.rlim_max)
		hard = now.rlim_max;
	box->rlimits[box->n_rlimits++] = (struct box_rlimit){
		resource, { soft < hard ? soft : hard, hard }
	};
}

void limits_add_asked(struct box *box, const struct fh_policy *policy)
{
	uint64_t seconds = policy->cpu_time_ms / 1000;

	if (policy->open_files != POLICY_UNLIMITED)
		limits_add(box, RLIMIT_NOFILE, policy->open_files,
			   policy->open_files);
	if (policy->file_size != POLICY_UNLIMITED)
		limits_add(box, RLIMIT_FSIZE, policy->file_size,
			   policy->file_size);
	/* SIGXCPU at the limit, SIGKILL a second later. */
	if (policy->cpu_time_ms != POLICY_UNLIMITED)
		limits_add(box, RLIMIT_CPU, seconds, seconds + 1);
}
