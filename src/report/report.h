/* The account of a run, as text or JSON. */
#ifndef FH_REPORT_REPORT_H
#define FH_REPORT_REPORT_H

#include "plan/plan.h"
#include "supervise/result.h"

/**
 * report_open() - see before the run that the report can be written after it
 * @ret_fd: where to write, for what is no regular file; else -1. The caller
 *          closes it
 *
 * Return: 0 or a negative errno
 */
int report_open(const struct fh_policy *policy, int *ret_fd,
		struct fh_error *err);

/**
 * report_write() - write the report that the policy asked for
 * @argv: the program and its arguments
 * @fd:   from report_open()
 *
 * To stderr, or whole or not at all to the policy's file: written beside it
 * and renamed over it. Return: 0 or a negative errno
 */
int report_write(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, int fd, struct fh_error *err);

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 struct text *ret);
void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, struct text *ret);

#endif
