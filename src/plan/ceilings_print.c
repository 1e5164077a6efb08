/* Prints the ceilings of a run, as lines or as a JSON array. */
#include "plan/ceilings_print.h"

#include <errno.h>

#include "plan/ceilings.h"
#include "tables/settings.h"

static void take_value(void *ctx, const struct setting *setting,
		       const char *value)
{
	(void)setting;
	text_add(ctx, "%s", value);
}

/* As the option takes it; nothing where there is none. */
static void add_value(const struct fh_plan *plan, int ceiling,
		      struct text *ret)
{
	const struct setting *setting = setting_find(ceiling_name(ceiling));
	const struct policy_values values = { .take = take_value, .ctx = ret };

	if (setting && policy_tell(plan->policy, setting, &values) < 0)
		ret->code = -ENOMEM;
}

static bool is_reached(uint64_t hits, int ceiling)
{
	return hits >> ceiling & 1;
}

void ceilings_print_reached(uint64_t hits, struct text *ret)
{
	const char *separator = "Ceilings reached: ";

	for (int c = 0; c < N_CEILINGS; c++) {
		if (!is_reached(hits, c))
			continue;
		text_add(ret, "%s%s", separator, ceiling_name(c));
		separator = ", ";
	}
	if (*separator == ',')
		text_add(ret, "\n");
}

static void add_row(const struct fh_plan *plan, int ceiling, struct text *ret)
{
	const struct plan_guarantee *row = &plan->ceilings[ceiling];
	autotext value = { 0 };

	add_value(plan, ceiling, &value);
	text_inherit(ret, &value);
	text_add(ret, "  %-12s %-9s ", ceiling_name(ceiling),
		 plan_state_name(row));
	if (value.len)
		text_add(ret, "%s", text_string(&value));
	if (row->holders) {
		text_add(ret, "%sby ", value.len ? " " : "");
		plan_print_holders(row->holders, ret);
	}
	if (row->lost)
		text_add(ret, ": %s", row->lost);
	text_add(ret, "\n");
}

void ceilings_print(const struct fh_plan *plan, struct text *ret)
{
	bool has_title = false;

	for (int c = 0; c < N_CEILINGS; c++) {
		if (!plan->ceilings[c].is_asked)
			continue;
		if (!has_title)
			text_add(ret, "Ceilings:\n");
		has_title = true;
		add_row(plan, c, ret);
	}
}

static void add_holders_json(uint32_t holders, struct text *ret)
{
	const char *separator = "";

	text_add(ret, "[");
	for (int m = 0; m < N_MECHANISMS; m++) {
		if (!(holders >> m & 1))
			continue;
		text_add(ret, "%s\"%s\"", separator, mechanisms[m].name);
		separator = ", ";
	}
	text_add(ret, "]");
}

static void add_row_json(const struct fh_plan *plan, int ceiling,
			 uint64_t hits, struct text *ret)
{
	const struct plan_guarantee *row = &plan->ceilings[ceiling];
	autotext value = { 0 };

	add_value(plan, ceiling, &value);
	text_inherit(ret, &value);
	text_add(ret, "    {\"name\": \"%s\", \"value\": ",
		 ceiling_name(ceiling));
	if (value.len)
		text_add_json(ret, text_string(&value));
	else
		text_add(ret, "null");
	text_add(ret, ", \"state\": \"%s\", \"holders\": ",
		 plan_state_name(row));
	add_holders_json(row->is_asked ? row->holders : 0, ret);
	text_add(ret, ", \"reason\": ");
	text_add_json(ret, row->is_asked && row->lost ? row->lost : "");
	text_add(ret, ", \"reached\": %s}",
		 is_reached(hits, ceiling) ? "true" : "false");
}

void ceilings_print_json(const struct fh_plan *plan, uint64_t hits,
			 struct text *ret)
{
	const char *separator = "\n";

	text_add(ret, "[");
	for (int c = 0; c < N_CEILINGS; c++) {
		if (!plan->ceilings[c].is_asked)
			continue;
		text_add(ret, "%s", separator);
		add_row_json(plan, c, hits, ret);
		separator = ",\n";
	}
	text_add(ret, "%s]", *separator == ',' ? "\n  " : "");
}
