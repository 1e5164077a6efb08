/* Decides what to do about a policy on a kernel. */
#include "plan/ceilings.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "mech/environment.h"
#include "mech/landlock.h"
#include "mech/mounts.h"
#include "sys/process.h"

struct plan_mount *plan_add_mount(struct fh_plan *plan, enum mount_kind kind,
				  const char *target, const char *origin)
{
	struct plan_mount *mount;

	if (plan->n_mounts == plan->mounts_size) {
		size_t size = plan->mounts_size ? plan->mounts_size * 2 : 64;
		void *more = realloc(plan->mounts, size * sizeof(*mount));

		if (!more)
			return NULL;
		plan->mounts = more;
		plan->mounts_size = size;
	}
	mount = &plan->mounts[plan->n_mounts++];
	memset(mount, 0, sizeof(*mount));
	mount->kind = kind;
	mount->target = target;
	mount->origin = origin;
	return mount;
}

/* Which option asks for what the caller has no capability for? */
static const char *beyond_caller(const struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;
	const struct fh_kernel *kernel = &plan->kernel;

	if (policy->uid != POLICY_UNLIMITED &&
	    !(plan->is_self && policy->uid == kernel->uid) &&
	    !kernel_has_capability(kernel, CAP_SETUID))
		return "--uid";
	if (policy->gid != POLICY_UNLIMITED &&
	    !(plan->is_self && policy->gid == kernel->gid) &&
	    !kernel_has_capability(kernel, CAP_SETGID))
		return "--gid";
	/* Without CAP_SETPCAP they do not come over an execve. */
	if (policy->keep_caps & ~kernel->capabilities ||
	    (policy->keep_caps && !plan->is_self &&
	     !kernel_has_capability(kernel, CAP_SETPCAP)))
		return "--keep-cap";
	return NULL;
}

int plan_identity(struct fh_plan *plan, struct fh_error *err)
{
	const struct fh_policy *policy = plan->policy;
	const struct fh_kernel *kernel = &plan->kernel;
	const char *asked = beyond_caller(plan);

	plan->uid = policy->uid == POLICY_UNLIMITED ? kernel->uid
						    : (uid_t)policy->uid;
	plan->gid = policy->gid == POLICY_UNLIMITED ? kernel->gid
						    : (gid_t)policy->gid;
	if (!asked)
		return 0;
	error_set(err, FH_STAGE_PLAN, -EPERM, "%s: only root can give that",
		asked);
	error_remedy(err, plan->is_self
		     ? "start as root, or leave it out: the process then keeps its ids and has no capability"
		     : "leave it out: the box then has your own ids and no capability");
	return -EPERM;
}

static void decide_tier(struct fh_plan *plan)
{
	const struct fh_kernel *kernel = &plan->kernel;

	plan->has_namespaces = kernel_has_namespaces(kernel);
	plan->has_userns = plan->has_namespaces && !plan->policy->keep_caps;
	plan->has_proc = plan->has_namespaces &&
			 kernel->trials[TRIAL_PROC] == 0;
	if (!plan->has_namespaces)
		return;
	plan->clone_flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			    CLONE_NEWUTS | CLONE_NEWCGROUP;
	if (plan->has_userns)
		plan->clone_flags |= CLONE_NEWUSER;
	if (plan->policy->net != FH_NET_HOST)
		plan->clone_flags |= CLONE_NEWNET;
}

static void decide_steps(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;
	bool changes_ids = plan->uid != plan->kernel.uid ||
			   plan->gid != plan->kernel.gid;
	uint64_t steps = STEP_BIT(STEP_PARENT_DEATH) | STEP_BIT(STEP_MAPS) |
		STEP_BIT(STEP_KEYRING) | STEP_BIT(STEP_CAPABILITIES) |
		STEP_BIT(STEP_NO_NEW_PRIVS) | STEP_BIT(STEP_FORK) |
		STEP_BIT(STEP_RLIMITS) | STEP_BIT(STEP_SIGNALS) |
		STEP_BIT(STEP_CWD) | STEP_BIT(STEP_DESCRIPTORS) |
		STEP_BIT(STEP_SECCOMP) | STEP_BIT(STEP_EXEC);

	if (plan->has_namespaces)
		steps |= STEP_BIT(STEP_HOSTNAME) | STEP_BIT(STEP_PROPAGATION) |
			 STEP_BIT(STEP_SOURCES) | STEP_BIT(STEP_NEW_ROOT) | STEP_BIT(STEP_MOUNTS) |
			 STEP_BIT(STEP_ROOT_SWITCH) |
			 STEP_BIT(STEP_CLOSE_SOURCES);
	else
		steps |= STEP_BIT(STEP_PROGRAM_DEATH);
	if (plan->has_proc)
		steps |= STEP_BIT(STEP_PROC);
	if (plan->clone_flags & CLONE_NEWNET)
		steps |= STEP_BIT(STEP_NETWORK_START) |
			 STEP_BIT(STEP_NETWORK);
	if (plan->has_namespaces && policy->net == FH_NET_LOOPBACK)
		steps |= STEP_BIT(STEP_LOOPBACK);
	if (changes_ids || plan->kernel.can_clear_groups)
		steps |= STEP_BIT(STEP_IDENTITY);
	/* Without a user namespace of our own these belong to the machine. */
	if (plan->has_userns)
		steps |= STEP_BIT(STEP_LOCK);
	if (plan->has_userns && plan->has_proc &&
	    plan->kernel.trials[TRIAL_PID_MAX] == 0)
		steps |= STEP_BIT(STEP_PID_MAX);
	if (plan->kernel.landlock_abi)
		steps |= plan->has_namespaces
				 ? STEP_BIT(STEP_LANDLOCK)
				 : STEP_BIT(STEP_PROGRAM_LANDLOCK);
	if (policy_tty(policy) == TTY_NONE)
		steps |= STEP_BIT(STEP_SESSION);
	if (policy_tty(policy) == TTY_PTY)
		steps |= STEP_BIT(STEP_TERMINAL) | STEP_BIT(STEP_FOREGROUND);
	if (policy->no_write_exec && plan->kernel.has_mdwe)
		steps |= STEP_BIT(STEP_WRITE_EXEC);
	plan->steps = steps;
}

/* Landlock leaves the metadata of every reachable file open to change; a
 * read-only mount does not. Where there is none, these calls are refused. */
static const char *const metadata_calls[] = {
	"chmod", "chown", "fchmod", "fchmodat", "fchmodat2", "fchown",
	"fchownat", "file_setattr", "fremovexattr", "fsetxattr", "futimesat",
	"lchown", "lremovexattr", "lsetxattr", "removexattr",
	"removexattrat", "setxattr", "setxattrat", "utime", "utimensat",
	"utimes",
};
#define N_METADATA (sizeof(metadata_calls) / sizeof(*metadata_calls))

/* Nor does Landlock see that extended attributes are read, whose values are
 * as much the file's as what is in it. Those of open files stay readable. */
static const char *const attribute_calls[] = {
	"getxattr", "getxattrat", "lgetxattr", "listxattr", "listxattrat",
	"llistxattr",
};
#define N_ATTRIBUTE (sizeof(attribute_calls) / sizeof(*attribute_calls))

/* Objects of the machine's ipc namespace outlive a run, and all of a user's
 * are one another's. The user may allow them again. */
static const char *const shared_ipc[] = {
	"@sysv-ipc", "mq_open", "mq_unlink",
};
#define N_SHARED_IPC (sizeof(shared_ipc) / sizeof(*shared_ipc))

static void add_denied(struct fh_plan *plan, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		plan->syscall_changes[plan->n_syscall_changes++] =
			(struct syscall_change){ names[i], true };
}

/* What the user says comes after what may be allowed again, and before what
 * may not. */
static int list_changes(struct fh_plan *plan, bool shares_host)
{
	const struct fh_policy *policy = plan->policy;

	plan->syscall_changes = arena_alloc(&plan->arena,
		(policy->n_syscall_changes + N_METADATA + N_ATTRIBUTE +
		 N_SHARED_IPC) * sizeof(*plan->syscall_changes));
	if (!plan->syscall_changes)
		return -ENOMEM;
	if (shares_host)
		add_denied(plan, shared_ipc, N_SHARED_IPC);
	for (size_t i = 0; i < policy->n_syscall_changes; i++)
		plan->syscall_changes[plan->n_syscall_changes++] =
			(struct syscall_change){
				policy->syscall_changes[i].name,
				policy->syscall_changes[i].is_deny,
			};
	if (shares_host) {
		add_denied(plan, metadata_calls, N_METADATA);
		add_denied(plan, attribute_calls, N_ATTRIBUTE);
	}
	return 0;
}

/* What holds the guarantees beside the policy's calls. A container runtime has
 * given those up. */
static void ask_for_guarantees(struct fh_plan *plan)
{
	const struct fh_policy *policy = plan->policy;
	struct seccomp_request *request = &plan->seccomp;
	bool shares_host = !plan->has_namespaces;

	request->only_unix_sockets = shares_host && policy->net == FH_NET_NONE;
	request->tcp_ports_by_landlock = policy->net == FH_NET_HOST;
	request->allow_udp = plan->kernel.landlock_abi >= 10 ||
			     policy->lets_udp_out;
	request->keeps_sockets = shares_host;
	request->deny_listen_autobind =
		(policy->net == FH_NET_HOST || plan->is_self) &&
		!policy->listen.n;
	request->deny_other_pids = shares_host;
	request->deny_file_flags = shares_host;
	request->protect_init = plan->has_namespaces;
	request->shares_group = plan->is_self || policy->tty == TTY_INHERIT;
	request->deny_group_signals =
		request->shares_group &&
		(plan->kernel.landlock_abi < 6 ||
		 policy->role == POLICY_ROLE_MONITOR);
}

int plan_filter(struct fh_plan *plan, enum syscall_policy base,
		struct fh_error *err)
{
	const struct fh_policy *policy = plan->policy;
	struct seccomp_request *request = &plan->seccomp;
	bool is_runtime = base == SYSCALLS_CONTAINER_RUNTIME;
	int r = list_changes(plan, !plan->has_namespaces && !is_runtime);

	if (r < 0)
		return r;
	request->arch = plan->kernel.arch;
	request->base = base;
	request->on_deny = (enum fh_deny)policy->on_deny;
	request->changes = plan->syscall_changes;
	request->n_changes = plan->n_syscall_changes;
	if (!is_runtime)
		ask_for_guarantees(plan);
	request->only_unix_sockets |= is_runtime &&
				      policy->net == FH_NET_NONE;
	request->is_self = plan->is_self;
	request->is_worker = policy->role == POLICY_ROLE_WORKER;
	request->is_monitor = policy->role == POLICY_ROLE_MONITOR;
	request->monitor_needs_udp = policy->lets_udp_out;
	request->deny_write_exec =
		policy->no_write_exec && !plan->kernel.has_mdwe;
	request->can_count = !plan->is_self && plan->kernel.has_listeners;
	r = seccomp_compile(request, &plan->filter, err);
	if (r < 0)
		return r;
	seccomp_compile_init(plan->kernel.arch, seccomp_counts(request),
			     &plan->init_filter);
	return 0;
}

static int box_filter(struct fh_plan *plan, struct fh_error *err)
{
	enum syscall_policy base = (enum syscall_policy)plan->policy->syscalls;

	if (base != SYSCALLS_CONTAINER_RUNTIME)
		return plan_filter(plan, base, err);
	error_set(err, FH_STAGE_PLAN, -EOPNOTSUPP,
		  "the syscall policy container-runtime undoes a box: it allows mounts and namespaces");
	error_remedy(err, "it is for programs that confine themselves with fh_confine()");
	return -EOPNOTSUPP;
}

static int compile(struct fh_plan *plan, char *const *env,
		   struct fh_error *err)
{
	int r = policy_check(plan->policy, err);

	if (r == 0)
		r = plan_identity(plan, err);
	if (r < 0)
		return r;
	decide_tier(plan);
	decide_steps(plan);
	plan_cgroup(plan);
	landlock_plan(plan);
	r = environment_plan(plan, env);
	if (r == 0)
		r = mounts_plan(plan, err);
	if (r == 0)
		r = box_filter(plan, err);
	if (r < 0)
		return r;
	plan_hold(plan);
	return plan_refuse(plan, err);
}

struct fh_plan *plan_alloc(const struct fh_policy *policy,
			   const struct fh_kernel *kernel)
{
	/* The room for rules is nine pages that are seldom all touched. */
	struct fh_plan *plan = malloc(sizeof(*plan));

	if (!plan)
		return NULL;
	memset(plan, 0, offsetof(struct fh_plan, filter));
	filter_init(&plan->filter, kernel->arch);
	filter_init(&plan->init_filter, kernel->arch);
	plan->policy = policy;
	plan->policy_version = policy->version;
	plan->kernel = *kernel;
	return plan;
}

int plan_new(const struct fh_policy *policy, const struct fh_kernel *kernel,
		char *const *env, struct fh_plan **ret, struct fh_error *err)
{
	struct fh_plan *plan = plan_alloc(policy, kernel);
	struct fh_error own = { 0 };
	int r = plan ? compile(plan, env, &own) : -ENOMEM;

	if (r < 0) {
		if (!own.code)
			error_set(&own, FH_STAGE_PLAN, r, "plan the box");
		if (err)
			*err = own;
		plan_free(plan);
		return r;
	}
	*ret = plan;
	return 0;
}

int plan_need_current(const struct fh_plan *plan, const char *function,
		      struct fh_error *err)
{
	if (plan->policy_version == plan->policy->version)
		return 0;
	error_set(err, FH_STAGE_PLAN, -ESTALE,
		  "%s: the policy was changed after it was planned", function);
	error_remedy(err, "make a new plan of it");
	return -ESTALE;
}

int plan_need_box(const struct fh_plan *plan, const char *function,
		  struct fh_error *err)
{
	int r = plan_need_current(plan, function, err);

	if (r < 0 || !plan->is_self)
		return r;
	return error_set(err, FH_STAGE_PARSE, -EINVAL,
			 "%s: the plan is to confine a process, not to box one",
			 function);
}

void plan_free(struct fh_plan *plan)
{
	if (!plan)
		return;
	free(plan->mounts);
	arena_done(&plan->arena);
	free(plan);
}
