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
		return whole_place_find(ret->path, &ret->place);
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

static int fail(const struct report *report, int code, struct fh_error *err)
{
	return error_set(err, FH_STAGE_SUPERVISE, code,
			 "write the report to %s: %s",
			 report->path ? report->path : "standard error",
			 strerror(-code));
}

static int distrust(int code, struct fh_error *err)
{
	error_remedy(err, "believe nothing at that path; let the report lie where the program may not write");
	return code;
}

/* The program could have moved the directory, put another in its place, and its
 * own account into that. */
static int look_back(const struct report *report, const struct stat *written,
		     struct fh_error *err)
{
	struct stat found;

	if (stat(report->path, &found) == 0 &&
	    found.st_dev == written->st_dev && found.st_ino == written->st_ino)
		return 0;
	error_set(err, FH_STAGE_SUPERVISE, -ESTALE,
		  "find the report at %s: its directory was moved during the run",
		  report->path);
	return distrust(-ESTALE, err);
}

/* We could write to it before the run: the program has taken that away, and its
 * own account would stay. */
static int write_again(const struct report *report, const char *text,
		       struct stat *ret)
{
	char path[40];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", report->place.dir_fd);
	if (fstat(report->place.dir_fd, &st) < 0 ||
	    chmod(path, (st.st_mode & 07777) | S_IWUSR | S_IXUSR) < 0)
		return -EACCES;
	r = whole_place_write(&report->place, text, 0600, false, ret);
	if (r < 0)
		unlinkat(report->place.dir_fd, report->place.name, 0);
	chmod(path, st.st_mode & 07777);
	return r;
}

/* What is there after all is another run's, or the program's own. */
static int write_file(const struct report *report, const char *text,
		      struct fh_error *err)
{
	struct stat written;
	int r = whole_place_write(&report->place, text, 0600, false, &written);

	if (r == -EACCES)
		r = write_again(report, text, &written);
	if (r == 0)
		return look_back(report, &written, err);
	unlinkat(report->place.dir_fd, report->place.name, 0);
	fail(report, r, err);
	return stat(report->path, &written) == 0 ? distrust(r, err) : r;
}

static int write_text(const struct report *report, const char *text,
		      struct fh_error *err)
{
	int r;

	if (report->path && report->fd < 0)
		return write_file(report, text, err);
	r = write_exactly(report->path ? report->fd : STDERR_FILENO, text,
			  strlen(text));
	return r < 0 ? fail(report, r, err) : 0;
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
	whole_place_done(&report->place);
	*report = (struct report)REPORT_NOT_OPEN;
}
