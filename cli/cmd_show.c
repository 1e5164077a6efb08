/* fumehood show: the plan that run would follow, printed. */
#include <stdbool.h>

#include "cli.h"
#include "tables/exit_codes.h"

static int show(const struct fh_policy *policy, char **argv, bool json)
{
	struct fh_plan *plan = plan_for(policy, true);
	struct prepared prepared = { 0 };
	struct fh_error err = { 0 };
	struct text text = { 0 };
	int r;

	if (!plan)
		return FH_EXIT_NOT_BOXED;
	/* Preparing opens every source: what run would refuse, show does. */
	r = plan_prepare(plan, argv, &prepared, &err);
	if (r < 0) {
		print_error(&err);
		plan_free(plan);
		return FH_EXIT_NOT_BOXED;
	}
	prepared_done(&prepared);
	if (json)
		plan_print_json(plan, &text);
	else
		plan_print(plan, &text);
	r = print_text(&text);
	text_done(&text);
	plan_free(plan);
	return r;
}

int cmd_show(int argc, char **argv)
{
	bool json = false;
	const struct own_switch own[] = { { "json", &json }, { 0 } };
	struct fh_policy *policy = policy_new();
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, own, policy, &rest);

	if (r == 0)
		r = show(policy, rest < argc ? argv + rest : NULL, json);
	policy_free(policy);
	return r < 0 ? 0 : r;
}
