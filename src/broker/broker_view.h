/* What a description comes to on a kernel: who runs, and may what. */
#ifndef FH_BROKER_BROKER_VIEW_H
#define FH_BROKER_BROKER_VIEW_H

#include "broker/broker.h"
#include "broker/helper.h"
#include "plan/plan.h"

enum view_role {
	VIEW_MONITOR,
	VIEW_WORKER,
	VIEW_HELPERS, /* by enum helper_kind */
	N_VIEW_ROLES = VIEW_HELPERS + N_HELPERS,
};
#define N_VIEW_PLANS (VIEW_WORKER + 1)

struct view_process {
	const char *name;
	bool is_there;
	uid_t uid;
	gid_t gid;
	uint64_t capabilities;
};

struct broker_view {
	const struct fh_broker *broker;
	const struct fh_kernel *kernel;
	struct view_process processes[N_VIEW_ROLES];
	struct fh_policy *policies[N_VIEW_PLANS];
	struct fh_plan *plans[N_VIEW_PLANS];
};

/* Return: 0; what making and planning the policies says. view is to be given
 * to view_done() in any case */
int view_make(const struct fh_broker *broker, const struct fh_kernel *kernel,
	      struct broker_view *ret, struct fh_error *err);
void view_done(struct broker_view *view);

/* Adds why the monitor keeps a capability: "bind tcp:80". */
void view_print_need(const struct broker_view *view, int capability,
		     struct text *ret);

/* The names of calls that the monitor's filter lets through beyond its base
 * policy, one after the other; NULL past the last. @at is zero at first. */
const char *view_next_call(const struct broker_view *view, size_t *at);

void view_print(const struct broker_view *view, struct text *ret);
void view_print_json(const struct broker_view *view, struct text *ret);

#endif
