/* Which mechanism holds which guarantee in a process that confines itself. */
#include <errno.h>
#include <linux/capability.h>

#include "confine/confine_plan.h"
#include "plan/ceilings.h"
#include "sys/landlock_calls.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)

static void partly(struct fh_plan *plan, enum fh_guarantee g, const char *why)
{
	if (plan->guarantees[g].holders)
		plan->guarantees[g].lost = why;
}

/* Does the filter refuse a call, whatever its arguments? */
static bool refuses(const struct fh_plan *plan, const char *call)
{
	int nr = syscall_number(plan->kernel.arch, call);
	struct verdict verdict;
	bool has_rules;

	if (nr < 0)
		return true; /* not on this architecture */
	verdict = seccomp_verdict(&plan->filter, nr, &has_rules);
	return !has_rules && (verdict.kind == VERDICT_ERRNO ||
			      verdict.kind == VERDICT_KILL ||
			      verdict.kind == VERDICT_UNKNOWN);
}

static bool is_runtime(const struct fh_plan *plan)
{
	return confine_base(plan->policy) == SYSCALLS_CONTAINER_RUNTIME;
}

static const char *why_no_landlock(const struct fh_plan *plan)
{
	if (is_runtime(plan))
		return "Landlock refuses every mount, and a container runtime mounts";
	switch (plan->kernel.landlock_error) {
	case -EPERM:
	case -EACCES:
		return "Landlock is refused here, by an earlier filter for one";
	case -EOPNOTSUPP:
		return "Landlock is not among the kernel's active security modules (lsm=)";
	default:
		return "the kernel has no Landlock";
	}
}

static void hold_files(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;

	plan_lost(plan, FH_GUARANTEE_FILES_SEE,
		  "Landlock hides what is in a file, not that it exists", "");
	if (!plan->landlock.handled_fs) {
		plan_lost(plan, FH_GUARANTEE_FILES_READ, why_no_landlock(plan),
			  "");
		plan_lost(plan, FH_GUARANTEE_FILES_WRITE, why_no_landlock(plan),
			  "");
		return;
	}
	plan_held(plan, FH_GUARANTEE_FILES_READ, BIT(LANDLOCK_FILES));
	plan_held(plan, FH_GUARANTEE_FILES_WRITE, BIT(LANDLOCK_FILES));
	if (abi < 3)
		partly(plan, FH_GUARANTEE_FILES_WRITE,
		       "truncation is only refused by Landlock ABI 3: Linux 6.2 has it");
	else if (plan->policy->on_deny == FH_DENY_LOG)
		partly(plan, FH_GUARANTEE_FILES_WRITE,
		       "on-deny log lets owners and modes be changed");
}

/* Can nothing be sent or connected, whatever socket is open? */
static bool is_mute(const struct fh_plan *plan)
{
	return refuses(plan, "connect") && refuses(plan, "sendto") &&
	       refuses(plan, "sendmsg") && refuses(plan, "sendmmsg");
}

/* Refusing new sockets does not hold those that are open: TCP can be
 * disconnected and connected elsewhere, UDP can be sent anywhere. */
static void tell_open_sockets(struct fh_plan *plan)
{
	if (is_mute(plan))
		return;
	if (is_runtime(plan))
		partly(plan, FH_GUARANTEE_NETWORK,
		       "a socket that is open can be connected elsewhere");
	else if (!plan->landlock.handled_net)
		partly(plan, FH_GUARANTEE_NETWORK,
		       "a TCP socket that is open can be connected elsewhere; Landlock ABI 4 refuses it: Linux 6.7 has it");
	else if (!(plan->landlock.handled_net & LL_NET_CONNECT_SEND_UDP))
		partly(plan, FH_GUARANTEE_NETWORK,
		       plan->policy->lets_udp_out
			       ? "UDP ports are only held by Landlock ABI 10: Linux 7.2 has it"
			       : "a UDP or MPTCP socket that is open can reach anywhere");
	else
		partly(plan, FH_GUARANTEE_NETWORK,
		       "an MPTCP socket that is open can be connected elsewhere, which Landlock does not see");
}

static void hold_no_network(struct fh_plan *plan)
{
	plan_held(plan, FH_GUARANTEE_NETWORK, BIT(SECCOMP_SOCKETS));
	if (plan->landlock.handled_net)
		plan_held(plan, FH_GUARANTEE_NETWORK, BIT(LANDLOCK_PORTS));
}

static void hold_network(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	if (policy->net == FH_NET_NONE)
		hold_no_network(plan);
	else if (is_runtime(plan))
		plan_lost(plan, FH_GUARANTEE_NETWORK, why_no_landlock(plan),
			  "");
	else if (!plan->landlock.handled_net)
		plan_lost(plan, FH_GUARANTEE_NETWORK,
			  "ports of the host's network are only held by Landlock ABI 4",
			  "Linux 6.7 has it");
	else if (policy->listen.n)
		plan_lost(plan, FH_GUARANTEE_NETWORK,
			  "with a port to listen on, listening on a socket that was never bound opens a free port as well, which no kernel lets us refuse",
			  "listen before confining, and leave the port out");
	else
		plan_held(plan, FH_GUARANTEE_NETWORK,
			  BIT(LANDLOCK_PORTS) | BIT(SECCOMP_SOCKETS));
	tell_open_sockets(plan);
}

static void hold_sockets(struct fh_plan *plan)
{
	int abi = plan->landlock.handled_fs ? plan->kernel.landlock_abi : 0;

	if (is_mute(plan)) {
		plan_held(plan, FH_GUARANTEE_SOCKETS, BIT(SECCOMP));
	} else if (abi >= 6) {
		plan_held(plan, FH_GUARANTEE_SOCKETS, BIT(LANDLOCK_SCOPE));
		if (plan->policy->lets_unix_path)
			partly(plan, FH_GUARANTEE_SOCKETS,
			       "sockets with a path are let through");
		else if (abi >= 9)
			plan_held(plan, FH_GUARANTEE_SOCKETS,
				  BIT(LANDLOCK_SOCKETS));
		else
			partly(plan, FH_GUARANTEE_SOCKETS,
			       "sockets with a path are only held by Landlock ABI 9: Linux 7.1 has it");
	} else if (is_runtime(plan)) {
		plan_lost(plan, FH_GUARANTEE_SOCKETS, why_no_landlock(plan),
			  "");
	} else {
		plan_lost(plan, FH_GUARANTEE_SOCKETS,
			  "unix sockets of the host are only held by Landlock ABI 6 and 9",
			  "Linux 6.12 and 7.1 have them");
	}
}

/* A filter alone cannot: abort() needs tgkill, and a descriptor's owner, who
 * is sent SIGIO, is set by fcntl. */
static void hold_processes(struct fh_plan *plan)
{
	if (plan->policy->role == POLICY_ROLE_MONITOR)
		plan_lost(plan, FH_GUARANTEE_PROCESSES,
			  "a monitor signals its worker, which no scope of Landlock lets through",
			  "");
	else if (plan->landlock.scoped)
		plan_held(plan, FH_GUARANTEE_PROCESSES,
			  BIT(LANDLOCK_SCOPE) | BIT(SECCOMP));
	else if (is_runtime(plan))
		plan_lost(plan, FH_GUARANTEE_PROCESSES, why_no_landlock(plan),
			  "");
	else
		plan_lost(plan, FH_GUARANTEE_PROCESSES,
			  "signals to the user's other processes are only held by Landlock ABI 6",
			  "Linux 6.12 has it");
	partly(plan, FH_GUARANTEE_PROCESSES,
	       "without a pid namespace, that outside processes exist can be told");
}

/* Ending a worker of another user needs CAP_KILL, from which neither an id nor
 * another capability is to be had. */
static uint64_t harmless(const struct fh_plan *plan)
{
	if (plan->policy->role != POLICY_ROLE_MONITOR)
		return CAPABILITIES_HARMLESS;
	return CAPABILITIES_HARMLESS | UINT64_C(1) << CAP_KILL;
}

static void hold_privileges(struct fh_plan *plan)
{
	const uint64_t keep = plan->policy->keep_caps;

	plan_held(plan, FH_GUARANTEE_PRIVILEGES,
		  BIT(NO_NEW_PRIVS) | BIT(SECCOMP));
	if (!keep)
		plan_held(plan, FH_GUARANTEE_PRIVILEGES, BIT(NO_CAPABILITIES));
	if (plan->uid == 0)
		partly(plan, FH_GUARANTEE_PRIVILEGES,
		       "the user id stays 0, which owns most of the system");
	if (is_runtime(plan))
		plan_lost(plan, FH_GUARANTEE_PRIVILEGES,
			  "a container runtime may make namespaces, in which it has every capability",
			  "");
	else if (keep & ~harmless(plan))
		plan_lost(plan, FH_GUARANTEE_PRIVILEGES,
			  "with a capability that was kept, others or another uid can be had",
			  "keep none, or CAP_NET_BIND_SERVICE alone");
	plan_held(plan, FH_GUARANTEE_KERNEL, BIT(SECCOMP));
	if (plan->policy->on_deny == FH_DENY_LOG)
		plan_lost(plan, FH_GUARANTEE_KERNEL,
			  "on-deny log lets refused calls through", "");
	plan_held(plan, FH_GUARANTEE_TERMINAL, BIT(SECCOMP));
}

void confine_hold(struct fh_plan *plan)
{
	for (int g = 0; g < N_GUARANTEES; g++)
		plan->guarantees[g].is_asked = true;
	hold_files(plan);
	hold_network(plan);
	hold_sockets(plan);
	hold_processes(plan);
	hold_privileges(plan);
	/* Limits are the process's own; it has no run that it could outlive. */
	plan->guarantees[FH_GUARANTEE_LIFETIME].is_asked = false;
	plan_hold_ceilings(plan);
	plan_settle(plan, "a process cannot do that to itself");
}
