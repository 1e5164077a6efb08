/* Bounding set, ambient set, securebits, own sets: in the order that works. */
#include "mech/capabilities_apply.h"

#include <errno.h>

#include "sys/capability.h"

static int drop_bounding(uint64_t keep, struct child_failure *failure)
{
	/* The kernel tells where its list ends: a newer one has more. */
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (keep >> cap & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL && cap > 0)
			break;
		return child_fail(failure, -errno, "empty",
				  "the bounding set");
	}
	return 0;
}

static int set_ambient(uint64_t keep, struct child_failure *failure)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "empty", "the ambient set");
	for (unsigned long cap = 0; cap < 64; cap++)
		if (keep >> cap & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return child_fail(failure, -errno, "keep",
					  "a capability over execve");
	return 0;
}

int capabilities_apply(struct box *box, struct child_failure *failure)
{
	uint64_t over_exec = box->keeps_over_exec ? box->keep_caps : 0;
	struct capability_sets want = {
		.effective = box->keep_caps,
		.permitted = box->keep_caps,
		.inheritable = over_exec,
	};
	struct capability_sets now = { 0 };
	int r;

	r = box->has_setpcap ? drop_bounding(box->keep_caps, failure) : 0;
	if (r < 0)
		return r;
	/* Ambient needs the bit permitted and inheritable, but securebits
	 * still need CAP_SETPCAP: narrow the sets only afterwards. */
	if (box->keep_caps) {
		struct capability_sets wide = { 0 };

		r = capability_get(&wide);
		wide.inheritable = over_exec;
		wide.effective = wide.permitted;
		if (r == 0)
			r = capability_set(&wide);
		if (r < 0)
			return child_fail(failure, r, "make inheritable",
					  "the kept capabilities");
	}
	r = set_ambient(over_exec, failure);
	if (r < 0)
		return r;
	if (box->has_setpcap &&
	    prctl(PR_SET_SECUREBITS, SECUREBITS_LOCKED, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "lock", "the securebits");
	r = capability_set(&want);
	if (r < 0)
		return child_fail(failure, r, "empty", "the capability sets");
	r = capability_get(&now);
	if (r < 0 || now.effective != want.effective ||
	    now.permitted != want.permitted ||
	    now.inheritable != want.inheritable)
		return child_fail(failure, r < 0 ? r : -EPERM, "verify",
				  "the capability sets");
	return 0;
}

int no_new_privs_apply(struct box *box, struct child_failure *failure)
{
	(void)box;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "set", "no_new_privs");
	return 0;
}
