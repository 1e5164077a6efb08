/* Fills in the public struct fh_error. */
#ifndef FH_BASE_ERROR_H
#define FH_BASE_ERROR_H

#include <fumehood/error.h>

/**
 * error_set() - record a failure
 * @err:   filled in; may be NULL
 * @stage: where it was understood
 * @code:  negative errno
 * @fmt:   what was attempted, on what; control characters in the result are
 *         escaped, so names from outside may be passed as they are
 *
 * Return: @code, so that callers can `return error_set(...)`
 */
int error_set(struct fh_error *err, enum fh_stage stage, int code,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Adds what the user can do about it; NULL err is fine. */
void error_remedy(struct fh_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Names the option or line that asked for what failed; NULL err is fine. */
void error_origin(struct fh_error *err, const char *origin);

/* What only a mistake of ours could break. It ends the program on the spot, for a
 * filter that is wrong must not be loaded; and without a word, for the library
 * prints nothing: assert() would. */
#define invariant(condition) ((condition) ? (void)0 : __builtin_trap())

#endif
