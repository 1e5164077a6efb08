/* The account of a run, as text or JSON. */
#ifndef FH_REPORT_REPORT_H
#define FH_REPORT_REPORT_H

#include "plan/plan.h"
#include "report/refusals_print.h"
#include "supervise/result.h"

/* @refusals: NULL when nobody can know of any: nothing is said of them */
void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 const struct report_refusals *refusals, struct text *ret);
void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, const struct report_refusals *refusals,
		 struct text *ret);

#endif
