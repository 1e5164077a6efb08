/* Groups first, then gid, then uid: each step needs what the next gives up. */
#include "mech/identity_apply.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/capability.h"

/* What was kept is permitted but, after a change from root, not effective. */
static int raise_permitted(struct child_failure *failure)
{
	struct capability_sets sets = { 0 };
	int r = capability_get(&sets);

	sets.effective = sets.permitted;
	if (r == 0)
		r = capability_set(&sets);
	return r < 0 ? child_fail(failure, r, "raise", "the capabilities") : 0;
}

/* Securebits that are locked refuse the wish, and grant it by themselves. */
static bool are_caps_fixed(void)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	return bits >= 0 && bits & SECUREBIT_NO_SETUID_FIXUP;
}

/* Raw calls: a libc would signal other threads, and this process has none. */
static int change_ids(const struct box *box, struct child_failure *failure)
{
	/* Capabilities stay through the change; they are dropped in their
	 * own step, which also empties the bounding set. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 && !are_caps_fixed())
		return child_fail(failure, -errno, "keep capabilities over",
				  "the change of ids");
	if (syscall(SYS_setresgid, box->gid, box->gid, box->gid) < 0)
		return child_fail(failure, -errno, "change", "the group id");
	if (syscall(SYS_setresuid, box->uid, box->uid, box->uid) < 0)
		return child_fail(failure, -errno, "change", "the user id");
	return raise_permitted(failure);
}

static int check_ids(const struct box *box, struct child_failure *failure)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (syscall(SYS_getresuid, &r, &e, &s) < 0 || r != box->uid ||
	    e != box->uid || s != box->uid)
		return child_fail(failure, -EPERM, "verify", "the user ids");
	if (syscall(SYS_getresgid, &rg, &eg, &sg) < 0 || rg != box->gid ||
	    eg != box->gid || sg != box->gid)
		return child_fail(failure, -EPERM, "verify", "the group ids");
	return 0;
}

int identity_change(struct box *box, struct child_failure *failure)
{
	int r = 0;

	if (box->clear_groups && syscall(SYS_setgroups, 0, NULL) < 0)
		return child_fail(failure, -errno, "clear",
				  "the supplementary groups");
	if (box->use_newuid)
		r = change_ids(box, failure);
	return r < 0 ? r : check_ids(box, failure);
}

int identity_apply(struct box *box, struct child_failure *failure)
{
	int r = identity_change(box, failure);

	if (r < 0)
		return r;
	/* The change reset both; the maps of the next user namespace need a
	 * dumpable process. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "ask to die with",
				  "the launcher");
	return 0;
}
