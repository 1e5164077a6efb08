/* How a boxed program ended, and what it cost. */
#ifndef FUMEHOOD_RESULT_H
#define FUMEHOOD_RESULT_H

#include <fumehood/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fh_end {
	FH_END_NOT_STARTED, /* .error tells why */
	FH_END_EXITED,
	FH_END_SIGNALLED,
	FH_END_TIMEOUT,
	FH_END_LIMIT, /* a ceiling of the policy: cpu-time or file-size */
	FH_END_REFUSED_SYSCALL, /* killed by the filter: SIGSYS */
	FH_END_KILLED, /* fh_kill(SIGKILL), or somebody outside killed it */
	FH_END_MEMORY, /* its memory ceiling was reached, and the kernel ended it */
	FH_END_PIDS, /* it failed while it had all processes that it may have */
	FH_END_OUTPUT, /* it printed more than output-limit */
};

/** enum fh_exit - exit statuses that are not the program's own */
enum fh_exit {
	FH_EXIT_TIMED_OUT = 124,
	FH_EXIT_NOT_BOXED = 125, /* the program never started */
	FH_EXIT_NOT_EXECUTABLE = 126,
	FH_EXIT_NOT_FOUND = 127,
	FH_EXIT_SIGNAL_BASE = 128, /* + the signal that ended it */
};

/**
 * struct fh_result - filled by fh_wait(); plain data
 *
 * New fields take the place of reserved ones: the size stays.
 */
struct fh_result {
	int32_t reason;	   /* enum fh_end */
	int32_t exit_code; /* as a shell would tell it, or an enum fh_exit */
	int32_t status; /* the program's, as from wait(2); -1 when not known */
	uint32_t reserved0;
	uint64_t wall_us; /* microseconds from the call of fh_spawn() */
	uint64_t user_us; /* processor time of all that ran in the box */
	uint64_t system_us;
	uint64_t memory_peak; /* bytes, of the largest single process */
	/* Of the whole box, where its cgroup counts it; 0: not known. */
	uint64_t box_memory_peak;
	uint64_t processes_peak; /* and threads, at a time; 0: not known */
	uint64_t written; /* bytes written to disks; 0: none, or not known */
	uint64_t hits; /* bits of the enum fh_ceiling that were reached, as far
			* as the kernel counts it */
	uint64_t reserved[4];
	/* FH_END_NOT_STARTED, and FH_END_KILLED when nobody could tell */
	struct fh_error error;
};

/** fh_end_name() - "exited", as in JSON; NULL for another number */
const char *fh_end_name(int reason);

#ifdef __cplusplus
}
#endif

#endif
