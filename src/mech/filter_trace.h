/* Marks what a tracer shall see of a filter's calls. */
#ifndef FH_MECH_FILTER_TRACE_H
#define FH_MECH_FILTER_TRACE_H

#include "mech/filter.h"

/* Observed calls that are allowed stop at a tracer; without one the kernel
 * answers them ENOSYS. Verdicts that refuse stay. */
void filter_trace(struct filter *filter);

#endif
