/* Which mechanism holds which guarantee under a plan, and what is lost. */
#include <errno.h>
#include <string.h>

#include "mech/landlock.h"
#include "plan/ceilings.h"
#include "sys/landlock_calls.h"
#include "tables/capabilities.h"

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)

void plan_held(struct fh_plan *plan, enum fh_guarantee g, uint32_t holders)
{
	plan->guarantees[g].holders |= holders;
}

void plan_lost(struct fh_plan *plan, enum fh_guarantee g, const char *why,
	       const char *remedy)
{
	plan->guarantees[g].holders = 0;
	plan->guarantees[g].lost = why;
	plan->guarantees[g].remedy = remedy;
}

static void hold_files(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;

	if (plan->has_namespaces) {
		plan_held(plan, FH_GUARANTEE_FILES_READ, BIT(MOUNT_NAMESPACE));
		plan_held(plan, FH_GUARANTEE_FILES_WRITE, BIT(MOUNT_NAMESPACE));
		plan_held(plan, FH_GUARANTEE_FILES_SEE, BIT(MOUNT_NAMESPACE));
	} else {
		plan_lost(plan, FH_GUARANTEE_FILES_SEE,
		     "Landlock hides what is in a file, not that it exists",
		     "");
	}
	if (abi) {
		plan_held(plan, FH_GUARANTEE_FILES_READ, BIT(LANDLOCK_FILES));
		plan_held(plan, FH_GUARANTEE_FILES_WRITE, BIT(LANDLOCK_FILES));
	}
	if (!plan->has_namespaces && abi < 3)
		plan_lost(plan, FH_GUARANTEE_FILES_WRITE,
		     "without a mount namespace, truncation is only refused by Landlock ABI 3",
		     "Linux 6.2 has it");
}

static void hold_network(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;
	uint64_t mode = plan->policy->net;

	if (mode == FH_NET_HOST && abi >= 4 && plan->policy->listen.n)
		plan_lost(plan, FH_GUARANTEE_NETWORK,
		     "with --listen, listening on a socket that was never bound opens a free port as well, which no kernel lets us refuse",
		     "");
	else if (mode == FH_NET_HOST && abi >= 4)
		plan_held(plan, FH_GUARANTEE_NETWORK,
		     BIT(LANDLOCK_PORTS) | BIT(SECCOMP_SOCKETS));
	else if (mode == FH_NET_HOST)
		plan_lost(plan, FH_GUARANTEE_NETWORK,
		     "ports of the host's network are only held by Landlock ABI 4",
		     "Linux 6.7 has it");
	else if (plan->has_namespaces)
		plan_held(plan, FH_GUARANTEE_NETWORK, BIT(NET_NAMESPACE));
	else if (mode == FH_NET_NONE)
		plan_held(plan, FH_GUARANTEE_NETWORK, BIT(SECCOMP_SOCKETS));
	else
		plan_lost(plan, FH_GUARANTEE_NETWORK,
		     "a loopback of its own needs a net namespace",
		     "use --net none");
}

static void hold_sockets(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;
	bool has_own_names = plan->has_namespaces &&
			     plan->policy->net != FH_NET_HOST;

	if (plan->has_namespaces && has_own_names)
		plan_held(plan, FH_GUARANTEE_SOCKETS,
		     BIT(MOUNT_NAMESPACE) | BIT(NET_NAMESPACE));
	else if (plan->has_namespaces && abi >= 6)
		plan_held(plan, FH_GUARANTEE_SOCKETS,
		     BIT(MOUNT_NAMESPACE) | BIT(LANDLOCK_SCOPE));
	if (abi >= 9)
		plan_held(plan, FH_GUARANTEE_SOCKETS,
		     BIT(LANDLOCK_SOCKETS) | BIT(LANDLOCK_SCOPE));
	if (!plan->guarantees[FH_GUARANTEE_SOCKETS].holders)
		plan_lost(plan, FH_GUARANTEE_SOCKETS,
		     plan->has_namespaces
			     ? "abstract sockets of the host's network are only held by Landlock ABI 6"
			     : "pathname sockets are only held by a mount namespace or Landlock ABI 9",
		     plan->has_namespaces ? "use --net none, or Linux 6.12"
					  : "Linux 7.1 has it");
}

static void hold_processes(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;

	if (plan->has_namespaces)
		plan_held(plan, FH_GUARANTEE_PROCESSES, BIT(PID_NAMESPACE));
	else
		plan_lost(plan, FH_GUARANTEE_PROCESSES,
		     "without a pid namespace, outside processes can be seen",
		     "");
	if (plan->has_namespaces && abi >= 6)
		plan_held(plan, FH_GUARANTEE_PROCESSES, BIT(LANDLOCK_SCOPE));
	if (plan->has_namespaces)
		plan_held(plan, FH_GUARANTEE_LIFETIME, BIT(PID_NAMESPACE));
	else if (abi >= 6)
		plan_held(plan, FH_GUARANTEE_LIFETIME,
		     BIT(WATCHDOG) | BIT(LANDLOCK_SCOPE));
	else
		plan_lost(plan, FH_GUARANTEE_LIFETIME,
		     "without a pid namespace, a program that hides in the background can only be ended where Landlock ABI 6 keeps it from ending its watcher",
		     "Linux 6.12 has it");
}

static void hold_privileges(struct fh_plan *plan)
{
	plan_held(plan, FH_GUARANTEE_PRIVILEGES, BIT(NO_NEW_PRIVS) | BIT(SECCOMP));
	if (!plan->policy->keep_caps)
		plan_held(plan, FH_GUARANTEE_PRIVILEGES, BIT(NO_CAPABILITIES));
	if (plan->has_userns)
		plan_held(plan, FH_GUARANTEE_PRIVILEGES, BIT(LOCKED_NAMESPACES));
	if (plan->has_namespaces)
		plan_held(plan, FH_GUARANTEE_PRIVILEGES, BIT(NOSUID));
	if (plan->policy->keep_caps & ~CAPABILITIES_HARMLESS)
		plan_lost(plan, FH_GUARANTEE_PRIVILEGES,
		     "with a capability that was kept, others or another uid can be had",
		     "keep none, or CAP_NET_BIND_SERVICE alone");
	plan_held(plan, FH_GUARANTEE_KERNEL, BIT(SECCOMP));
	if (plan->policy->on_deny == FH_DENY_LOG) {
		plan_lost(plan, FH_GUARANTEE_KERNEL,
		     "--on-deny log lets refused calls through", "");
		if (!plan->has_namespaces)
			plan_lost(plan, FH_GUARANTEE_FILES_WRITE,
			     "without a mount namespace --on-deny log lets owners and modes be changed",
			     "");
	}
	plan_held(plan, FH_GUARANTEE_TERMINAL, BIT(SECCOMP));
	if (plan->steps & STEP_BIT(STEP_SESSION))
		plan_held(plan, FH_GUARANTEE_TERMINAL, BIT(SESSION));
	if (plan->steps & STEP_BIT(STEP_TERMINAL))
		plan_held(plan, FH_GUARANTEE_TERMINAL, BIT(PTY));
}

/* A guarantee that is required but that nothing was asked of is a wish that
 * cannot be met either: say what to add. */
static const char *unasked_remedy(enum fh_guarantee g)
{
	switch (g) {
	case FH_GUARANTEE_MEMORY:
		return "add --memory";
	case FH_GUARANTEE_CPU:
		return "add --cpu-time";
	case FH_GUARANTEE_TIME:
		return "add --timeout";
	case FH_GUARANTEE_DISK:
		return "add --file-size";
	default:
		return "";
	}
}

void plan_settle(struct fh_plan *plan, const char *why)
{
	uint32_t required = policy_required(plan->policy);

	/* Required of every box, but a process has no run that it could
	 * outlive: only who names it means it. */
	if (plan->is_self)
		required &= plan->policy->demanded |
			    ~GUARANTEE_BIT(FH_GUARANTEE_LIFETIME);
	for (int g = 0; g < N_GUARANTEES; g++) {
		struct plan_guarantee *row = &plan->guarantees[g];

		if (!row->is_asked && required & GUARANTEE_BIT(g)) {
			bool can_add = !plan->is_self ||
				       g == FH_GUARANTEE_CPU ||
				       g == FH_GUARANTEE_DISK;

			row->is_asked = true;
			plan_lost(plan, (enum fh_guarantee)g,
				  can_add ? "no ceiling was given" : why,
				  can_add ? unasked_remedy((enum fh_guarantee)g)
					  : "");
		} else if (row->is_asked && !row->holders && !row->lost) {
			plan_lost(plan, (enum fh_guarantee)g, why, "");
		}
	}
}

void plan_hold(struct fh_plan *plan)
{
	for (int g = 0; g < N_GUARANTEES; g++)
		plan->guarantees[g].is_asked = true;
	hold_files(plan);
	hold_network(plan);
	hold_sockets(plan);
	hold_processes(plan);
	hold_privileges(plan);
	plan_hold_ceilings(plan);
	plan_settle(plan, "this kernel has neither namespaces nor Landlock for us");
}

void plan_tell_losses(const struct fh_plan *plan, const struct fh_log *log)
{
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];
		const enum fh_state state = plan_state(row);

		if (row->is_asked && state != FH_STATE_FULLY &&
		    !(plan->policy->without & GUARANTEE_BIT(g)))
			log_tell(log, FH_LOG_WARNING, "%s the guarantee %s: %s",
				 state == FH_STATE_PARTLY ? "only in part"
							  : "without",
				 guarantees[g].name, row->lost);
	}
}

static bool is_refused(const struct fh_plan *plan, int g)
{
	const struct plan_guarantee *row = &plan->guarantees[g];

	return policy_required(plan->policy) & GUARANTEE_BIT(g) &&
	       row->is_asked && !row->holders;
}

/* Each remedy once: several losses often have one. */
static void add_remedy(struct text *remedies, const char *remedy)
{
	if (!remedy || !*remedy || strstr(text_string(remedies), remedy))
		return;
	text_add(remedies, "%s; or ", remedy);
}

/* All that is lost, and all that may be done about it. */
static int fail_refused(const struct fh_plan *plan, struct fh_error *err)
{
	autotext why = { 0 };
	autotext remedies = { 0 };
	char cause[256] = "", remedy[256] = "";

	if (!plan->has_namespaces && !plan->is_self)
		kernel_namespace_cause(&plan->kernel, cause, remedy);
	add_remedy(&remedies, remedy);
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		if (!is_refused(plan, g))
			continue;
		text_add(&why, "%s%s cannot be held: %s", why.len ? "; " : "",
			 guarantees[g].name, row->lost);
		add_remedy(&remedies, row->remedy);
	}
	if (why.code || remedies.code)
		return error_set(err, FH_STAGE_PLAN, -ENOMEM,
				 "tell which guarantees cannot be held");
	error_set(err, FH_STAGE_PLAN, -EPERM, "%s%s%s%s", text_string(&why),
		  *cause ? " (" : "", cause, *cause ? ")" : "");
	error_remedy(err, "%saccept the loss with --without",
		     text_string(&remedies));
	return -EPERM;
}

int plan_refuse(const struct fh_plan *plan, struct fh_error *err)
{
	for (int g = 0; g < N_GUARANTEES; g++)
		if (is_refused(plan, g))
			return fail_refused(plan, err);
	return 0;
}
