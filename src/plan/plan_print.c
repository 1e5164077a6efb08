/* Prints a plan: guarantees, steps with reasons, what appears in the box. */
#include <sched.h>
#include <string.h>

#include "mech/landlock.h"
#include "plan/ceilings_print.h"
#include "tables/landlock_rights.h"

void plan_print_holders(uint32_t holders, struct text *ret)
{
	const char *separator = "";

	for (int m = 0; m < N_MECHANISMS; m++) {
		if (!(holders >> m & 1))
			continue;
		text_add(ret, "%s%s", separator, mechanisms[m].name);
		separator = ", ";
	}
}

const char *plan_unasked(const struct fh_plan *plan)
{
	return plan->is_self ? "not asked of a process that confines itself"
			     : "no ceiling was given";
}

const char *plan_state_name(const struct plan_guarantee *row)
{
	return !row->is_asked ? "not-asked"
	     : !row->holders ? "lost"
	     : row->lost ? "partly" : "held";
}

void plan_print_guarantees(const struct fh_plan *plan, struct text *ret)
{
	text_add(ret, "Guarantees:\n");
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];

		text_add(ret, "  %-12s %-9s ", guarantees[g].name,
			 plan_state_name(row));
		if (row->is_asked && row->holders)
			plan_print_holders(row->holders, ret);
		if (row->is_asked && row->holders && row->lost)
			text_add(ret, ": ");
		if (row->is_asked && row->lost)
			text_add(ret, "%s", row->lost);
		if (!row->is_asked)
			text_add(ret, "%s", plan_unasked(plan));
		text_add(ret, "\n");
	}
}

void plan_print_guarantees_json(const struct fh_plan *plan, struct text *ret)
{
	text_add(ret, "{");
	for (int g = 0; g < N_GUARANTEES; g++) {
		const struct plan_guarantee *row = &plan->guarantees[g];
		const char *separator = "";

		text_add(ret, "%s\n    \"%s\": {\"state\": \"%s\"",
			 g ? "," : "", guarantees[g].name,
			 plan_state_name(row));
		text_add(ret, ", \"required\": %s, \"held_by\": [",
			 row->is_asked && policy_required(plan->policy) &
				 GUARANTEE_BIT(g) ? "true" : "false");
		for (int m = 0; row->is_asked && m < N_MECHANISMS; m++) {
			if (!(row->holders >> m & 1))
				continue;
			text_add(ret, "%s\"%s\"", separator,
				 mechanisms[m].name);
			separator = ", ";
		}
		text_add(ret, "]");
		if (row->is_asked && row->lost) {
			text_add(ret, ", \"lost\": ");
			text_add_json(ret, row->lost);
		}
		text_add(ret, "}");
	}
	text_add(ret, "\n  }");
}

static const char *const kind_names[] = {
	[MOUNT_DIRECTORY] = "directory", [MOUNT_FILE] = "file",
	[MOUNT_SYMLINK] = "link",	 [MOUNT_BIND] = "bind",
	[MOUNT_DEVICE] = "device",	 [MOUNT_TMPFS] = "tmpfs",
	[MOUNT_PROC] = "proc",		 [MOUNT_DEVPTS] = "devpts",
	[MOUNT_HIDE] = "hide",
};

static void format_access(unsigned int access, char ret[4])
{
	ret[0] = access & FH_READ ? 'r' : '-';
	ret[1] = access & FH_WRITE ? 'w' : '-';
	ret[2] = access & FH_EXEC ? 'x' : '-';
	ret[3] = '\0';
}

/* What a row shows: its target, or the source where the target follows it. */
static const char *shown_path(const struct plan_mount *mount)
{
	return mount->target ? mount->target
			     : mount->source ? mount->source : "";
}

static void print_mount(const struct plan_mount *mount, struct text *ret)
{
	char access[4];

	format_access(mount->access, access);
	text_add(ret, "  %-9s %s ", kind_names[mount->kind], access);
	text_add_escaped(ret, shown_path(mount));
	if (mount->target && mount->source &&
	    strcmp(mount->source, mount->target) != 0) {
		text_add(ret, " from ");
		text_add_escaped(ret, mount->source);
	}
	if (mount->kind == MOUNT_SYMLINK) {
		text_add(ret, " -> ");
		text_add_escaped(ret, mount->content);
	}
	if (mount->kind == MOUNT_TMPFS)
		text_add(ret, " of %llu KiB",
			 (unsigned long long)mount->size / 1024);
	text_add(ret, "  (");
	text_add_escaped(ret, mount->origin);
	text_add(ret, "%s)\n", mount->is_optional ? ", if there" : "");
}

struct flag_name {
	uint64_t flag;
	const char *name;
};

static const struct flag_name namespaces[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWNS, "mount" },
	{ CLONE_NEWPID, "pid" },   { CLONE_NEWNET, "net" },
	{ CLONE_NEWIPC, "ipc" },   { CLONE_NEWUTS, "uts" },
	{ CLONE_NEWCGROUP, "cgroup" },
};
#define N_NAMESPACES (sizeof(namespaces) / sizeof(*namespaces))

static void print_facts(const struct fh_plan *plan, struct text *ret)
{
	char cause[256], remedy[256];

	text_add(ret, "Namespaces:");
	for (size_t i = 0; i < N_NAMESPACES; i++)
		if (plan->clone_flags & namespaces[i].flag)
			text_add(ret, " %s", namespaces[i].name);
	kernel_namespace_cause(&plan->kernel, cause, remedy);
	if (plan->is_self)
		text_add(ret, " the caller's: it confines itself");
	else if (!plan->has_namespaces)
		text_add(ret, " none: %s", cause);
	else if (!plan->has_proc)
		text_add(ret, "; no /proc: %s", cause);
	text_add(ret, "\nIds: uid %u, gid %u\n", plan->uid, plan->gid);
	if (plan->kernel.landlock_abi && !plan->landlock.handled_fs)
		text_add(ret, "Landlock: ABI %d of the kernel, not used\n",
			 plan->kernel.landlock_abi);
	else if (plan->kernel.landlock_abi)
		text_add(ret, "Landlock: ABI %d of the kernel, %d used\n",
			 plan->kernel.landlock_abi, landlock_abi_used(plan));
	else
		text_add(ret, "Landlock: none (%s)\n",
			 strerror(-plan->kernel.landlock_error));
}

static void print_landlock_losses(const struct fh_plan *plan,
				  struct text *ret)
{
	const char *last = "";

	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (!plan->landlock.handled_fs ||
		    right->abi <= plan->kernel.landlock_abi ||
		    strcmp(last, right->lost) == 0)
			continue;
		last = right->lost;
		text_add(ret, "  by Landlock before ABI %d: %s\n", right->abi,
			 right->lost);
	}
}

static void print_steps(const struct fh_plan *plan, struct text *ret)
{
	int n = 0;

	text_add(ret, "Steps:\n");
	for (int step = 0; step < N_STEPS; step++)
		if (plan->steps & STEP_BIT(step))
			text_add(ret, "  %2d %-13s %s\n", ++n,
				 step_infos[step].name, step_infos[step].why);
}

static void print_filter(const struct fh_plan *plan, struct text *ret)
{
	size_t allowed = 0, refused = 0;

	for (size_t nr = 0; nr < FILTER_NR_MAX; nr++) {
		enum verdict_kind kind = plan->filter.by_nr[nr].kind;

		allowed += kind == VERDICT_ALLOW || kind == VERDICT_LOG;
		refused += kind == VERDICT_ERRNO || kind == VERDICT_KILL;
	}
	text_add(ret, "System calls: policy %s: %zu allowed, %zu refused, %zu rules on arguments, unknown ones ENOSYS\n",
		 syscall_policies[plan->seccomp.base].name, allowed,
		 refused, plan->filter.n_rules);
}

void plan_print(const struct fh_plan *plan, struct text *ret)
{
	print_facts(plan, ret);
	print_landlock_losses(plan, ret);
	print_filter(plan, ret);
	plan_print_guarantees(plan, ret);
	ceilings_print(plan, ret);
	print_steps(plan, ret);
	text_add(ret, "Files:\n");
	for (size_t i = 0; i < plan->n_mounts; i++)
		print_mount(&plan->mounts[i], ret);
	if (plan->is_self)
		return;
	text_add(ret, "Environment:\n");
	for (char **var = plan->envp; *var; var++) {
		text_add(ret, "  ");
		text_add_escaped(ret, *var);
		text_add(ret, "\n");
	}
}

static void print_mount_json(const struct plan_mount *mount, struct text *ret)
{
	char access[4];

	format_access(mount->access, access);
	text_add(ret, "{\"kind\": \"%s\", \"access\": \"%s\", \"path\": ",
		 kind_names[mount->kind], access);
	text_add_json(ret, shown_path(mount));
	if (mount->source) {
		text_add(ret, ", \"source\": ");
		text_add_json(ret, mount->source);
	}
	if (mount->kind == MOUNT_TMPFS)
		text_add(ret, ", \"bytes\": %llu",
			 (unsigned long long)mount->size);
	text_add(ret, ", \"optional\": %s, \"origin\": ",
		 mount->is_optional ? "true" : "false");
	text_add_json(ret, mount->origin);
	text_add(ret, "}");
}

void plan_print_json(const struct fh_plan *plan, struct text *ret)
{
	const char *separator = "";

	text_add(ret, "{\n  \"schema\": \"fumehood-plan-1\",\n"
		 "  \"namespaces\": [");
	for (size_t i = 0; i < N_NAMESPACES; i++) {
		if (!(plan->clone_flags & namespaces[i].flag))
			continue;
		text_add(ret, "%s\"%s\"", separator, namespaces[i].name);
		separator = ", ";
	}
	text_add(ret, "],\n  \"uid\": %u,\n  \"gid\": %u,\n"
		 "  \"landlock_abi\": %d,\n  \"syscalls\": \"%s\",\n",
		 plan->uid, plan->gid, landlock_abi_used(plan),
		 syscall_policies[plan->seccomp.base].name);
	text_add(ret, "  \"guarantees\": ");
	plan_print_guarantees_json(plan, ret);
	text_add(ret, ",\n  \"ceilings\": ");
	ceilings_print_json(plan, 0, ret);
	text_add(ret, ",\n  \"steps\": [");
	separator = "";
	for (int step = 0; step < N_STEPS; step++) {
		if (!(plan->steps & STEP_BIT(step)))
			continue;
		text_add(ret, "%s\"%s\"", separator, step_infos[step].name);
		separator = ", ";
	}
	text_add(ret, "],\n  \"files\": [");
	for (size_t i = 0; i < plan->n_mounts; i++) {
		text_add(ret, "%s\n    ", i ? "," : "");
		print_mount_json(&plan->mounts[i], ret);
	}
	text_add(ret, "\n  ],\n  \"environment\": [");
	for (char **var = plan->envp; var && *var; var++) {
		text_add(ret, "%s", var == plan->envp ? "" : ", ");
		text_add_json(ret, *var);
	}
	text_add(ret, "]\n}\n");
}
