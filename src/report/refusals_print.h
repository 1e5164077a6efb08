/* What a box was refused, as lines or as members of a JSON object. */
#ifndef FH_REPORT_REFUSALS_PRINT_H
#define FH_REPORT_REFUSALS_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "explain/refusals.h"

/* For one account. */
struct report_refusals {
	const struct refusals *list;
	uint64_t lost;	 /* times that found no row anywhere */
	bool is_counted; /* system calls: by init, up to the end */
};

void refusals_print(const struct report_refusals *refusals, struct text *ret);
void refusals_print_json(const struct report_refusals *refusals,
			 struct text *ret);

#endif
