/* One failure: what was attempted, on what, why, and what to do about it. */
#ifndef FH_BASE_ERROR_H
#define FH_BASE_ERROR_H

#include <stdint.h>

/* Where in the pipeline a failure was understood. */
enum fh_stage {
	FH_STAGE_NONE,
	FH_STAGE_PARSE,
	FH_STAGE_PROBE,
	FH_STAGE_PLAN,
	FH_STAGE_PREPARE,
	FH_STAGE_APPLY,
	FH_STAGE_EXEC,
	FH_STAGE_SUPERVISE,
};

#define FH_ERROR_WHAT_MAX 1536
#define FH_ERROR_REMEDY_MAX 512
#define FH_ERROR_ORIGIN_MAX 96

/*
 * Fixed size and free of pointers: it crosses a pipe from the child that sets
 * up the box to the launcher.
 */
struct fh_error {
	int32_t code;	/* negative errno; 0 when nothing failed */
	uint32_t stage; /* enum fh_stage */
	uint32_t step;	/* enum step_kind when stage is FH_STAGE_APPLY */
	char what[FH_ERROR_WHAT_MAX];	  /* "open /x", already escaped */
	char remedy[FH_ERROR_REMEDY_MAX]; /* what the user can do; may be "" */
	char origin[FH_ERROR_ORIGIN_MAX]; /* policy line that asked; may be "" */
};

/**
 * fh_fail() - record a failure
 * @err:   filled in; may be NULL
 * @stage: where it was understood
 * @code:  negative errno
 * @fmt:   what was attempted, on what; control characters in the result are
 *         escaped, so names from outside may be passed as they are
 *
 * Return: @code, so that callers can `return fh_fail(...)`
 */
int fh_fail(struct fh_error *err, enum fh_stage stage, int code,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Adds what the user can do about it; NULL err is fine. */
void fh_remedy(struct fh_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Names the option or line that asked for what failed; NULL err is fine. */
void fh_origin(struct fh_error *err, const char *origin);

#endif
