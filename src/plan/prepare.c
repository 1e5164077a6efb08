/* Fills the box that the child will build from a plan. */
#include "plan/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/number.h"
#include "base/path.h"
#include "base/scratch.h"
#include "mech/bpf_notify.h"
#include "mech/filter_trace.h"
#include "mech/landlock.h"
#include "mech/limits.h"
#include "plan/ceilings.h"
#include "plan/program.h"
#include "plan/sources.h"
#include "sys/landlock_calls.h"
#include "sys/pid_max.h"
#include "sys/processors.h"
#include "tables/landlock_rights.h"

#define CGROUP_FIRST 8
#define DESCRIPTORS_SPARE 64 /* what the launcher needs beside the sources */

/* Every grant costs a descriptor until the box stands; the usual soft limit
 * of 1024 is no reason to refuse more. The program gets its own limit. */
static void raise_descriptor_limit(const struct fh_plan *plan,
				   const struct prepare_request *request,
				   struct prepared *ret)
{
	struct rlimit *before = &ret->descriptors;
	struct rlimit more;

	if (getrlimit(RLIMIT_NOFILE, before) < 0) {
		before->rlim_cur = before->rlim_max = 0;
		return;
	}
	more = *before;
	if (!request->may_raise_descriptors ||
	    plan->n_mounts + DESCRIPTORS_SPARE < more.rlim_cur)
		return;
	more.rlim_cur = more.rlim_max;
	ret->has_raised_descriptors = setrlimit(RLIMIT_NOFILE, &more) == 0;
}

/* Ours are among the user's processes in the namespace. A cgroup shall be the first
 * to refuse, because it alone tells that it did. */
static uint64_t most_processes(const struct fh_plan *plan)
{
	return plan->policy->pids + plan_own_processes(plan->policy) +
	       (plan->cgroup.pids == CGROUP_UNLIMITED ? 0 : CGROUP_FIRST);
}

static void prepare_rlimits(const struct fh_plan *plan, struct box *box,
			    const struct rlimit *descriptors)
{
	const struct fh_policy *policy = plan->policy;

	limits_add(box, RLIMIT_CORE, 0, 0);
	/* The program has the caller's own, not the one that was raised. */
	if (policy->open_files == POLICY_UNLIMITED && descriptors->rlim_max)
		limits_add(box, RLIMIT_NOFILE, descriptors->rlim_cur,
			   descriptors->rlim_max);
	limits_add_asked(box, policy);
	if (plan->has_userns)
		limits_add(box, RLIMIT_NPROC, most_processes(plan),
			   most_processes(plan));
	if (plan_limits_data(plan))
		limits_add(box, RLIMIT_DATA, policy->memory, policy->memory);
}

static void prepare_pid_max(const struct fh_plan *plan, struct box *box)
{
	const uint32_t by_pid_max = UINT32_C(1) << MECHANISM_PID_MAX;
	const uint32_t holders = plan->guarantees[FH_GUARANTEE_PIDS].holders;
	/* Init has 1, the others run from PID_RESERVED to below the maximum. */
	uint64_t maximum = PID_RESERVED - 1 + most_processes(plan);

	/* A number is taken also by a group whose leader has ended: where only
	 * others hold the ceiling, there are more. */
	if (holders && !(holders & by_pid_max))
		maximum += PID_RESERVED;
	number_format(box->pid_max, maximum);
	box->must_hold_pid_max =
		holders == by_pid_max &&
		policy_required(plan->policy) & GUARANTEE_BIT(FH_GUARANTEE_PIDS);
}

static void prepare_stdio(const struct fh_plan *plan, struct box *box)
{
	int abi = landlock_abi_used(plan);

	for (int i = 0; i < 3; i++) {
		static const unsigned int modes[] = {
			[O_RDONLY] = FH_READ, [O_WRONLY] = FH_WRITE,
			[O_RDWR] = FH_READ | FH_WRITE,
		};
		int fd = box->streams[i];
		int flags = fcntl(fd, F_GETFL);
		struct stat st;

		/* The program has a pipe there, which has no name. */
		if (i > 0 && box->output_limit != UINT64_MAX)
			continue;
		/* The outer terminal is none of the program's. */
		if (!abi || box->on_terminal[i] || flags < 0 || flags & O_PATH ||
		    (flags & O_ACCMODE) > O_RDWR || fstat(fd, &st) < 0 ||
		    !(S_ISREG(st.st_mode) || S_ISCHR(st.st_mode)))
			continue;
		box->stdio_rights[i] = landlock_access(
			modes[flags & O_ACCMODE], false, abi);
	}
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* From a directory ".." leads to everything outside: what is there could be
 * looked at, connected to and, where the mode allows, changed. */
static bool opens_a_tree(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_PATH ||
			      (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)));
}

static int fail_tree(struct fh_error *err, int fd)
{
	error_set(err, FH_STAGE_PREPARE, -EISDIR,
		"descriptor %d is a directory, from which the program could go anywhere outside",
		fd);
	error_remedy(err, "grant the directory with -r or -w, and redirect the descriptor from /dev/null");
	return -EISDIR;
}

int prepare_check_kept(const struct fh_policy *policy, struct fh_error *err)
{
	if (policy->n_keep_fds > BOX_KEEP_FDS_MAX)
		return error_set(err, FH_STAGE_PREPARE, -E2BIG,
			       "--keep-fd: more than %d descriptors",
			       BOX_KEEP_FDS_MAX);
	for (size_t i = 0; i < policy->n_keep_fds; i++) {
		if (fcntl(policy->keep_fds[i], F_GETFD) < 0)
			return error_set(err, FH_STAGE_PREPARE, -errno,
				       "--keep-fd %d: not open",
				       policy->keep_fds[i]);
		if (opens_a_tree(policy->keep_fds[i]))
			return fail_tree(err, policy->keep_fds[i]);
	}
	return 0;
}

static int prepare_descriptors(const struct fh_plan *plan,
			       struct prepared *prepared, struct fh_error *err)
{
	const struct fh_policy *policy = plan->policy;
	int r = prepare_check_kept(policy, err);
	size_t n = 0;
	int *fds;

	if (r < 0)
		return r;
	fds = arena_alloc(&prepared->arena,
			  (policy->n_keep_fds + 1) * sizeof(*fds));
	if (!fds)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
			       "prepare the box");
	for (int i = 0; i < 3; i++)
		if (opens_a_tree(prepared->box.streams[i]))
			return fail_tree(err, i);
	for (size_t i = 0; i < policy->n_keep_fds; i++)
		fds[i] = policy->keep_fds[i];
	qsort(fds, policy->n_keep_fds, sizeof(*fds), compare_fds);
	for (size_t i = 0; i < policy->n_keep_fds; i++)
		if (!n || fds[n - 1] != fds[i])
			fds[n++] = fds[i];
	prepared->box.keep_fds = fds;
	prepared->box.n_keep_fds = n;
	return 0;
}

/* Without a cgroup there is nobody who counts the time of the whole box. */
static void prepare_life(const struct fh_plan *plan, struct box *box)
{
	const struct fh_policy *policy = plan->policy;

	box->timeout_ms = policy->timeout_ms;
	box->grace_ms = policy->grace_ms;
	box->output_limit = policy->output_limit;
	box->cpu_time_ms = plan->has_cgroup ? policy->cpu_time_ms : UINT64_MAX;
	if (box->cpu_time_ms != UINT64_MAX)
		box->n_processors = processors_online();
}

static void prepare_rest(const struct fh_plan *plan, struct box *box)
{
	const struct fh_policy *policy = plan->policy;

	box->steps = plan->steps;
	box->has_pid_namespace = plan->has_namespaces;
	box->clone_flags = plan->clone_flags & ~(uint64_t)CLONE_NEWNET;
	box->go_fd = box->report_fd = box->proc_fd = box->parent_fd = -1;
	box->cpu_stat_fd = -1;
	prepare_life(plan, box);
	box->uid = plan->uid;
	box->gid = plan->gid;
	box->clear_groups = plan->kernel.can_clear_groups;
	box->use_newuid = plan->uid != plan->kernel.uid ||
			  plan->gid != plan->kernel.gid;
	/* An ordinary caller without a user namespace of its own has an empty
	 * set of its own, and may not touch the bounding set or the bits. */
	box->has_setpcap = plan->has_userns ||
			   kernel_has_capability(&plan->kernel, CAP_SETPCAP);
	/* A filter around us that refuses the keyring refuses it to the
	 * program as well. */
	box->may_lack_keyring = plan->kernel.is_filtered;
	box->hostname = policy->hostname ? policy->hostname : "fumehood";
	box->keep_caps = policy->keep_caps;
	box->keeps_over_exec = true;
	box->landlock = plan->landlock;
	if (plan->kernel.landlock_abi && plan->has_namespaces)
		box->landlock_root = LL_FS_READ_DIR;
	if (plan->landlock.handled_net) {
		box->connect_ports = policy->connect.ports;
		box->n_connect_ports = policy->connect.n;
		box->listen_ports = policy->listen.ports;
		box->n_listen_ports = policy->listen.n;
	}
	box->leads_group = plan->steps & (STEP_BIT(STEP_SESSION) |
					  STEP_BIT(STEP_FOREGROUND));
	box->envp = plan->envp;
}

/* Without a devpts of its own it lies in the host's: that one, and no other there. */
static void prepare_terminal(const struct fh_plan *plan,
			     const struct prepare_request *request,
			     struct box *box)
{
	box->has_terminal = plan->steps & STEP_BIT(STEP_TERMINAL);
	memcpy(box->on_terminal, request->on_terminal,
	       sizeof(box->on_terminal));
	box->terminal_model = request->terminal_model;
	box->has_model_modes = request->has_model_modes;
	box->terminal_fd = request->terminal_fd;
	if (request->terminal_fd >= 0)
		box->terminal_rights = (landlock_access(FH_READ | FH_WRITE, false,
							landlock_abi_used(plan)) |
					LL_FS_IOCTL_DEV) &
				       plan->landlock.handled_fs;
}

/* The program's process hands the listener to init by writing its number. */
static int prepare_counting(const struct fh_plan *plan, struct box *box,
			    struct fh_error *err)
{
	int r;

	if (!seccomp_counts(&plan->seccomp) || !box->may_write)
		return 0;
	r = bpf_notify(&box->filter, &box->telling_filter);
	box->counts_refusals = r == 0;
	box->n_refused_keys = refused_keys(plan->kernel.arch,
					   box->refused_keys);
	return r != -ENOMEM ? 0 : error_set(err, FH_STAGE_PREPARE, r,
					    "memory for a filter");
}

static int emit_output_filter(const struct fh_plan *plan, struct box *box,
			      struct fh_error *err)
{
	scratch struct filter filter;

	if (box->output_limit == UINT64_MAX)
		return 0;
	seccomp_compile_relay(plan->kernel.arch, &filter);
	return bpf_emit(&filter, &box->output_filter, err);
}

static bool may_write(const struct fh_plan *plan)
{
	bool has_rules;
	struct verdict verdict = seccomp_verdict(
		&plan->filter, syscall_number(plan->kernel.arch, "write"),
		&has_rules);

	return !has_rules && (verdict.kind == VERDICT_ALLOW ||
			      verdict.kind == VERDICT_LOG);
}

static int emit_filter(const struct fh_plan *plan, bool is_traced,
		       struct bpf_program *ret, struct fh_error *err)
{
	struct filter *traced;
	int r;

	if (!is_traced)
		return bpf_emit(&plan->filter, ret, err);
	traced = malloc(sizeof(*traced));
	if (!traced)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "memory for a filter");
	*traced = plan->filter;
	filter_trace(traced);
	r = bpf_emit(traced, ret, err);
	free(traced);
	return r;
}

int plan_prepare_for(const struct fh_plan *plan,
		     const struct prepare_request *request,
		     struct prepared *ret, struct fh_error *err)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->box.streams, request->streams, sizeof(request->streams));
	raise_descriptor_limit(plan, request, ret);
	prepare_rest(plan, &ret->box);
	prepare_terminal(plan, request, &ret->box);
	/* Before anything of ours could take a number that shall be kept. */
	r = prepare_descriptors(plan, ret, err);
	if (r == 0)
		r = sources_open(plan, ret, err);
	if (r == 0 && request->argv)
		r = program_prepare(plan, request->argv, ret, err);
	if (r == 0)
		r = emit_filter(plan, request->is_traced, &ret->box.filter,
				err);
	if (r == 0)
		r = bpf_emit(&plan->init_filter, &ret->box.init_filter, err);
	if (r == 0)
		r = emit_output_filter(plan, &ret->box, err);
	ret->box.may_write = may_write(plan);
	if (r == 0)
		r = prepare_counting(plan, &ret->box, err);
	if (r < 0) {
		prepared_done(ret);
		return r;
	}
	prepare_rlimits(plan, &ret->box, &ret->descriptors);
	prepare_pid_max(plan, &ret->box);
	prepare_stdio(plan, &ret->box);
	return 0;
}

int plan_prepare(const struct fh_plan *plan, char *const *argv,
		 struct prepared *ret, struct fh_error *err)
{
	const struct prepare_request request = { .argv = argv,
						 .streams = { 0, 1, 2 },
						 .terminal_model = -1,
						 .terminal_fd = -1 };

	return plan_prepare_for(plan, &request, ret, err);
}

void prepared_close(struct prepared *prepared)
{
	for (size_t i = 0; i < prepared->box.n_mounts; i++) {
		if (prepared->ops[i].fd >= 0)
			close(prepared->ops[i].fd);
		prepared->ops[i].fd = -1;
	}
	if (prepared->has_raised_descriptors)
		setrlimit(RLIMIT_NOFILE, &prepared->descriptors);
	prepared->has_raised_descriptors = false;
}

void prepared_done(struct prepared *prepared)
{
	prepared_close(prepared);
	free(prepared->ops);
	bpf_program_done(&prepared->box.filter);
	bpf_program_done(&prepared->box.init_filter);
	bpf_program_done(&prepared->box.output_filter);
	bpf_program_done(&prepared->box.telling_filter);
	arena_done(&prepared->arena);
	memset(prepared, 0, sizeof(*prepared));
}

static const struct mount_op *find_at(const struct prepared *prepared,
				      const char *path)
{
	const struct mount_op *found = NULL;

	for (size_t i = 0; i < prepared->box.n_mounts; i++) {
		const struct mount_op *op = &prepared->ops[i];

		if (path_is_within(path, op->target))
			found = op;
	}
	return found;
}

/* Where a path leads that passes through a link of the box's own. */
static int follow(const struct mount_op *link, const char *path,
		  char ret[PATH_MAX])
{
	const char *slash = strrchr(link->target, '/');
	int above = *link->content == '/' ? 0 : (int)(slash - link->target);
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%.*s/%s%s", above,
			 link->target, link->content,
			 path + strlen(link->target));

	if (n < 0 || (size_t)n >= sizeof(joined))
		return -ENAMETOOLONG;
	return path_normalise("/", joined, ret);
}

const struct mount_op *prepared_find(const struct prepared *prepared,
				     const char *path)
{
	const struct mount_op *op = find_at(prepared, path);
	char followed[PATH_MAX];

	for (int links = 0; op && op->kind == MOUNT_SYMLINK; links++) {
		if (links == 8 || follow(op, path, followed) < 0)
			return NULL;
		path = followed;
		op = find_at(prepared, path);
	}
	return op;
}
