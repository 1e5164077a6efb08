/* Explains a system call that the filter refused. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "explain/refusals.h"
#include "explain/refused_object.h"
#include "mech/seccomp_policies.h"
#include "plan/allowing.h"
#include "tables/syscall_groups.h"

/* Why it is refused, told to who considers allowing it. The first row that has
 * the call is taken. */
static const struct {
	uint16_t member;
	const char *advice;
} reasons[] = {
#define C(call) CALL_##call
#define G(group) (MEMBER_GROUP | GROUP_##group)
	{ G(IO_URING), "it carries out calls that no filter sees" },
	{ G(NAMESPACE), "it could undo the box's namespaces" },
	{ G(MOUNT), "it could undo the box's file tree" },
	{ G(DEBUG), "unwise: it reads and changes other processes of the box, and is a frequent source of kernel bugs" },
	{ G(KEYRING), "unwise: keys are the user's, not the box's, and it is a frequent source of kernel bugs" },
	{ G(MODULE), "unwise: it loads code into the kernel" },
	{ G(RAW_IO), "unwise: it reaches the machine's devices" },
	{ G(REBOOT), "unwise: it ends or replaces the running system" },
	{ G(SWAP), "unwise: it is for administrators of the machine" },
	{ G(CLOCK), "unwise: the clock is the whole machine's" },
	{ G(CPU_EMULATION), "unwise: only 16-bit programs need it, and it was a source of kernel bugs" },
	{ C(bpf), "unwise: it loads programs into the kernel" },
	{ C(userfaultfd), "unwise: it is what exploits of kernel bugs are built with" },
	{ C(open_by_handle_at), "unwise: it opens files past all directories" },
	{ C(seccomp), "harmless; but then refused calls are not counted" },
	{ G(NUMA), "it steers memory that is shared with the host; programs do without" },
	{ G(AIO), "a source of kernel bugs; programs do without" },
	{ G(SYSV_IPC), "as wise as the program needs it: within the box it reaches the box alone, without namespaces all of the user's" },
	{ G(NETWORK_IO), "as wise as it is to let the program talk: network and ports are fenced apart from this" },
#undef C
#undef G
};

static bool is_member(uint16_t member, unsigned int call)
{
	struct syscall_set set = { 0 };

	syscall_set_change(&set, &member, 1);
	return set.has[call];
}

static const char *find_reason(unsigned int call)
{
	struct syscall_set unsafe;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (is_member(reasons[i].member, call))
			return reasons[i].advice;
	seccomp_unsafe_calls(&unsafe);
	return unsafe.has[call] ? "unwise: it is for administrators of the machine"
				: "no other fence rests on its being refused";
}

/* The last wish that names it counts. */
static const char *find_denial(const struct fh_policy *policy,
			       unsigned int call)
{
	for (size_t i = policy->n_syscall_changes; i-- > 0;) {
		const struct syscall_wish *wish = &policy->syscall_changes[i];
		int found = wish->name[0] == '@'
				    ? syscall_group_find(wish->name)
				    : syscall_find(wish->name);
		uint16_t member = (uint16_t)found;

		if (found >= 0 && wish->name[0] == '@')
			member |= MEMBER_GROUP;
		if (found >= 0 && is_member(member, call))
			return wish->is_deny ? wish->name : NULL;
	}
	return NULL;
}

static void add_rule(const struct fh_plan *plan, unsigned int call, int nr,
		     struct fh_refusal *ret)
{
	const char *policy = syscall_policies[plan->policy->syscalls].name;
	const char *denied = find_denial(plan->policy, call);
	struct syscall_set allowed;
	bool has_rules;

	seccomp_policy_calls((enum syscall_policy)plan->policy->syscalls,
			     &allowed);
	seccomp_verdict(&plan->filter, nr, &has_rules);
	if (denied)
		snprintf(ret->rule, sizeof(ret->rule), "--deny-syscall %s",
			 denied);
	else if (call == CALL_seccomp && has_rules)
		snprintf(ret->rule, sizeof(ret->rule),
			 "there can be one listener, and the box's init has it to count refused calls");
	else if (has_rules)
		snprintf(ret->rule, sizeof(ret->rule),
			 "a rule of policy %s about its arguments", policy);
	else if (allowed.has[call])
		snprintf(ret->rule, sizeof(ret->rule),
			 "refused where there are no namespaces");
	else
		snprintf(ret->rule, sizeof(ret->rule), "policy %s refuses it",
			 policy);
}

/* Of a locked call the table tells what it could undo; what another call may
 * not do with these arguments stands whatever is allowed. */
static void add_advice(unsigned int call, struct fh_refusal *ret)
{
	bool is_locked = syscall_is_locked(syscalls[call].name);

	if (is_locked)
		snprintf(ret->advice, sizeof(ret->advice),
			 "no option allows it: %s", find_reason(call));
	else if (!*ret->option)
		snprintf(ret->advice, sizeof(ret->advice),
			 "no option allows it with these arguments");
	else if (strncmp(ret->option, "--net", 5) == 0)
		snprintf(ret->advice, sizeof(ret->advice),
			 "as wise as it is to let the program talk to the network");
	else if (strncmp(ret->option, "--syscalls", 10) == 0)
		snprintf(ret->advice, sizeof(ret->advice),
			 "it widens the policy to what programs for users need");
	else
		snprintf(ret->advice, sizeof(ret->advice), "%s",
			 find_reason(call));
}

void refusal_of_syscall(const struct fh_plan *plan, int nr,
			const uint64_t args[6], int code,
			struct fh_refusal *ret)
{
	int call = allowing_call(plan, nr);

	ret->layer = FH_LAYER_SECCOMP;
	ret->code = code;
	ret->signal = 0;
	ret->wanted[0] = ret->object[0] = ret->option[0] = '\0';
	ret->rule[0] = ret->advice[0] = '\0';
	if (call < 0) {
		snprintf(ret->call, sizeof(ret->call), "%d", nr);
		snprintf(ret->rule, sizeof(ret->rule),
			 "no table names this system call");
		return;
	}
	snprintf(ret->call, sizeof(ret->call), "%s", syscalls[call].name);
	refused_object((unsigned int)call, args, ret->object,
		       sizeof(ret->object));
	add_rule(plan, (unsigned int)call, nr, ret);
	/* Where it could not be found out, nothing is said of it. */
	if (allowing_option(plan, nr, args, ret->option) == 0)
		add_advice((unsigned int)call, ret);
}
