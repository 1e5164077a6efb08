/* The account of a run, as text or JSON. */
#ifndef FH_REPORT_REPORT_H
#define FH_REPORT_REPORT_H

#include "plan/plan.h"
#include "supervise/result.h"

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 struct text *ret);
void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, struct text *ret);

#endif
