/* The words for how a run ended. */
#ifndef FH_SUPERVISE_RESULT_H
#define FH_SUPERVISE_RESULT_H

#include <fumehood/result.h>

#define N_ENDS (FH_END_OUTPUT + 1)

struct end_info {
	const char *name;    /* in JSON */
	const char *meaning; /* in text */
};
extern const struct end_info ends[N_ENDS];

#endif
