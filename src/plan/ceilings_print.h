/* The ceilings of a run: their values, who holds each, which were reached. */
#ifndef FH_PLAN_CEILINGS_PRINT_H
#define FH_PLAN_CEILINGS_PRINT_H

#include "plan/plan.h"

/* One line, or none. @hits: of struct fh_result */
void ceilings_print_reached(uint64_t hits, struct text *ret);
/* One a line, of those that were asked for. */
void ceilings_print(const struct fh_plan *plan, struct text *ret);
/* The same as one JSON array. */
void ceilings_print_json(const struct fh_plan *plan, uint64_t hits,
			 struct text *ret);

#endif
