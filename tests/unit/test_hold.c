/* Which guarantee is held by what, over kernels, networks and callers. */
#include <linux/capability.h>

#include "invented.h"

#define ABI_MAX 12 /* one more than is known: a newer kernel */
#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)
#define PRIVILEGES_ALWAYS (BIT(NO_NEW_PRIVS) | BIT(SECCOMP))

struct fixture {
	struct fh_policy *policy;
	struct fh_kernel kernel;
	struct fh_plan *plan;
};

/* Plans with nothing required, so that every loss can be looked at. */
static struct fixture *plan_freely(const struct wishes *wishes,
				   const struct fh_kernel *kernel)
{
	static struct fixture f;

	f = (struct fixture){ .kernel = *kernel,
			      .policy = invented_policy(wishes) };
	invented_without(f.policy);
	f.plan = invented_plan(f.policy, kernel);
	return &f;
}

static void done(struct fixture *f)
{
	plan_free(f->plan);
	policy_free(f->policy);
}

static const struct plan_guarantee *row_of(const struct fixture *f,
					   enum fh_guarantee g)
{
	return &f->plan->guarantees[g];
}

/* Held by exactly these; 0: asked, lost, and the reason is told. */
#define check_held(f, g, expected)                                            \
	do {                                                                  \
		const struct plan_guarantee *row = row_of(f, g);              \
		check(row->is_asked);                                         \
		if (row->holders != (uint32_t)(expected))                     \
			tap_fail(__FILE__, __LINE__,                          \
				 "%s: %#x, not %#x (ABI %d, %s namespaces)",  \
				 guarantees[g].name, row->holders,            \
				 (uint32_t)(expected),                        \
				 (f)->plan->kernel.landlock_abi,              \
				 (f)->plan->has_namespaces ? "with" : "no");  \
		check((row->lost && *row->lost) == !row->holders);            \
	} while (0)

static void test_private_network(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_kernel kernel = invented_kernel_of(abi, true);
		struct fixture *f = plan_freely(NULL, &kernel);
		uint32_t files = BIT(MOUNT_NAMESPACE) |
				 (abi >= 1 ? BIT(LANDLOCK_FILES) : 0);

		check_held(f, FH_GUARANTEE_FILES_READ, files);
		check_held(f, FH_GUARANTEE_FILES_WRITE, files);
		check_held(f, FH_GUARANTEE_FILES_SEE, BIT(MOUNT_NAMESPACE));
		check_held(f, FH_GUARANTEE_NETWORK, BIT(NET_NAMESPACE));
		check_held(f, FH_GUARANTEE_SOCKETS,
			   BIT(MOUNT_NAMESPACE) | BIT(NET_NAMESPACE) |
			   (abi >= 9 ? BIT(LANDLOCK_SOCKETS) |
					       BIT(LANDLOCK_SCOPE) : 0));
		check_held(f, FH_GUARANTEE_PROCESSES,
			   BIT(PID_NAMESPACE) |
			   (abi >= 6 ? BIT(LANDLOCK_SCOPE) : 0));
		check_held(f, FH_GUARANTEE_LIFETIME, BIT(PID_NAMESPACE));
		check_held(f, FH_GUARANTEE_PRIVILEGES,
			   PRIVILEGES_ALWAYS | BIT(NO_CAPABILITIES) |
			   BIT(LOCKED_NAMESPACES) | BIT(NOSUID));
		check_held(f, FH_GUARANTEE_KERNEL, BIT(SECCOMP));
		check_held(f, FH_GUARANTEE_TERMINAL,
			   BIT(SECCOMP) | BIT(SESSION));
		check_held(f, FH_GUARANTEE_PIDS, BIT(PID_MAX) | BIT(RLIMITS));
		check_held(f, FH_GUARANTEE_DISK, BIT(TMPFS_SIZE));
		done(f);
	}
}

static void test_shared_network(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_kernel kernel = invented_kernel_of(abi, true);
		struct fixture *f = plan_freely(WISHES("net", "host"),
						&kernel);

		/* Before ABI 4 there are no ports; UDP is cut off by the
		 * filter until ABI 10. */
		check_held(f, FH_GUARANTEE_NETWORK,
			   abi >= 4 ? BIT(LANDLOCK_PORTS) |
					      BIT(SECCOMP_SOCKETS) : 0);
		check(f->plan->seccomp.tcp_ports_by_landlock);
		check_int(f->plan->seccomp.allow_udp, abi >= 10);
		check_int(f->plan->landlock.handled_net,
			  abi >= 10 ? 0xf : abi >= 4 ? 3 : 0);
		/* The abstract names are those of the host's network. */
		check_held(f, FH_GUARANTEE_SOCKETS,
			   abi < 6 ? 0 : BIT(MOUNT_NAMESPACE) |
						 BIT(LANDLOCK_SCOPE) |
				   (abi >= 9 ? BIT(LANDLOCK_SOCKETS) : 0));
		done(f);
	}
}

static void test_no_namespaces(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_kernel kernel = invented_kernel_of(abi, false);
		struct fixture *f = plan_freely(NULL, &kernel);

		check_held(f, FH_GUARANTEE_FILES_READ,
			   abi >= 1 ? BIT(LANDLOCK_FILES) : 0);
		/* Nothing else refuses truncate(2) before ABI 3. */
		check_held(f, FH_GUARANTEE_FILES_WRITE,
			   abi >= 3 ? BIT(LANDLOCK_FILES) : 0);
		check_held(f, FH_GUARANTEE_FILES_SEE, 0);
		check_held(f, FH_GUARANTEE_NETWORK, BIT(SECCOMP_SOCKETS));
		check(f->plan->seccomp.only_unix_sockets);
		check_held(f, FH_GUARANTEE_SOCKETS,
			   abi >= 9 ? BIT(LANDLOCK_SOCKETS) |
					      BIT(LANDLOCK_SCOPE) : 0);
		check_held(f, FH_GUARANTEE_PROCESSES, 0);
		check(f->plan->seccomp.deny_other_pids);
		check_held(f, FH_GUARANTEE_LIFETIME,
			   abi >= 6 ? BIT(WATCHDOG) | BIT(LANDLOCK_SCOPE)
				    : 0);
		check_held(f, FH_GUARANTEE_PRIVILEGES,
			   PRIVILEGES_ALWAYS | BIT(NO_CAPABILITIES));
		check_held(f, FH_GUARANTEE_KERNEL, BIT(SECCOMP));
		check_held(f, FH_GUARANTEE_TERMINAL,
			   BIT(SECCOMP) | BIT(SESSION));
		check_held(f, FH_GUARANTEE_PIDS, 0);
		check(!row_of(f, FH_GUARANTEE_DISK)->is_asked);
		done(f);
	}
}

static void test_no_namespaces_networks(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++) {
		struct fh_kernel kernel = invented_kernel_of(abi, false);
		struct fixture *f = plan_freely(WISHES("net", "host"),
						&kernel);

		check_held(f, FH_GUARANTEE_NETWORK,
			   abi >= 4 ? BIT(LANDLOCK_PORTS) |
					      BIT(SECCOMP_SOCKETS) : 0);
		check(!f->plan->seccomp.only_unix_sockets);
		done(f);
		f = plan_freely(WISHES("net", "loopback"), &kernel);
		check_held(f, FH_GUARANTEE_NETWORK, 0);
		done(f);
	}
}

/* A step that is not taken holds nothing. */
static void test_steps_behind_holders(void)
{
	for (int abi = 0; abi <= ABI_MAX; abi++)
		for (int ns = 0; ns < 2; ns++) {
			struct fh_kernel kernel = invented_kernel_of(abi, ns);
			struct fixture *f = plan_freely(NULL, &kernel);
			uint64_t steps = f->plan->steps, all = 0;
			enum step landlock = ns ? STEP_LANDLOCK
						: STEP_PROGRAM_LANDLOCK;

			for (int g = 0; g < N_GUARANTEES; g++)
				if (f->plan->guarantees[g].is_asked)
					all |= f->plan->guarantees[g].holders;
			check_int(steps >> landlock & 1, abi > 0);
			check_int(!!(all & BIT(LANDLOCK_FILES)), abi > 0);
			check_int(!!(all & BIT(MOUNT_NAMESPACE)),
				  steps >> STEP_ROOT_SWITCH & 1);
			check_int(!!(all & BIT(NET_NAMESPACE)),
				  steps >> STEP_NETWORK & 1);
			check_int(!!(all & BIT(LOCKED_NAMESPACES)),
				  steps >> STEP_LOCK & 1);
			check_int(!!(all & BIT(PID_MAX)),
				  steps >> STEP_PID_MAX & 1);
			check_int(!!(all & BIT(SESSION)),
				  steps >> STEP_SESSION & 1);
			check(steps & STEP_BIT(STEP_CAPABILITIES));
			check(steps & STEP_BIT(STEP_NO_NEW_PRIVS));
			check(steps & STEP_BIT(STEP_SECCOMP));
			check(steps & STEP_BIT(STEP_RLIMITS));
			/* No mechanism before the ABI that brought it. */
			if (abi < 4)
				check(!(all & BIT(LANDLOCK_PORTS)));
			if (abi < 6)
				check(!(all & BIT(LANDLOCK_SCOPE)));
			if (abi < 9)
				check(!(all & BIT(LANDLOCK_SOCKETS)));
			check_int(f->plan->landlock.handled_fs != 0, abi > 0);
			check_int(f->plan->landlock.scoped, abi >= 6 ? 3 : 0);
			done(f);
		}
}

static void test_terminals(void)
{
	for (int ns = 0; ns < 2; ns++) {
		struct fh_kernel kernel = invented_kernel_of(7, ns);
		struct fixture *f = plan_freely(WISHES("tty", "inherit"),
						&kernel);

		check_held(f, FH_GUARANTEE_TERMINAL, BIT(SECCOMP));
		check(!(f->plan->steps & STEP_BIT(STEP_SESSION)));
		done(f);
	}
}

static void test_ceilings(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fixture *f = plan_freely(NULL, &kernel);

	check(!row_of(f, FH_GUARANTEE_MEMORY)->is_asked);
	check(!row_of(f, FH_GUARANTEE_CPU)->is_asked);
	check(!row_of(f, FH_GUARANTEE_TIME)->is_asked);
	done(f);
	f = plan_freely(WISHES("cpu-time", "1s", "timeout", "1s", "file-size",
			       "1M"), &kernel);
	/* Each process alone: in part. */
	check_int(row_of(f, FH_GUARANTEE_CPU)->holders, BIT(RLIMITS));
	check_has(row_of(f, FH_GUARANTEE_CPU)->lost, "alone");
	done(f);
	/* One process alone is the whole, unless calls are allowed beyond. */
	f = plan_freely(WISHES("cpu-time", "1s", "syscalls", "strict"),
			&kernel);
	check_held(f, FH_GUARANTEE_CPU, BIT(RLIMITS));
	done(f);
	f = plan_freely(WISHES("cpu-time", "1s", "syscalls", "strict",
			       "allow-syscall", "fork"), &kernel);
	check(row_of(f, FH_GUARANTEE_CPU)->lost);
	done(f);
	f = plan_freely(WISHES("cpu-time", "1s", "syscalls", "strict",
			       "on-deny", "log"), &kernel);
	check(row_of(f, FH_GUARANTEE_CPU)->lost);
	done(f);
	f = plan_freely(WISHES("timeout", "1s", "file-size", "1M"), &kernel);
	check_held(f, FH_GUARANTEE_TIME, BIT(TIMER));
	check_held(f, FH_GUARANTEE_DISK, BIT(TMPFS_SIZE) | BIT(RLIMITS));
	done(f);
	kernel = invented_kernel_of(7, false);
	f = plan_freely(WISHES("file-size", "1M"), &kernel);
	check_held(f, FH_GUARANTEE_DISK, BIT(RLIMITS));
	done(f);
}

static void test_old_pid_max(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fixture *f;

	kernel.trials[TRIAL_PID_MAX] = -EACCES;
	f = plan_freely(NULL, &kernel);
	check_held(f, FH_GUARANTEE_PIDS, BIT(RLIMITS));
	check(!(f->plan->steps & STEP_BIT(STEP_PID_MAX)));
	done(f);
	kernel = invented_kernel_of(7, true);
	invented_denial(&kernel, TRIAL_PROC, -EPERM);
	f = plan_freely(NULL, &kernel);
	check(f->plan->has_namespaces && !f->plan->has_proc);
	check_held(f, FH_GUARANTEE_PIDS, BIT(RLIMITS));
	check_held(f, FH_GUARANTEE_PROCESSES,
		   BIT(PID_NAMESPACE) | BIT(LANDLOCK_SCOPE));
	done(f);
}

/* The kernel never applies the rlimit to the machine's root. */
static void test_root(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fixture *f = plan_freely(NULL, &kernel);

	check_held(f, FH_GUARANTEE_PIDS, BIT(PID_MAX));
	done(f);
	kernel.trials[TRIAL_PID_MAX] = -EACCES;
	f = plan_freely(NULL, &kernel);
	check_held(f, FH_GUARANTEE_PIDS, 0);
	/* There is a user namespace; what lacks is another thing. */
	check_hasnt(row_of(f, FH_GUARANTEE_PIDS)->lost, "needs a user namespace");
	done(f);
}

/*
 * kernel.pid_max cannot be set below RESERVED_PIDS + 1, 301, so where only it
 * holds, a smaller ceiling is not held.
 */
static void test_small_pid_max(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fixture *f = plan_freely(WISHES("pids", "10"), &kernel);

	check_held(f, FH_GUARANTEE_PIDS, 0);
	done(f);
	f = plan_freely(WISHES("pids", "299"), &kernel);
	check_held(f, FH_GUARANTEE_PIDS, BIT(PID_MAX));
	done(f);
	kernel = invented_kernel_of(7, true);
	f = plan_freely(WISHES("pids", "10"), &kernel);
	check_held(f, FH_GUARANTEE_PIDS, BIT(RLIMITS));
	done(f);
}

static void test_kept_capability(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fixture *f = plan_freely(
		WISHES("keep-cap", "CAP_NET_BIND_SERVICE"), &kernel);

	check(f->plan->has_namespaces && !f->plan->has_userns);
	check_held(f, FH_GUARANTEE_PRIVILEGES, PRIVILEGES_ALWAYS | BIT(NOSUID));
	check_held(f, FH_GUARANTEE_PIDS, 0);
	check(!(f->plan->steps & STEP_BIT(STEP_LOCK)));
	check(!(f->plan->steps & STEP_BIT(STEP_PID_MAX)));
	done(f);
}

/* CAP_SYS_RESOURCE raises hard limits again (setrlimit(2)). */
static void test_kept_sys_resource(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fixture *f = plan_freely(
		WISHES("keep-cap", "CAP_SYS_RESOURCE", "cpu-time", "1s",
		       "file-size", "1M"), &kernel);

	check_held(f, FH_GUARANTEE_CPU, 0);
	done(f);
}

/* CAP_SETUID is another uid for the asking. */
static void test_kept_setuid(void)
{
	struct fh_kernel kernel = invented_root(7);
	struct fixture *f = plan_freely(WISHES("keep-cap", "CAP_SETUID"),
					&kernel);

	check_held(f, FH_GUARANTEE_PRIVILEGES, 0);
	done(f);
}

/* --on-deny log lets through what the policy does not allow. */
static void test_log(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fixture *f = plan_freely(WISHES("on-deny", "log"), &kernel);

	check_held(f, FH_GUARANTEE_KERNEL, 0);
	done(f);
	f = plan_freely(WISHES("on-deny", "kill"), &kernel);
	check_held(f, FH_GUARANTEE_KERNEL, BIT(SECCOMP));
	done(f);
}

/* The refusal names every required guarantee that is lost, and no other. */
static void test_refusals(void)
{
	static const char *const nets[] = { "none", "loopback", "host" };

	for (int i = 0; i < (ABI_MAX + 1) * 2 * 3; i++) {
		struct fh_kernel kernel = invented_kernel_of(i % (ABI_MAX + 1),
						    i / (ABI_MAX + 1) % 2);
		const char *net = nets[i / (ABI_MAX + 1) / 2];
		struct fixture *f = plan_freely(WISHES("net", net), &kernel);
		struct fh_plan *plan = NULL;
		struct fh_error err = { 0 };
		bool is_refused = false;
		char name[64], what[sizeof(err.what) + 2];
		int r;

		f->policy->without = 0;
		r = plan_new(f->policy, &kernel, invented_env, &plan, &err);
		snprintf(what, sizeof(what), "; %s", err.what);
		for (int g = 0; g < N_GUARANTEES; g++) {
			bool is_missed = guarantees[g].is_required &&
					 !row_of(f, (enum fh_guarantee)g)->holders;

			is_refused |= is_missed;
			snprintf(name, sizeof(name), "; %s cannot be held",
				 guarantees[g].name);
			if (is_missed)
				check_has(what, name);
			else
				check_hasnt(what, name);
		}
		check_int(r, is_refused ? -EPERM : 0);
		check_int(plan == NULL, is_refused);
		if (is_refused)
			check_has(err.remedy, "--without");
		plan_free(plan);
		done(f);
	}
}

/* What turns out in the child not to be had is taken away again. */
static void test_lose(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fixture *f = plan_freely(WISHES("timeout", "1s"), &kernel);

	plan_lose(f->plan, 0);
	check_held(f, FH_GUARANTEE_PIDS, BIT(PID_MAX) | BIT(RLIMITS));
	plan_lose(f->plan, BIT(PID_MAX));
	check_held(f, FH_GUARANTEE_PIDS, BIT(RLIMITS));
	plan_lose(f->plan, BIT(RLIMITS) | BIT(NET_NAMESPACE));
	check_held(f, FH_GUARANTEE_PIDS, 0);
	check_held(f, FH_GUARANTEE_NETWORK, 0);
	check_held(f, FH_GUARANTEE_TIME, BIT(TIMER));
	check(!row_of(f, FH_GUARANTEE_CPU)->is_asked);
	check(row_of(f, FH_GUARANTEE_CPU)->lost == NULL);
	done(f);
}

static const struct tap_test tests[] = {
	{ .name = "namespaces, a network of its own",
	  .run = test_private_network },
	{ .name = "namespaces, the host's network",
	  .run = test_shared_network },
	{ .name = "no namespaces", .run = test_no_namespaces },
	{ .name = "no namespaces, with a network",
	  .run = test_no_namespaces_networks },
	{ .name = "every holder has its step",
	  .run = test_steps_behind_holders },
	{ .name = "terminals", .run = test_terminals },
	{ .name = "ceilings that were asked for", .run = test_ceilings },
	{ .name = "kernels without a pid_max of their own",
	  .run = test_old_pid_max },
	{ .name = "root", .run = test_root },
	{ .name = "a ceiling below what pid_max can be",
	  .run = test_small_pid_max },
	{ .name = "a kept capability", .run = test_kept_capability },
	{ .name = "kept CAP_SYS_RESOURCE undoes rlimits",
	  .run = test_kept_sys_resource },
	{ .name = "kept CAP_SETUID is another uid", .run = test_kept_setuid },
	{ .name = "--on-deny log holds no call back", .run = test_log },
	{ .name = "refusals name exactly what is lost",
	  .run = test_refusals },
	{ .name = "lost after all", .run = test_lose },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
