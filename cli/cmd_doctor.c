/* fumehood doctor: what can be had here, and what would bring the rest. */
#include <errno.h>
#include <string.h>

#include "cli.h"
#include "report/doctor.h"
#include "tables/exit_codes.h"

static int doctor(struct fh_policy *policy, bool json)
{
	struct fh_plan *plan;
	struct text text = { 0 };
	int r;

	/* To tell what is lost, nothing may be required. */
	policy->required = 0;
	plan = plan_for(policy, true);
	if (!plan)
		return FH_EXIT_NOT_BOXED;
	if (json)
		doctor_json(plan, &text);
	else
		doctor_text(plan, &text);
	r = print_text(&text);
	text_done(&text);
	plan_free(plan);
	return r;
}

int cmd_doctor(int argc, char **argv)
{
	bool json = argc == 2 && strcmp(argv[1], "--json") == 0;
	struct fh_policy *policy;
	int r;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 ||
			 strcmp(argv[1], "-h") == 0))
		return print_help("doctor");
	if (argc > 1 && !json)
		return refuse_argument("doctor", argv[1]);
	policy = policy_new();
	r = policy ? doctor(policy, json) : FH_EXIT_NOT_BOXED;
	policy_free(policy);
	return r;
}
