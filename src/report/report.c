/* Tells how a run ended, what it cost and what held it. */
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

static void add_status(const struct fh_result *result, struct text *ret)
{
	int status = result->status;

	if (status < 0)
		return;
	if (WIFSIGNALED(status))
		text_add(ret, "Main process: killed by signal %d%s\n",
			 WTERMSIG(status),
			 WCOREDUMP(status) ? ", core dumped" : "");
	else
		text_add(ret, "Main process: exited, status=%d\n",
			 WEXITSTATUS(status));
}

void report_text(const struct fh_plan *plan, const struct fh_result *result,
		 struct text *ret)
{
	text_add(ret, "Result: %s, exit code %d\n",
		 ends[result->reason].meaning, result->exit_code);
	add_status(result, ret);
	text_add(ret, "Run time: %llu.%03llu ms\n",
		 (unsigned long long)result->wall_us / 1000,
		 (unsigned long long)result->wall_us % 1000);
	text_add(ret, "CPU time: %llu.%03llu ms user, %llu.%03llu ms system\n",
		 (unsigned long long)result->user_us / 1000,
		 (unsigned long long)result->user_us % 1000,
		 (unsigned long long)result->system_us / 1000,
		 (unsigned long long)result->system_us % 1000);
	text_add(ret, "Memory peak: %llu KiB in the largest process\n",
		 (unsigned long long)result->memory_peak / 1024);
	if (result->reason == FH_END_REFUSED_SYSCALL)
		text_add(ret, "Refused: a system call outside the policy (SIGSYS)\n");
	plan_print_guarantees(plan, ret);
}

static void add_error(const struct fh_error *err, struct text *ret)
{
	text_add(ret, "  \"error\": {\"what\": ");
	text_add_json(ret, err->what);
	text_add(ret, ", \"reason\": ");
	text_add_json(ret, err->code ? strerror(-err->code) : "");
	text_add(ret, ", \"remedy\": ");
	text_add_json(ret, err->remedy);
	text_add(ret, "},\n");
}

void report_json(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, struct text *ret)
{
	text_add(ret, "{\n  \"schema\": \"fumehood-report-1\",\n");
	text_add(ret, "  \"program\": [");
	for (size_t i = 0; argv[i]; i++) {
		text_add(ret, "%s", i ? ", " : "");
		text_add_json(ret, argv[i]);
	}
	text_add(ret, "],\n  \"result\": \"%s\",\n",
		 ends[result->reason].name);
	text_add(ret, "  \"exit_code\": %d,\n", result->exit_code);
	if (result->status >= 0 && WIFSIGNALED(result->status))
		text_add(ret, "  \"signal\": %d,\n", WTERMSIG(result->status));
	else if (result->status >= 0)
		text_add(ret, "  \"status\": %d,\n",
			 WEXITSTATUS(result->status));
	if (result->reason == FH_END_NOT_STARTED)
		add_error(&result->error, ret);
	text_add(ret, "  \"wall_us\": %llu,\n  \"user_us\": %llu,\n"
		 "  \"system_us\": %llu,\n  \"memory_peak_bytes\": %llu,\n",
		 (unsigned long long)result->wall_us,
		 (unsigned long long)result->user_us,
		 (unsigned long long)result->system_us,
		 (unsigned long long)result->memory_peak);
	text_add(ret, "  \"guarantees\": ");
	plan_print_guarantees_json(plan, ret);
	text_add(ret, "\n}\n");
}

/* The temporary name stands in the same directory, so that the rename is
 * atomic; O_EXCL and NOFOLLOW keep a planted link from being written to. */
static int write_file(const char *path, const struct text *text)
{
	char temporary[4096];
	int r = snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path,
			 getpid()) >= (int)sizeof(temporary)
			? -ENAMETOOLONG : 0;

	autoclose int fd = r < 0 ? -1
		: open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
					  O_CLOEXEC, 0600);
	if (r == 0 && fd < 0)
		r = -errno;
	if (r < 0)
		return r;
	r = write_exactly(fd, text->data, text->len);
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}

static int check_directory(const char *path)
{
	char directory[4096];
	char *slash;

	if (snprintf(directory, sizeof(directory), "%s", path) >=
	    (int)sizeof(directory))
		return -ENAMETOOLONG;
	slash = strrchr(directory, '/');
	if (!slash)
		memcpy(directory, ".", 2);
	else
		slash[slash == directory] = '\0';
	return faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) < 0
		       ? -errno : 0;
}

int report_open(const struct fh_policy *policy, int *ret_fd,
		struct fh_error *err)
{
	const char *path = policy->report_path;
	struct stat st;
	int r = 0;

	*ret_fd = -1;
	if (!path)
		return 0;
	/* A pipe, a terminal or a device cannot be replaced, and must not. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		/* Not to wait for a reader, neither now nor at the end. */
		*ret_fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY |
					     O_NONBLOCK);
		r = *ret_fd < 0 ? -errno : 0;
	} else {
		r = check_directory(path);
	}
	return r < 0 ? error_set(err, FH_STAGE_PREPARE, r,
			       "write the report to %s: %s", path,
			       strerror(-r))
		     : 0;
}

int report_write(const struct fh_plan *plan, const struct fh_result *result,
		 char *const *argv, int fd, struct fh_error *err)
{
	const char *path = plan->policy->report_path;
	autotext text = { 0 };
	int r;

	if (plan->policy->report == REPORT_JSON)
		report_json(plan, result, argv, &text);
	else
		report_text(plan, result, &text);
	r = text.code;
	if (r == 0 && path && fd < 0)
		r = write_file(path, &text);
	else if (r == 0)
		r = write_exactly(path ? fd : STDERR_FILENO, text.data,
				  text.len);
	return r < 0 ? error_set(err, FH_STAGE_SUPERVISE, r,
			       "write the report to %s: %s",
			       path ? path : "standard error", strerror(-r))
		     : 0;
}
