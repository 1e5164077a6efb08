/* Prints the ceilings of a plan: what each is and who holds it. */
#include <errno.h>
#include <inttypes.h>

#include "plan/ceilings.h"
#include "tables/settings.h"

static void take_value(void *ctx, const struct setting *setting,
		       const char *value)
{
	(void)setting;
	text_add_escaped(ctx, value);
}

/* As fh_policy_get() tells it: "512M". */
static void add_value(const struct fh_plan *plan, int ceiling,
		      struct text *ret)
{
	const struct setting *setting = setting_find(ceiling_name(ceiling));

	policy_tell(plan->policy, setting,
		    &(struct policy_values){ take_value, ret, false });
}

void plan_print_ceilings(const struct fh_plan *plan, struct text *ret)
{
	text_add(ret, "Ceilings:\n");
	for (int i = 0; i < N_CEILINGS; i++) {
		const struct plan_guarantee *row = &plan->ceilings[i];
		autotext value = { 0 };

		if (!row->is_asked)
			continue;
		add_value(plan, i, &value);
		text_add(ret, "  %-12s %-9s %-6s ", ceiling_name(i),
			 text_string(&value), plan_state_name(row));
		plan_print_holders(row->holders, ret);
		if (row->lost)
			text_add(ret, "%s%s", row->holders ? ": " : "",
				 row->lost);
		text_add(ret, "\n");
	}
}

static void print_row_json(const struct fh_plan *plan, int ceiling,
			   uint64_t hits, struct text *ret)
{
	const struct plan_guarantee *row = &plan->ceilings[ceiling];
	autotext value = { 0 }, holders = { 0 };

	add_value(plan, ceiling, &value);
	plan_print_holders(row->holders, &holders);
	text_add(ret, "{\"name\": \"%s\", \"value\": ", ceiling_name(ceiling));
	text_add_json(ret, text_string(&value));
	text_add(ret, ", \"state\": \"%s\", \"holders\": ",
		 plan_state_name(row));
	text_add_json(ret, text_string(&holders));
	text_add(ret, ", \"reason\": ");
	text_add_json(ret, row->lost ? row->lost : "");
	text_add(ret, ", \"reached\": %s}",
		 hits >> ceiling & 1 ? "true" : "false");
}

void plan_print_ceilings_json(const struct fh_plan *plan, uint64_t hits,
			      struct text *ret)
{
	const char *separator = "";

	text_add(ret, "[");
	for (int i = 0; i < N_CEILINGS; i++) {
		if (!plan->ceilings[i].is_asked)
			continue;
		text_add(ret, "%s\n    ", separator);
		print_row_json(plan, i, hits, ret);
		separator = ",";
	}
	text_add(ret, "%s]", *separator ? "\n  " : "");
}
