/* One failure: what was attempted, on what, why, and what to do about it. */
#ifndef FUMEHOOD_ERROR_H
#define FUMEHOOD_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum fh_stage - where a failure was understood, in the order of the work */
enum fh_stage {
	FH_STAGE_NONE,	    /* nothing failed */
	FH_STAGE_PARSE,	    /* a name or a value that was given */
	FH_STAGE_PROBE,	    /* asking the kernel what it can do */
	FH_STAGE_PLAN,	    /* deciding: what was asked cannot be had */
	FH_STAGE_PREPARE,   /* opening what the policy names */
	FH_STAGE_APPLY,	    /* building the fences, see .step */
	FH_STAGE_EXEC,	    /* executing the program */
	FH_STAGE_SUPERVISE, /* starting, signalling or awaiting a box */
};

#define FH_ERROR_WHAT_MAX 1536	/* bytes, the terminating NUL included */
#define FH_ERROR_REMEDY_MAX 512
#define FH_ERROR_ORIGIN_MAX 96

/**
 * struct fh_error - one failure, of fixed size and without pointers
 *
 * Every call that takes a `struct fh_error *err` accepts NULL, fills it in
 * when it fails, and leaves it untouched when it succeeds. Control characters
 * and bytes that are not UTF-8 are escaped in all texts.
 */
struct fh_error {
	int32_t code;	/* negative errno, the same that the call returned */
	uint32_t stage; /* enum fh_stage */
	uint32_t step;	/* which step of the set-up, in FH_STAGE_APPLY */
	char what[FH_ERROR_WHAT_MAX];	  /* "open /x" */
	char remedy[FH_ERROR_REMEDY_MAX]; /* what to do; may be "" */
	char origin[FH_ERROR_ORIGIN_MAX]; /* the setting that asked; may be "" */
};

/**
 * fh_error_print() - one line for people: what, why and the remedy
 * @err:  an error that a call of this library filled in; not NULL
 * @ret:  filled with a NUL-terminated line without a line feed, shortened
 *        with "..." where it does not fit; may be NULL when @size is 0
 * @size: bytes at @ret; FH_ERROR_LINE_MAX holds every line
 *
 * Return: 0, or -EINVAL for NULL
 */
#define FH_ERROR_LINE_MAX 2560
int fh_error_print(const struct fh_error *err, char *ret, size_t size);

#ifdef __cplusplus
}
#endif

#endif
