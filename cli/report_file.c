/* Writes the account of a run to standard error or to a file. */
#include "report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/io.h"
#include "whole_file.h"

/* "json=FILE": what, and where to. */
static int parse(const char *value, struct report *ret)
{
	const char *equals = strchr(value, '=');

	ret->is_wanted = strncmp(value, "none", 4) != 0;
	ret->format = strncmp(value, "json", 4) == 0 ? FH_JSON : FH_TEXT;
	if (!equals)
		return 0;
	ret->path = strdup(equals + 1);
	return ret->path ? 0 : -ENOMEM;
}

static int open_path(struct report *ret)
{
	struct stat st;

	/* A pipe, a terminal or a device cannot be replaced, and must not. */
	if (stat(ret->path, &st) < 0 || S_ISREG(st.st_mode))
		return whole_file_check(ret->path);
	/* Not to wait for a reader, neither now nor at the end. */
	ret->fd = open(ret->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return ret->fd < 0 ? -errno : 0;
}

int report_open(const struct fh_policy *policy, struct report *ret,
		struct fh_error *err)
{
	char *value = NULL;
	int r;

	*ret = (struct report)REPORT_NOT_OPEN;
	r = fh_policy_get(policy, "report", &value, err);
	if (r < 0)
		return r;
	r = parse(value, ret);
	free(value);
	if (r == 0 && ret->path)
		r = open_path(ret);
	return r < 0 ? error_set(err, FH_STAGE_PREPARE, r,
			       "write the report to %s: %s",
			       ret->path ? ret->path : "a file", strerror(-r))
		     : 0;
}

static int write_text(const struct report *report, const char *text,
		      struct fh_error *err)
{
	int r;

	if (report->path && report->fd < 0)
		r = whole_file_write(report->path, text, 0600,
				     false);
	else
		r = write_exactly(report->path ? report->fd : STDERR_FILENO,
				  text, strlen(text));
	return r < 0 ? error_set(err, FH_STAGE_SUPERVISE, r,
			       "write the report to %s: %s",
			       report->path ? report->path : "standard error",
			       strerror(-r))
		     : 0;
}

int report_write(const struct report *report, const struct fh_box *box,
		 char *const *argv, struct fh_error *err)
{
	autofree char *text = NULL;
	int r;

	if (!report->is_wanted)
		return 0;
	r = fh_box_print(box, argv, report->format, &text, err);
	return r < 0 ? r : write_text(report, text, err);
}

int report_write_failure(const struct report *report,
			 const struct fh_plan *plan,
			 const struct fh_result *result, char *const *argv,
			 struct fh_error *err)
{
	autofree char *text = NULL;
	int r;

	if (!report->is_wanted)
		return 0;
	r = fh_result_print(result, plan, argv, report->format, &text, err);
	return r < 0 ? r : write_text(report, text, err);
}

void report_done(struct report *report)
{
	free(report->path);
	cleanup_close(&report->fd);
	*report = (struct report)REPORT_NOT_OPEN;
}
