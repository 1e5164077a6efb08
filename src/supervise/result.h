/* How a run ended, and what it cost. */
#ifndef FH_SUPERVISE_RESULT_H
#define FH_SUPERVISE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum end_reason {
	END_NOT_STARTED, /* .error tells why */
	END_EXITED,
	END_SIGNALLED,
	END_TIMEOUT,
	END_LIMIT, /* a ceiling of the policy: cpu-time or file-size */
	END_REFUSED_SYSCALL, /* killed by the filter: SIGSYS */
	END_INIT_KILLED,     /* somebody outside killed the box's init */
	N_END_REASONS,
};

struct end_reason_info {
	const char *name;    /* in JSON */
	const char *meaning; /* in text */
};
extern const struct end_reason_info end_reasons[N_END_REASONS];

struct fh_result {
	enum end_reason reason;
	int exit_code; /* what fumehood exits with */
	int status;    /* the program's, as from wait(2); -1 without one */
	uint32_t lost; /* MECHANISM bits that the kernel refused */
	uint64_t wall_us;
	uint64_t user_us; /* of the box's processes together */
	uint64_t system_us;
	uint64_t memory_peak; /* bytes, of the largest single process */
	struct fh_error error; /* only END_NOT_STARTED */
};

#endif
