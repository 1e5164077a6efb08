/* fumehood show: the plan that run would follow, printed. */
#include <stdbool.h>
#include <stdlib.h>

#include "cli.h"
#include "exit_codes.h"
#include "terminal_auto.h"

/* Checking opens every source: what run would refuse, show does. */
static int show(const struct fh_policy *policy, char **argv, bool json)
{
	struct fh_plan *plan = plan_for(policy);
	struct fh_error err;
	char *text = NULL;
	int r = FH_EXIT_NOT_BOXED;

	if (!plan)
		return FH_EXIT_NOT_BOXED;
	if (fh_plan_check(plan, argv, &err) < 0 ||
	    fh_plan_print(plan, json ? FH_JSON : FH_TEXT, &text, &err) < 0)
		print_error(&err);
	else
		r = print_string(text);
	free(text);
	fh_plan_free(plan);
	return r;
}

int cmd_show(int argc, char **argv)
{
	bool json = false;
	const struct own_switch own[] = { { .name = "json", .is_set = &json },
					  { 0 } };
	struct fh_policy *policy = fh_policy_new();
	int rest = 0;
	int r = options_parse(argv[0], argc, argv, own, policy, &rest);

	if (r == 0)
		r = terminal_settle(policy);
	if (r == 0)
		r = show(policy, rest < argc ? argv + rest : NULL, json);
	fh_policy_free(policy);
	return r < 0 ? 0 : r;
}
