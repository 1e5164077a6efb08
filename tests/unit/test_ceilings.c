/* Who holds each ceiling, and what a cgroup is wished for, over machines that have and
 * lack what it takes: none is held by what cannot hold it. */
#include "invented.h"
#include "plan/ceilings.h"

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)
#define NONE CGROUP_UNLIMITED
#define ALL_CONTROLLERS ((UINT32_C(1) << N_CONTROLLERS) - 1)

static struct fh_policy *policy;
static struct fh_plan *plan;

static struct fh_kernel with_cgroup(struct fh_kernel kernel,
				    uint32_t controllers, bool has_swap)
{
	kernel.cgroup = (struct cgroup_facts){ .is_known = true,
					       .way = CGROUP_DELEGATED,
					       .controllers = controllers,
					       .has_swap = has_swap };
	return kernel;
}

static void make(const struct wishes *wishes, struct fh_kernel kernel)
{
	plan_free(plan);
	policy_free(policy);
	policy = invented_policy(wishes);
	invented_without(policy);
	plan = invented_plan(policy, &kernel);
}

static void check_row(int line, int ceiling, uint32_t holders, const char *lost)
{
	const struct plan_guarantee *row = &plan->ceilings[ceiling];

	if (!row->is_asked || row->holders != holders)
		tap_fail(__FILE__, line, "%s: %sheld by %#x, not %#x",
			 ceiling_name(ceiling), row->is_asked ? "" : "not asked, ",
			 row->holders, holders);
	if (!lost != !row->lost || (lost && !strstr(row->lost, lost)))
		tap_fail(__FILE__, line, "%s: lost for \"%s\"",
			 ceiling_name(ceiling), row->lost ? row->lost : "");
}

#define check_ceiling(name, holders, lost)                                     \
	check_row(__LINE__, FH_CEILING_##name, holders, lost)

static const struct wishes *const all =
	WISHES("memory", "64M", "swap", "8M", "pids", "50", "cpus", "0.5",
	       "io-weight", "50", "cpu-time", "10s");

/* A cgroup is looked for where one could hold what was asked for. */
static void test_asks(void)
{
	static const char *const rows[][2] = {
		{ "memory", "64M" }, { "swap", "8M" }, { "cpus", "0.5" },
		{ "io-weight", "50" }, { "cpu-time", "10s" },
	};
	struct fh_kernel user = invented_kernel(7), root = invented_root(7);

	for (size_t i = 0; i < N(rows); i++) {
		policy = invented_policy(WISHES(rows[i][0], rows[i][1]));
		check(plan_asks_cgroup(policy, &user));
		policy_free(policy);
	}
	policy = invented_policy(WISHES("pids", "50", "timeout", "1s"));
	check(!plan_asks_cgroup(policy, &user));
	check(plan_asks_cgroup(policy, &root));
	policy_free(policy);
	/* Nobody asked: the default alone is not worth it. */
	policy = invented_policy(NULL);
	check(!plan_asks_cgroup(policy, &root));
}

/* Without its controller a cgroup holds nothing of it. */
static void test_controllers(void)
{
	static const uint32_t rows[] = { 0, CONTROLLER_BIT(MEMORY),
					 CONTROLLER_BIT(PIDS),
					 CONTROLLER_BIT(CPU),
					 CONTROLLER_BIT(IO), ALL_CONTROLLERS };

	for (size_t i = 0; i < N(rows); i++) {
		const uint32_t has = rows[i];
		const struct cgroup_wish *wish;
		const bool memory = has & CONTROLLER_BIT(MEMORY);
		const bool pids = has & CONTROLLER_BIT(PIDS);
		const bool cpu = has & CONTROLLER_BIT(CPU);
		const bool io = has & CONTROLLER_BIT(IO);

		make(all, with_cgroup(invented_kernel(7), has, true));
		wish = &plan->cgroup;
		check(plan->has_cgroup);
		check_int(wish->memory, memory ? 64 << 20 : NONE);
		check_int(wish->swap, memory ? 8 << 20 : NONE);
		check_int(wish->pids, pids ? 51 : NONE);
		check_int(wish->cpus, cpu ? 500 : NONE);
		check_int(wish->io_weight, io ? 50 : NONE);
		check_ceiling(MEMORY,
			      memory ? BIT(CGROUP_DELEGATED)
				     : BIT(RLIMITS) | BIT(TMPFS_SIZE),
			      memory ? NULL : "no controller memory");
		check_ceiling(SWAP, memory ? BIT(CGROUP_DELEGATED) : 0,
			      memory ? NULL : "no controller memory");
		check_ceiling(PIDS, BIT(RLIMITS) |
			      (pids ? BIT(CGROUP_DELEGATED) : 0), NULL);
		check_ceiling(CPUS, cpu ? BIT(CGROUP_DELEGATED) : 0,
			      cpu ? NULL : "no controller cpu");
		check_ceiling(IO_WEIGHT, io ? BIT(CGROUP_DELEGATED) : 0,
			      io ? NULL : "no controller io");
		/* Every cgroup counts the time of its processors. */
		check_ceiling(CPU_TIME, BIT(RLIMITS) | BIT(CGROUP_DELEGATED),
			      NULL);
		check_int(plan_limits_data(plan), !memory);
	}
}

static void test_no_cgroup(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	kernel.cgroup = (struct cgroup_facts){ .is_known = true,
					       .why = "because" };
	make(all, kernel);
	check(!plan->has_cgroup);
	check_int(plan->cgroup.memory, NONE);
	check_ceiling(MEMORY, BIT(RLIMITS) | BIT(TMPFS_SIZE), "because");
	check_ceiling(SWAP, 0, "because");
	check_ceiling(PIDS, BIT(RLIMITS), NULL);
	check_ceiling(CPUS, 0, "because");
	check_ceiling(IO_WEIGHT, 0, "because");
	check_ceiling(CPU_TIME, BIT(RLIMITS), "alone");
	/* Nor storage of the box's own, without namespaces; nor its processes. */
	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	make(all, kernel);
	check_ceiling(MEMORY, BIT(RLIMITS), "because");
	check_ceiling(PIDS, 0, "needs a user namespace");
	check(!plan->ceilings[FH_CEILING_TMP_SIZE].is_asked);
	check(!plan->ceilings[FH_CEILING_TMP_FILES].is_asked);
	/* Control: nothing of it was asked for. */
	make(NULL, invented_kernel(7));
	check(!plan->ceilings[FH_CEILING_MEMORY].is_asked);
	check(plan->ceilings[FH_CEILING_TMP_SIZE].is_asked);
	check(!plan->guarantees[FH_GUARANTEE_MEMORY].is_asked);
	check_int(plan->guarantees[FH_GUARANTEE_MEMORY].holders, 0);
}

/* What is swapped out is memory as well. */
static void test_swap(void)
{
	make(WISHES("memory", "64M"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, true));
	check_int(plan->cgroup.swap, 0);
	check_ceiling(MEMORY, BIT(CGROUP_DELEGATED), NULL);
	make(WISHES("memory", "64M"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, false));
	check_int(plan->cgroup.swap, NONE);
	check_ceiling(MEMORY, BIT(CGROUP_DELEGATED), "swapped out");
	make(WISHES("memory", "64M", "swap", "8M"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, false));
	check_int(plan->cgroup.swap, NONE);
	check_ceiling(SWAP, 0, "swapped out");
	/* Swap alone is no reason to limit what is not swapped. */
	make(WISHES("swap", "8M"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, true));
	check_int(plan->cgroup.swap, 8 << 20);
	check_int(plan->cgroup.memory, NONE);
	make(WISHES("cpus", "1"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, true));
	check_int(plan->cgroup.swap, NONE);
}

/* Ours are counted, too, and are not the program's. */
static void test_own_processes(void)
{
	make(WISHES("memory", "64M", "pids", "5"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, true));
	check_int(plan->cgroup.pids, 6);
	make(WISHES("memory", "64M", "pids", "5", "output-limit", "4K"),
	     with_cgroup(invented_kernel(7), ALL_CONTROLLERS, true));
	check_int(plan->cgroup.pids, 7);
}

/* Root is bound by no resource limit of processes, and by none at all with
 * CAP_SYS_RESOURCE. */
static void test_root(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fh_kernel whole = with_cgroup(kernel, ALL_CONTROLLERS, true);

	make(all, kernel);
	check_ceiling(PIDS, 0, "299");
	check_ceiling(MEMORY, BIT(RLIMITS) | BIT(TMPFS_SIZE), "no cgroup");
	make(all, whole);
	check_ceiling(PIDS, BIT(CGROUP_DELEGATED), NULL);
	make(WISHES("keep-cap", "CAP_SYS_RESOURCE", "memory", "64M", "file-size",
		    "1M", "cpu-time", "10s", "open-files", "99"), kernel);
	check_ceiling(MEMORY, BIT(TMPFS_SIZE), "each process");
	check_ceiling(FILE_SIZE, 0, "CAP_SYS_RESOURCE");
	check_ceiling(OPEN_FILES, 0, "CAP_SYS_RESOURCE");
	check_ceiling(CPU_TIME, 0, "CAP_SYS_RESOURCE");
	check_ceiling(PIDS, 0, "needs a user namespace");
	/* And where nothing is left that could hold a part of it. */
	invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	make(WISHES("keep-cap", "CAP_SYS_RESOURCE", "memory", "64M"), kernel);
	check_ceiling(MEMORY, 0, "CAP_SYS_RESOURCE");
}

/* Who kept that capability is no ordinary user, but the rule is the same. */
static void test_pids_kept(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	make(WISHES("pids", "50"), kernel);
	check_ceiling(PIDS, BIT(RLIMITS), NULL);
	make(WISHES("pids", "400"), kernel);
	check_ceiling(PIDS, BIT(RLIMITS) | BIT(PID_MAX), NULL);
	plan_lose(plan, BIT(PID_MAX));
	check_ceiling(PIDS, BIT(RLIMITS), NULL);
	plan_lose(plan, BIT(RLIMITS));
	check_ceiling(PIDS, 0, "the kernel refused it");
}

/* As well as the worst of its ceilings; the first loss is the one that is told. */
static void test_settle(void)
{
	make(WISHES("cpus", "1", "cpu-time", "1s", "memory", "1M", "swap", "1M"),
	     with_cgroup(invented_kernel(7), 0, false));
	check(strstr(plan->guarantees[FH_GUARANTEE_CPU].lost,
		     "no controller cpu") != NULL);
	check_int(plan->guarantees[FH_GUARANTEE_CPU].holders,
		  BIT(RLIMITS) | BIT(CGROUP_DELEGATED));
	check(strstr(plan->guarantees[FH_GUARANTEE_MEMORY].lost,
		     "each process") != NULL);
}

static const struct tap_test tests[] = {
	{ .name = "when a cgroup is looked for", .run = test_asks },
	{ .name = "each controller for itself", .run = test_controllers },
	{ .name = "no cgroup at all", .run = test_no_cgroup },
	{ .name = "swap", .run = test_swap },
	{ .name = "processes of ours", .run = test_own_processes },
	{ .name = "root, and a kept capability", .run = test_root },
	{ .name = "processes", .run = test_pids_kept },
	{ .name = "guarantees of several ceilings", .run = test_settle },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
