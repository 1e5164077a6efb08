/* Plans: made, asked and printed, as long as their policy is what it was. */
#include "api/export.h"

#include <stdlib.h>
#include <unistd.h>

#include "api/api_text.h"
#include "plan/ceilings.h"
#include "plan/prepare.h"
#include "plan/why.h"

int fh_plan_new(const struct fh_policy *policy, const struct fh_kernel *kernel,
		char *const *env, struct fh_plan **ret, struct fh_error *err)
{
	static char *const no_environment[] = { NULL };
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(kernel, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	if (!env)
		env = environ ? environ : no_environment;
	return plan_new(policy, kernel, env, ret, err);
}

void fh_plan_free(struct fh_plan *plan)
{
	plan_free(plan);
}

static int fill_holding(const struct fh_plan *plan, int guarantee,
			const struct plan_guarantee *row,
			struct fh_holding *ret, struct fh_error *err)
{
	const uint32_t bit = guarantee < 0 ? 0 : GUARANTEE_BIT(guarantee);
	autotext holders = { 0 };
	const char *reason = "";

	if (row->is_asked)
		plan_print_holders(row->holders, &holders);
	if (holders.code)
		return api_fail_text(&holders, "fh_plan_guarantee", err);
	if (!row->is_asked)
		reason = plan_unasked(plan);
	else if (row->lost)
		reason = row->lost;
	*ret = (struct fh_holding){
		.state = plan_state(row),
		.is_asked = row->is_asked,
		.is_required = row->is_asked && policy_required(plan->policy) & bit,
		.is_waived = plan->policy->without & bit,
	};
	escape_into(ret->holders, sizeof(ret->holders), text_string(&holders));
	escape_into(ret->reason, sizeof(ret->reason), reason);
	return 0;
}

int fh_plan_guarantee(const struct fh_plan *plan, int guarantee,
		      struct fh_holding *ret, struct fh_error *err)
{
	int r = api_needs(plan, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	if (guarantee < 0 || guarantee >= N_GUARANTEES)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: no guarantee %d", __func__, guarantee);
	r = plan_need_current(plan, __func__, err);
	return r < 0 ? r : fill_holding(plan, guarantee,
					&plan->guarantees[guarantee], ret, err);
}

const char *fh_ceiling_name(int ceiling)
{
	return ceiling_name(ceiling);
}

int fh_plan_ceiling(const struct fh_plan *plan, int ceiling,
		    struct fh_holding *ret, struct fh_error *err)
{
	int r = api_needs(plan, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	if (!ceiling_name(ceiling))
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: no ceiling %d", __func__, ceiling);
	r = plan_need_current(plan, __func__, err);
	return r < 0 ? r : fill_holding(plan, ceiling_guarantee(ceiling),
					&plan->ceilings[ceiling], ret, err);
}

int fh_plan_print(const struct fh_plan *plan, enum fh_format format,
		  char **ret, struct fh_error *err)
{
	autotext text = { 0 };
	int r = api_needs(plan, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r == 0)
		r = plan_need_current(plan, __func__, err);
	if (r < 0)
		return r;
	if (format == FH_JSON)
		plan_print_json(plan, &text);
	else
		plan_print(plan, &text);
	return api_take_text(&text, ret, __func__, err);
}

int fh_plan_check(const struct fh_plan *plan, char *const *argv,
		  struct fh_error *err)
{
	struct prepared prepared = { 0 };
	int r = api_needs(plan, err);

	if (r == 0)
		r = plan_need_box(plan, __func__, err);
	if (r < 0)
		return r;
	if (argv && !argv[0])
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: argv names no program", __func__);
	r = plan_prepare(plan, argv, &prepared, err);
	if (r == 0)
		prepared_done(&prepared);
	return r;
}

/* Both texts or neither become the caller's. */
static int take_answer(struct answer *answer, bool *ret_allowed,
		       char **ret_reason, char **ret_advice,
		       struct fh_error *err)
{
	char *reason = NULL, *advice = NULL;
	int r = api_take_text(&answer->reason, &reason, "fh_plan_why", err);

	if (r == 0)
		r = api_take_text(&answer->advice, &advice, "fh_plan_why",
				  err);
	if (r < 0) {
		free(reason);
		return r;
	}
	*ret_allowed = answer->is_allowed;
	*ret_reason = reason;
	*ret_advice = advice;
	return 0;
}

static int ask(const struct fh_plan *plan, const char *verb, const char *what,
	       struct answer *answer, struct fh_error *err)
{
	struct prepared prepared = { 0 };
	int r = plan_prepare(plan, NULL, &prepared, err);

	if (r < 0)
		return r;
	r = why_ask(plan, &prepared, verb, what, answer, err);
	prepared_done(&prepared);
	return r;
}

int fh_plan_why(const struct fh_plan *plan, const char *verb, const char *what,
		bool *ret_allowed, char **ret_reason, char **ret_advice,
		struct fh_error *err)
{
	struct answer answer = { 0 };
	int r = api_needs(plan, err);

	if (r == 0)
		r = api_needs(verb, err);
	if (r == 0)
		r = api_needs(what, err);
	if (r == 0)
		r = api_needs(ret_allowed, err);
	if (r == 0)
		r = api_needs(ret_reason, err);
	if (r == 0)
		r = api_needs(ret_advice, err);
	if (r == 0)
		r = plan_need_box(plan, __func__, err);
	if (r == 0)
		r = ask(plan, verb, what, &answer, err);
	if (r == 0)
		r = take_answer(&answer, ret_allowed, ret_reason, ret_advice,
				err);
	answer_done(&answer);
	return r;
}
