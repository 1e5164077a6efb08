/* What a box was refused, as lines or as members of a JSON object. */
#include "report/refusals_print.h"

#include <string.h>

static void print_row(const struct fh_refusal *row, struct text *ret)
{
	text_add(ret, "Refused: %s", row->call);
	if (*row->wanted)
		text_add(ret, ", %s", row->wanted);
	if (*row->object)
		text_add(ret, " %s", row->object);
	text_add(ret, ", %u time%s", row->times, row->times == 1 ? "" : "s");
	if (row->signal)
		text_add(ret, " (signal %d)", row->signal);
	else
		text_add(ret, " (%s)", strerror(row->code));
	if (*row->rule)
		text_add(ret, ": %s", row->rule);
	if (*row->option)
		text_add(ret, "; would be allowed by: %s", row->option);
	if (*row->advice)
		text_add(ret, "; %s", row->advice);
	text_add(ret, "\n");
}

void refusals_print(const struct report_refusals *refusals, struct text *ret)
{
	for (size_t i = 0; i < refusals->list->n; i++)
		print_row(&refusals->list->rows[i], ret);
	if (refusals->lost)
		text_add(ret, "Refused: others, %llu times\n",
			 (unsigned long long)refusals->lost);
}

static void add_string(const char *name, const char *value, struct text *ret)
{
	text_add(ret, ", \"%s\": ", name);
	text_add_json(ret, value);
}

static void print_row_json(const struct fh_refusal *row, struct text *ret)
{
	text_add(ret, "    {\"layer\": ");
	text_add_json(ret, refusal_layer_name(row->layer));
	add_string("call", row->call, ret);
	add_string("wanted", row->wanted, ret);
	add_string("object", row->object, ret);
	if (row->signal)
		text_add(ret, ", \"signal\": %d", row->signal);
	else
		text_add(ret, ", \"errno\": %d", row->code);
	text_add(ret, ", \"times\": %u, \"pid\": %d", row->times, row->pid);
	add_string("program", row->program, ret);
	add_string("rule", row->rule, ret);
	add_string("option", row->option, ret);
	add_string("advice", row->advice, ret);
	text_add(ret, "}");
}

void refusals_print_json(const struct report_refusals *refusals,
			 struct text *ret)
{
	size_t n = refusals->list->n;

	text_add(ret, "  \"refusals\": [%s", n ? "\n" : "");
	for (size_t i = 0; i < n; i++) {
		print_row_json(&refusals->list->rows[i], ret);
		text_add(ret, "%s\n", i + 1 < n ? "," : "");
	}
	text_add(ret, "%s],\n  \"refusals_lost\": %llu,\n"
		 "  \"refusals_counted\": %s,\n", n ? "  " : "",
		 (unsigned long long)refusals->lost,
		 refusals->is_counted ? "true" : "false");
}
