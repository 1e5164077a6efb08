/* Works out what a description comes to, and prints it. */
#include "broker/broker_view.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "confine/confine_plan.h"

static void fill_process(struct broker_view *view, enum view_role role,
			 const char *name)
{
	view->processes[role] = (struct view_process){
		.name = name,
		.is_there = true,
		.uid = view->plans[role]->uid,
		.gid = view->plans[role]->gid,
		.capabilities = view->policies[role]->keep_caps,
	};
}

/* As confine_plan() has it: root that names no user becomes nobody. */
static uint32_t id_of(uint64_t wish, uint32_t own, bool is_root)
{
	if (wish != POLICY_UNLIMITED)
		return (uint32_t)wish;
	return is_root ? FH_NOBODY : own;
}

static int fill_helper(struct broker_view *view, enum helper_kind kind,
		       const char *name, struct fh_error *err)
{
	struct view_process *process = &view->processes[VIEW_HELPERS + kind];
	const struct fh_kernel *kernel = view->kernel;
	struct fh_policy *policy = NULL;
	int r = helper_policy(kind, view->broker, kernel, &policy, err);

	if (r < 0)
		return r;
	*process = (struct view_process){
		.name = name,
		.is_there = true,
		.uid = id_of(policy->uid, kernel->uid, kernel->uid == 0),
		.gid = id_of(policy->gid, kernel->gid, kernel->uid == 0),
		.capabilities = policy->keep_caps,
	};
	policy_free(policy);
	return 0;
}

static int list_processes(struct broker_view *view, struct fh_error *err)
{
	int r = 0;

	fill_process(view, VIEW_MONITOR, "monitor");
	fill_process(view, VIEW_WORKER, "worker");
	if (broker_has(view->broker, FH_BROKER_AUTHENTICATE))
		r = fill_helper(view, HELPER_AUTHENTICATOR, "authenticator",
				err);
	if (r == 0 && broker_has(view->broker, FH_BROKER_RESOLVE))
		r = fill_helper(view, HELPER_RESOLVER, "resolver", err);
	return r;
}

int view_make(const struct fh_broker *broker, const struct fh_kernel *kernel,
	      struct broker_view *ret, struct fh_error *err)
{
	int r;

	*ret = (struct broker_view){ .broker = broker, .kernel = kernel };
	r = broker_monitor_policy(broker, kernel, &ret->policies[VIEW_MONITOR],
				  err);
	if (r == 0)
		r = broker_worker_policy(broker, &ret->policies[VIEW_WORKER],
					 err);
	for (int i = 0; i < N_VIEW_PLANS && r == 0; i++)
		r = confine_plan(ret->policies[i], kernel, &ret->plans[i], err);
	return r < 0 ? r : list_processes(ret, err);
}

void view_done(struct broker_view *view)
{
	for (int i = 0; i < N_VIEW_PLANS; i++) {
		plan_free(view->plans[i]);
		policy_free(view->policies[i]);
	}
}

void view_print_need(const struct broker_view *view, int capability,
		     struct text *ret)
{
	const struct broker_row *row;
	const char *role;

	row = broker_needs_port(view->broker, capability);
	role = broker_needs_kill(view->broker, view->kernel,
				 view->policies[VIEW_MONITOR], capability);
	if (view->broker->monitor->keep_caps >> capability & 1)
		text_add(ret, "[monitor] keep-cap");
	else if (row)
		broker_row_print(row, ret);
	else if (role)
		text_add(ret, "to end the %s", role);
}

/* Was the name told already? */
static bool is_repeated(const struct fh_policy *policy, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!policy->syscall_changes[i].is_deny &&
		    strcmp(policy->syscall_changes[i].name,
			   policy->syscall_changes[at].name) == 0)
			return true;
	return false;
}

/* A group stands for itself; a call that was denied later is none. */
static bool is_let_through(const struct fh_plan *plan, const char *name)
{
	int nr = syscall_number(plan->kernel.arch, name);
	bool has_rules = false;
	struct verdict verdict;

	if (name[0] == '@')
		return true;
	if (nr < 0)
		return false;
	verdict = seccomp_verdict(&plan->filter, nr, &has_rules);
	return has_rules || verdict.kind == VERDICT_ALLOW ||
	       verdict.kind == VERDICT_LOG;
}

const char *view_next_call(const struct broker_view *view, size_t *at)
{
	const struct fh_policy *policy = view->policies[VIEW_MONITOR];

	while (*at < policy->n_syscall_changes) {
		size_t i = (*at)++;
		const struct syscall_wish *wish = &policy->syscall_changes[i];

		if (!wish->is_deny && !is_repeated(policy, i) &&
		    is_let_through(view->plans[VIEW_MONITOR], wish->name))
			return wish->name;
	}
	return NULL;
}

int broker_print(const struct fh_broker *broker, const struct fh_kernel *kernel,
		 bool is_json, struct text *ret, struct fh_error *err)
{
	struct broker_view view;
	int r = view_make(broker, kernel, &view, err);

	if (r == 0 && is_json)
		view_print_json(&view, ret);
	else if (r == 0)
		view_print(&view, ret);
	view_done(&view);
	return r;
}
