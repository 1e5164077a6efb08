/* Chooses the rights that the ruleset handles. */
#include "mech/landlock.h"

#include "plan/plan.h"
#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"

int landlock_abi_used(const struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;

	return abi < LANDLOCK_ABI_KNOWN ? abi : LANDLOCK_ABI_KNOWN;
}

/*
 * All that the ABI knows is handled, so that nothing is open that could be
 * closed. The network is handled only where it is the host's: in an empty
 * namespace every port is the box's own.
 */
void landlock_plan(struct fh_plan *plan)
{
	int abi = landlock_abi_used(plan);

	if (!abi)
		return;
	plan->landlock.handled_fs = landlock_mask(LANDLOCK_FS, abi);
	if (plan->policy->lets_unix_path)
		plan->landlock.handled_fs &= ~(uint64_t)LL_FS_RESOLVE_UNIX;
	plan->landlock.scoped = landlock_mask(LANDLOCK_SCOPE, abi);
	/* A signal to a worker that was there first would be refused; so would
	 * the one that the kernel sends it when the monitor ends. */
	if (plan->policy->role == POLICY_ROLE_MONITOR)
		plan->landlock.scoped &= ~LL_SCOPE_SIGNAL;
	if (!plan->has_namespaces || plan->policy->net == FH_NET_HOST)
		plan->landlock.handled_net = landlock_mask(LANDLOCK_NET, abi);
	/* A server answers on the sockets that it bound before it confined
	 * itself: on every kernel, not only on those before ABI 10. */
	if (plan->is_self && plan->policy->net == FH_NET_NONE)
		plan->landlock.handled_net &= LL_NET_BIND_TCP |
					      LL_NET_CONNECT_TCP;
}
