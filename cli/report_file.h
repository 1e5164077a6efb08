/* Where the account of a run goes, as --report says. */
#ifndef FH_CLI_REPORT_FILE_H
#define FH_CLI_REPORT_FILE_H

#include <fumehood/refusal.h>
#include <stdbool.h>

#include "whole_file.h"

struct report {
	bool is_wanted;
	enum fh_format format;
	char *path; /* NULL: standard error */
	int fd;	    /* of what is no regular file; else -1 */
	struct whole_place place; /* of what is one, or will be */
};

/* None, nowhere: what report_done() takes without report_open(). */
#define REPORT_NOT_OPEN { .fd = -1, .place = WHOLE_NOWHERE }

/**
 * report_open() - see before the run that the report can be written after it
 * @ret: closed with report_done(), also when this fails
 *
 * Return: 0 or a negative errno
 */
int report_open(const struct fh_policy *policy, struct report *ret,
		struct fh_error *err);

/**
 * report_write() - write the report that the policy asked for, if any
 * @argv: the program and its arguments
 *
 * To stderr, or whole or not at all to the file: written beside it and renamed
 * over it, in the directory that lay there before the box was started, which the
 * program may have been granted. Where it cannot be written, what has its name is
 * removed: it is not ours. -ESTALE when it was written, but its path leads elsewhere
 * by now.
 * Return: 0 or a negative errno
 */
int report_write(const struct report *report, const struct fh_box *box,
		 char *const *argv, struct fh_error *err);

/* The same of a box that never started: result and plan made by hand. */
int report_write_failure(const struct report *report,
			 const struct fh_plan *plan,
			 const struct fh_result *result, char *const *argv,
			 struct fh_error *err);

void report_done(struct report *report);

#endif
