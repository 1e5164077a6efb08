/* Which mechanism holds which guarantee under a plan, and what is lost. */
#include <errno.h>
#include <string.h>

#include "mech/landlock.h"
#include "plan/plan.h"
#include "sys/landlock_calls.h"

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)

static void hold(struct fh_plan *plan, enum guarantee g, uint32_t mechanism)
{
	plan->guarantees[g].holders |= mechanism;
}

static void lose(struct fh_plan *plan, enum guarantee g, const char *why,
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
		hold(plan, GUARANTEE_FILES_READ, BIT(MOUNT_NAMESPACE));
		hold(plan, GUARANTEE_FILES_WRITE, BIT(MOUNT_NAMESPACE));
		hold(plan, GUARANTEE_FILES_SEE, BIT(MOUNT_NAMESPACE));
	} else {
		lose(plan, GUARANTEE_FILES_SEE,
		     "Landlock hides what is in a file, not that it exists",
		     "");
	}
	if (abi) {
		hold(plan, GUARANTEE_FILES_READ, BIT(LANDLOCK_FILES));
		hold(plan, GUARANTEE_FILES_WRITE, BIT(LANDLOCK_FILES));
	}
	if (!plan->has_namespaces && abi < 3)
		lose(plan, GUARANTEE_FILES_WRITE,
		     "without a mount namespace, truncation is only refused by Landlock ABI 3",
		     "Linux 6.2 has it");
}

static void hold_network(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;
	uint64_t mode = plan->policy->net;

	if (mode == NET_HOST && abi >= 4)
		hold(plan, GUARANTEE_NETWORK,
		     BIT(LANDLOCK_PORTS) | BIT(SECCOMP_SOCKETS));
	else if (mode == NET_HOST)
		lose(plan, GUARANTEE_NETWORK,
		     "ports of the host's network are only held by Landlock ABI 4",
		     "Linux 6.7 has it");
	else if (plan->has_namespaces)
		hold(plan, GUARANTEE_NETWORK, BIT(NET_NAMESPACE));
	else if (mode == NET_NONE)
		hold(plan, GUARANTEE_NETWORK, BIT(SECCOMP_SOCKETS));
	else
		lose(plan, GUARANTEE_NETWORK,
		     "a loopback of its own needs a net namespace",
		     "use --net none");
}

static void hold_sockets(struct fh_plan *plan)
{
	int abi = plan->kernel.landlock_abi;
	bool has_own_names = plan->has_namespaces &&
			     plan->policy->net != NET_HOST;

	if (plan->has_namespaces && has_own_names)
		hold(plan, GUARANTEE_SOCKETS,
		     BIT(MOUNT_NAMESPACE) | BIT(NET_NAMESPACE));
	else if (plan->has_namespaces && abi >= 6)
		hold(plan, GUARANTEE_SOCKETS,
		     BIT(MOUNT_NAMESPACE) | BIT(LANDLOCK_SCOPE));
	if (abi >= 9)
		hold(plan, GUARANTEE_SOCKETS,
		     BIT(LANDLOCK_SOCKETS) | BIT(LANDLOCK_SCOPE));
	if (!plan->guarantees[GUARANTEE_SOCKETS].holders)
		lose(plan, GUARANTEE_SOCKETS,
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
		hold(plan, GUARANTEE_PROCESSES, BIT(PID_NAMESPACE));
	else
		lose(plan, GUARANTEE_PROCESSES,
		     "without a pid namespace, outside processes can be seen",
		     "");
	if (plan->has_namespaces && abi >= 6)
		hold(plan, GUARANTEE_PROCESSES, BIT(LANDLOCK_SCOPE));
	if (plan->has_namespaces)
		hold(plan, GUARANTEE_LIFETIME, BIT(PID_NAMESPACE));
	else if (abi >= 6)
		hold(plan, GUARANTEE_LIFETIME,
		     BIT(WATCHDOG) | BIT(LANDLOCK_SCOPE));
	else
		lose(plan, GUARANTEE_LIFETIME,
		     "without a pid namespace, a program that hides in the background can only be ended where Landlock ABI 6 keeps it from ending its watcher",
		     "Linux 6.12 has it");
}

static void hold_privileges(struct fh_plan *plan)
{
	hold(plan, GUARANTEE_PRIVILEGES, BIT(NO_NEW_PRIVS) | BIT(SECCOMP));
	if (!plan->policy->keep_caps)
		hold(plan, GUARANTEE_PRIVILEGES, BIT(NO_CAPABILITIES));
	if (plan->has_userns)
		hold(plan, GUARANTEE_PRIVILEGES, BIT(LOCKED_NAMESPACES));
	if (plan->has_namespaces)
		hold(plan, GUARANTEE_PRIVILEGES, BIT(NOSUID));
	hold(plan, GUARANTEE_KERNEL, BIT(SECCOMP));
	hold(plan, GUARANTEE_TERMINAL, BIT(SECCOMP));
	if (plan->steps & STEP_BIT(STEP_SESSION))
		hold(plan, GUARANTEE_TERMINAL, BIT(SESSION));
}

static void hold_ceilings(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;

	plan->guarantees[GUARANTEE_MEMORY].is_asked = false;
	plan->guarantees[GUARANTEE_CPU].is_asked =
		policy->cpu_time_ms != POLICY_UNLIMITED;
	hold(plan, GUARANTEE_CPU, BIT(RLIMITS));
	plan->guarantees[GUARANTEE_TIME].is_asked =
		policy->timeout_ms != POLICY_UNLIMITED;
	hold(plan, GUARANTEE_TIME, BIT(TIMER));
	if (plan->has_namespaces)
		hold(plan, GUARANTEE_DISK, BIT(TMPFS_SIZE));
	if (policy->file_size != POLICY_UNLIMITED)
		hold(plan, GUARANTEE_DISK, BIT(RLIMITS));
	plan->guarantees[GUARANTEE_DISK].is_asked =
		plan->has_namespaces || policy->file_size != POLICY_UNLIMITED;
	if (plan->steps & STEP_BIT(STEP_PID_MAX))
		hold(plan, GUARANTEE_PIDS, BIT(PID_MAX));
	/* The limit counts the processes of a user within its namespace;
	 * outside one that is all the user runs, and the kernel never
	 * applies it to the machine's root. */
	if (plan->has_userns && plan->kernel.uid != 0)
		hold(plan, GUARANTEE_PIDS, BIT(RLIMITS));
	if (!plan->guarantees[GUARANTEE_PIDS].holders)
		lose(plan, GUARANTEE_PIDS,
		     "a ceiling of processes needs a user namespace here", "");
}

/* A guarantee that is required but that nothing was asked of is a wish that
 * cannot be met either: say what to add. */
static const char *unasked_remedy(enum guarantee g)
{
	switch (g) {
	case GUARANTEE_CPU:
		return "add --cpu-time";
	case GUARANTEE_TIME:
		return "add --timeout";
	case GUARANTEE_DISK:
		return "add --file-size";
	default:
		return "";
	}
}

void plan_hold(struct fh_plan *plan)
{
	uint32_t required = policy_required(plan->policy);

	for (int g = 0; g < N_GUARANTEES; g++)
		plan->guarantees[g].is_asked = true;
	hold_files(plan);
	hold_network(plan);
	hold_sockets(plan);
	hold_processes(plan);
	hold_privileges(plan);
	hold_ceilings(plan);
	for (int g = 0; g < N_GUARANTEES; g++) {
		struct plan_guarantee *row = &plan->guarantees[g];

		if (!row->is_asked && required & GUARANTEE_BIT(g)) {
			row->is_asked = true;
			lose(plan, (enum guarantee)g, "no ceiling was given",
			     unasked_remedy((enum guarantee)g));
		} else if (row->is_asked && !row->holders && !row->lost) {
			lose(plan, (enum guarantee)g,
			     "this kernel has neither namespaces nor Landlock for us",
			     "");
		}
	}
}

void plan_lose(struct fh_plan *plan, uint32_t gone)
{
	for (int g = 0; g < N_GUARANTEES; g++) {
		struct plan_guarantee *row = &plan->guarantees[g];

		if (!row->is_asked || !(row->holders & gone))
			continue;
		row->holders &= ~gone;
		if (!row->holders)
			lose(plan, (enum guarantee)g,
			     "the kernel refused it when the box was built",
			     "");
	}
}

int plan_refuse(const struct fh_plan *plan, struct fh_error *err)
{
	uint32_t required = policy_required(plan->policy);
	char cause[256], remedy[256];
	const char *own_remedy = "";
	struct text why = { 0 };
	size_t n = 0;

	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		if (!(required & GUARANTEE_BIT(g)) || !row->is_asked ||
		    row->holders)
			continue;
		text_add(&why, "%s%s cannot be held: %s", n++ ? "; " : "",
			 guarantees[g].name, row->lost);
		if (row->remedy && *row->remedy)
			own_remedy = row->remedy;
	}
	if (!n)
		return 0;
	kernel_namespace_cause(&plan->kernel, cause, remedy);
	fh_fail(err, FH_STAGE_PLAN, -EPERM, "%s%s%s%s", text_string(&why),
		*cause ? " (" : "", cause, *cause ? ")" : "");
	fh_remedy(err, "%s%saccept the loss with --without",
		  *remedy ? remedy : own_remedy,
		  *remedy || *own_remedy ? "; or " : "");
	text_done(&why);
	return -EPERM;
}
