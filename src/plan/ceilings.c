/* Which mechanism holds which ceiling, and so the guarantees that rest on them. */
#include "plan/ceilings.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>

#include "base/cleanup.h"

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)
#define NO_GUARANTEE (-1)

/* The kernel keeps 300 numbers back: a smaller maximum is refused. */
#define PID_MAX_HOLDS_FROM 299

struct ceiling_info {
	const char *setting;
	int guarantee;
	size_t offset; /* of its field in struct fh_policy */
};

#define ROW(name, field, g)                                                    \
	{ name, g, offsetof(struct fh_policy, field) }

static const struct ceiling_info infos[N_CEILINGS] = {
	[FH_CEILING_MEMORY] = ROW("memory", memory, FH_GUARANTEE_MEMORY),
	[FH_CEILING_SWAP] = ROW("swap", swap, FH_GUARANTEE_MEMORY),
	[FH_CEILING_PIDS] = ROW("pids", pids, FH_GUARANTEE_PIDS),
	[FH_CEILING_CPUS] = ROW("cpus", cpus, FH_GUARANTEE_CPU),
	[FH_CEILING_IO_WEIGHT] = ROW("io-weight", io_weight,
				     FH_GUARANTEE_DISK),
	[FH_CEILING_CPU_TIME] = ROW("cpu-time", cpu_time_ms,
				    FH_GUARANTEE_CPU),
	[FH_CEILING_TIMEOUT] = ROW("timeout", timeout_ms,
				   FH_GUARANTEE_TIME),
	[FH_CEILING_FILE_SIZE] = ROW("file-size", file_size,
				     FH_GUARANTEE_DISK),
	[FH_CEILING_OPEN_FILES] = ROW("open-files", open_files,
				      NO_GUARANTEE),
	[FH_CEILING_TMP_SIZE] = ROW("tmp-size", tmp_size,
				    FH_GUARANTEE_DISK),
	[FH_CEILING_TMP_FILES] = ROW("tmp-files", tmp_files,
				     FH_GUARANTEE_DISK),
	[FH_CEILING_OUTPUT_LIMIT] = ROW("output-limit", output_limit,
					FH_GUARANTEE_DISK),
};

const char *ceiling_name(int ceiling)
{
	return ceiling >= 0 && ceiling < N_CEILINGS ? infos[ceiling].setting
						    : NULL;
}

int ceiling_guarantee(int ceiling)
{
	return infos[ceiling].guarantee;
}

static bool is_given(const struct fh_policy *policy, int ceiling)
{
	const char *field = (const char *)policy + infos[ceiling].offset;

	return *(const uint64_t *)field != POLICY_UNLIMITED;
}

/* --- the cgroup of the box ------------------------------------------------ */

static uint32_t way_bit(const struct fh_plan *plan)
{
	static const uint32_t bits[N_CGROUP_WAYS] = {
		[CGROUP_DELEGATED] = BIT(CGROUP_DELEGATED),
		[CGROUP_SCOPE] = BIT(CGROUP_SCOPE),
		[CGROUP_ROOT] = BIT(CGROUP_ROOT),
	};

	return bits[plan->kernel.cgroup.way];
}

bool plan_asks_cgroup(const struct fh_policy *policy,
		      const struct fh_kernel *kernel)
{
	static const int held_by_cgroups[] = {
		FH_CEILING_MEMORY, FH_CEILING_SWAP, FH_CEILING_CPUS,
		FH_CEILING_IO_WEIGHT, FH_CEILING_CPU_TIME,
	};

	for (size_t i = 0; i < ARRAY_SIZE(held_by_cgroups); i++)
		if (is_given(policy, held_by_cgroups[i]))
			return true;
	/* No resource limit binds root, and the kernel's maximum only some. */
	return kernel->uid == 0 && policy_is_set(policy, "pids");
}

static bool has_controller(const struct fh_plan *plan, uint32_t bit)
{
	return plan->has_cgroup && plan->kernel.cgroup.controllers & bit;
}

/* Processes of ours that count: init, and who passes the output on. */
uint64_t plan_own_processes(const struct fh_policy *policy)
{
	return policy->output_limit == POLICY_UNLIMITED ? 1 : 2;
}

static void wish_for(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;
	struct cgroup_wish *wish = &plan->cgroup;

	*wish = (struct cgroup_wish){
		CGROUP_UNLIMITED, CGROUP_UNLIMITED, CGROUP_UNLIMITED,
		CGROUP_UNLIMITED, CGROUP_UNLIMITED,
	};
	if (has_controller(plan, CONTROLLER_BIT(MEMORY)))
		wish->memory = policy->memory;
	/* What is swapped out is memory, too: none of it, unless asked for. */
	if (has_controller(plan, CONTROLLER_BIT(MEMORY)) &&
	    plan->kernel.cgroup.has_swap)
		wish->swap = policy->swap == POLICY_UNLIMITED &&
				     policy->memory != POLICY_UNLIMITED
				     ? 0
				     : policy->swap;
	if (has_controller(plan, CONTROLLER_BIT(PIDS)))
		wish->pids = policy->pids + plan_own_processes(policy);
	if (has_controller(plan, CONTROLLER_BIT(CPU)))
		wish->cpus = policy->cpus;
	if (has_controller(plan, CONTROLLER_BIT(IO)))
		wish->io_weight = policy->io_weight;
}

void plan_cgroup(struct fh_plan *plan)
{
	plan->has_cgroup = !plan->is_self &&
			   plan->kernel.cgroup.way != CGROUP_NONE &&
			   plan_asks_cgroup(plan->policy, &plan->kernel);
	wish_for(plan);
}

bool plan_limits_data(const struct fh_plan *plan)
{
	return plan->policy->memory != POLICY_UNLIMITED &&
	       plan->cgroup.memory == CGROUP_UNLIMITED;
}

/* --- who holds what -------------------------------------------------------- */

static struct plan_guarantee *row_of(struct fh_plan *plan, int ceiling)
{
	return &plan->ceilings[ceiling];
}

static void held(struct fh_plan *plan, int ceiling, uint32_t holders)
{
	row_of(plan, ceiling)->holders |= holders;
}

static void lost(struct fh_plan *plan, int ceiling, const char *why,
		 const char *remedy)
{
	row_of(plan, ceiling)->lost = why;
	row_of(plan, ceiling)->remedy = remedy;
}

/* Why nothing of the kind can be had of a cgroup, in the words of the probe. */
static const char *no_cgroup(struct fh_plan *plan, const char *controller)
{
	const struct cgroup_facts *facts = &plan->kernel.cgroup;
	const char *why;

	if (facts->way != CGROUP_NONE)
		why = arena_print(&plan->arena,
				  "the cgroup that can be had has no controller %s",
				  controller);
	else if (*facts->why)
		why = arena_print(&plan->arena, "no cgroup: %s", facts->why);
	else
		why = "no cgroup";
	return why ? why : "no cgroup";
}

static const char *cgroup_remedy(const struct fh_plan *plan)
{
	return plan->kernel.cgroup.remedy;
}

/* Who keeps CAP_SYS_RESOURCE can raise them. */
static bool rlimits_bind(const struct fh_plan *plan)
{
	return !(plan->policy->keep_caps & (UINT64_C(1) << CAP_SYS_RESOURCE));
}

static void by_rlimit(struct fh_plan *plan, int ceiling)
{
	if (rlimits_bind(plan))
		held(plan, ceiling, BIT(RLIMITS));
	else
		lost(plan, ceiling,
		     "CAP_SYS_RESOURCE, which is kept, can raise every rlimit",
		     "do not keep it");
}

static void hold_memory(struct fh_plan *plan)
{
	const char *why;

	if (plan->cgroup.memory != CGROUP_UNLIMITED) {
		held(plan, FH_CEILING_MEMORY, way_bit(plan));
		if (!plan->kernel.cgroup.has_swap)
			lost(plan, FH_CEILING_MEMORY,
			     "what is swapped out is not counted on this kernel",
			     "");
		return;
	}
	by_rlimit(plan, FH_CEILING_MEMORY);
	if (plan->has_namespaces)
		held(plan, FH_CEILING_MEMORY, BIT(TMPFS_SIZE));
	if (!row_of(plan, FH_CEILING_MEMORY)->holders)
		return;
	why = arena_print(&plan->arena,
			  "each process and private storage alone is held to it, shared memory not at all: %s",
			  no_cgroup(plan, "memory"));
	lost(plan, FH_CEILING_MEMORY, why ? why : "each process alone",
	     cgroup_remedy(plan));
}

/* What nobody but a cgroup can hold. */
static void hold_by_cgroup(struct fh_plan *plan, int ceiling, uint64_t wish,
			   const char *controller)
{
	if (wish != CGROUP_UNLIMITED)
		held(plan, ceiling, way_bit(plan));
	else
		lost(plan, ceiling, no_cgroup(plan, controller),
		     cgroup_remedy(plan));
}

static void hold_swap(struct fh_plan *plan)
{
	if (has_controller(plan, CONTROLLER_BIT(MEMORY)) &&
	    !plan->kernel.cgroup.has_swap)
		lost(plan, FH_CEILING_SWAP,
		     "what is swapped out is not counted on this kernel", "");
	else
		hold_by_cgroup(plan, FH_CEILING_SWAP, plan->cgroup.swap,
			       "memory");
}

static void lose_pids(struct fh_plan *plan)
{
	if (!plan->has_userns)
		lost(plan, FH_CEILING_PIDS,
		     "a ceiling of processes needs a user namespace or a cgroup here",
		     "");
	else if (plan->steps & STEP_BIT(STEP_PID_MAX))
		lost(plan, FH_CEILING_PIDS,
		     "root is bound by kernel.pid_max alone, which holds no fewer than 299",
		     "ask for more, or start as another user");
	else
		lost(plan, FH_CEILING_PIDS,
		     "root is bound by a kernel.pid_max of its own alone, and this kernel has none",
		     "Linux 6.14 has it");
}

static void hold_pids(struct fh_plan *plan)
{
	if (plan->cgroup.pids != CGROUP_UNLIMITED)
		held(plan, FH_CEILING_PIDS, way_bit(plan));
	if (plan->steps & STEP_BIT(STEP_PID_MAX) &&
	    plan->policy->pids >= PID_MAX_HOLDS_FROM)
		held(plan, FH_CEILING_PIDS, BIT(PID_MAX));
	/* The limit counts the processes of a user within its namespace (all
	 * of them before Linux 5.14: stricter than asked); outside one that is
	 * all the user runs, and the kernel never applies it to the machine's
	 * root. */
	if (plan->has_userns && plan->kernel.uid != 0 && rlimits_bind(plan))
		held(plan, FH_CEILING_PIDS, BIT(RLIMITS));
	if (!row_of(plan, FH_CEILING_PIDS)->holders)
		lose_pids(plan);
}

static void hold_cpu_time(struct fh_plan *plan)
{
	by_rlimit(plan, FH_CEILING_CPU_TIME);
	if (plan->has_cgroup)
		held(plan, FH_CEILING_CPU_TIME, way_bit(plan));
	else if (row_of(plan, FH_CEILING_CPU_TIME)->holders && !plan->is_self)
		lost(plan, FH_CEILING_CPU_TIME,
		     "each process is counted alone, which only a cgroup mends",
		     cgroup_remedy(plan));
}

/* A guarantee is held as well as the worst of the ceilings that were asked for.
 * Who requires it wants all of them. */
static void settle(struct fh_plan *plan, enum fh_guarantee g)
{
	struct plan_guarantee *sum = &plan->guarantees[g];
	bool is_required = policy_required(plan->policy) & GUARANTEE_BIT(g);

	*sum = (struct plan_guarantee){ 0 };
	for (int i = 0; i < N_CEILINGS; i++) {
		const struct plan_guarantee *row = &plan->ceilings[i];

		if (infos[i].guarantee != (int)g || !row->is_asked)
			continue;
		sum->is_asked = true;
		sum->holders |= row->holders;
		if (!sum->lost && row->lost) {
			sum->lost = row->lost;
			sum->remedy = row->remedy;
		}
	}
	if (sum->lost && is_required)
		sum->holders = 0;
}

static void hold_all(struct fh_plan *plan)
{
	hold_memory(plan);
	hold_swap(plan);
	hold_by_cgroup(plan, FH_CEILING_CPUS, plan->cgroup.cpus, "cpu");
	hold_by_cgroup(plan, FH_CEILING_IO_WEIGHT, plan->cgroup.io_weight,
		       "io");
	hold_pids(plan);
	held(plan, FH_CEILING_TIMEOUT, BIT(TIMER));
	held(plan, FH_CEILING_TMP_SIZE, BIT(TMPFS_SIZE));
	held(plan, FH_CEILING_TMP_FILES, BIT(TMPFS_SIZE));
	held(plan, FH_CEILING_OUTPUT_LIMIT, BIT(OUTPUT_RELAY));
}

static bool is_asked(const struct fh_plan *plan, int ceiling)
{
	switch (ceiling) {
	case FH_CEILING_TMP_SIZE: /* there is always some */
	case FH_CEILING_TMP_FILES:
		return plan->has_namespaces;
	case FH_CEILING_PIDS:
		return !plan->is_self;
	default:
		return is_given(plan->policy, ceiling);
	}
}

void plan_hold_ceilings(struct fh_plan *plan)
{
	for (int i = 0; i < N_CEILINGS; i++)
		plan->ceilings[i] = (struct plan_guarantee){
			.is_asked = is_asked(plan, i) };
	if (!plan->is_self)
		hold_all(plan);
	hold_cpu_time(plan);
	by_rlimit(plan, FH_CEILING_FILE_SIZE);
	by_rlimit(plan, FH_CEILING_OPEN_FILES);
	for (int g = FH_GUARANTEE_MEMORY; g < N_GUARANTEES; g++)
		settle(plan, (enum fh_guarantee)g);
}

static void lose_row(struct plan_guarantee *row, uint32_t gone)
{
	if (!row->is_asked || !(row->holders & gone))
		return;
	row->holders &= ~gone;
	if (row->holders)
		return;
	row->lost = "the kernel refused it when the box was built";
	row->remedy = "";
}

void plan_lose(struct fh_plan *plan, uint32_t gone)
{
	for (int g = 0; g < N_GUARANTEES; g++)
		lose_row(&plan->guarantees[g], gone);
	for (int i = 0; i < N_CEILINGS; i++)
		lose_row(&plan->ceilings[i], gone);
}
