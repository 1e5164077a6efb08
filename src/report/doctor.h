/* What a kernel and a user can give: guarantees by mechanism. */
#ifndef FH_REPORT_DOCTOR_H
#define FH_REPORT_DOCTOR_H

#include "plan/plan.h"

/* plan: of the default policy with nothing required. */
void doctor_text(const struct fh_plan *plan, struct text *ret);
void doctor_json(const struct fh_plan *plan, struct text *ret);

#endif
