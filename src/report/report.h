/* The account of a run, as text or JSON. */
#ifndef FH_REPORT_REPORT_H
#define FH_REPORT_REPORT_H

#include "plan/plan.h"
#include "supervise/result.h"

/**
 * report_write() - write the report that the policy asked for
 * @argv: the program and its arguments
 *
 * To stderr, or whole or not at all to the policy's file: written beside it
 * and renamed over it. Return: 0 or a negative errno, after a message
 */
int report_write(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv);

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 struct text *ret);
void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, struct text *ret);

#endif
