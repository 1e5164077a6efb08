/* Turns the allowed calls that carry policy into stops for a tracer. */
#include "mech/filter_trace.h"

#include "mech/seccomp.h"
#include "tables/observed_calls.h"

static void trace_number(struct filter *filter, int nr)
{
	if (filter->by_nr[nr].kind == VERDICT_ALLOW)
		filter->by_nr[nr].kind = VERDICT_TRACE;
	for (size_t i = 0; i < filter->n_rules; i++) {
		struct filter_rule *rule = &filter->rules[i];

		if (rule->nr == nr && rule->verdict.kind == VERDICT_ALLOW)
			rule->verdict.kind = VERDICT_TRACE;
	}
}

void filter_trace(struct filter *filter)
{
	for (size_t i = 0; i < n_observed_calls; i++) {
		int nr = syscall_on(filter->arch, observed_calls[i].call);

		if (nr >= 0 && nr < FILTER_NR_MAX)
			trace_number(filter, nr);
	}
}
