/* Writes the lines of --status-fd, without ever waiting. */
#include "status_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/text.h"
#include "status_events.h"

/* What a pipe takes whole or not at all. */
#define LINE_MAX_BYTES 4096

/* A pipe is opened once more for ourselves: to write without waiting is a property
 * of what is open, which others have as well. A copy is the next best. */
static int take(int given, bool is_pipe)
{
	char path[40];
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", given);
	if (is_pipe)
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = fcntl(given, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return fd < 0 ? -errno : fd_raise(fd);
}

static int refuse(int code, int number, const char *why, struct fh_error *err)
{
	error_set(err, FH_STAGE_PREPARE, code, "--status-fd %d: %s", number,
		  why);
	error_remedy(err, "open it for writing, and keep it from the program: fumehood run --status-fd %d ... %d>FILE",
		     number, number);
	return code;
}

static bool is_kept(const char *keep_fds, int number)
{
	for (const char *at = keep_fds; *at;) {
		if (strtol(at, NULL, 10) == number)
			return true;
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	return false;
}

static int open_number(int number, const char *keep_fds, struct status *ret,
		       struct fh_error *err)
{
	int flags = fcntl(number, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(number, &st) < 0)
		return refuse(-errno, number, "not open", err);
	if ((flags & O_ACCMODE) == O_RDONLY || flags & O_PATH)
		return refuse(-EBADF, number, "not open for writing", err);
	if (is_kept(keep_fds, number))
		return refuse(-EINVAL, number,
			      "--keep-fd gives it to the program, too", err);
	ret->is_socket = S_ISSOCK(st.st_mode);
	ret->fd = take(number, S_ISFIFO(st.st_mode));
	if (ret->fd < 0)
		return refuse(ret->fd, number, strerror(-ret->fd), err);
	close(number); /* who reads it sees the end when we have ended */
	return 0;
}

int status_open(const struct fh_policy *policy, struct status *ret,
		struct fh_error *err)
{
	autofree char *number = NULL, *keep_fds = NULL;
	int r;

	*ret = (struct status)STATUS_NOBODY;
	r = fh_policy_get(policy, "status-fd", &number, err);
	if (r == 0)
		r = fh_policy_get(policy, "keep-fd", &keep_fds, err);
	if (r < 0 || !*number)
		return r;
	return open_number((int)strtol(number, NULL, 10), keep_fds, ret, err);
}

void status_done(struct status *status)
{
	cleanup_close(&status->fd);
	status->fd = -1;
}

/* Of SIGPIPE main() has seen to it that it is ignored. */
static void write_line(struct status *status, const struct text *line)
{
	struct pollfd room = { .fd = status->fd, .events = POLLOUT };
	ssize_t n;

	if (line->code || line->len > LINE_MAX_BYTES)
		return;
	if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return;
	n = status->is_socket
		    ? send(status->fd, line->data, line->len,
			   MSG_DONTWAIT | MSG_NOSIGNAL)
		    : write(status->fd, line->data, line->len);
	if (n >= 0 && (size_t)n < line->len)
		status_done(status);
}

/* @rest: further members, each with its comma in front */
static void tell(struct status *status, enum status_event event,
		 const struct text *rest)
{
	autotext line = { 0 };

	if (status->fd < 0)
		return;
	text_add(&line, "{\"event\": \"%s\"%s}\n", status_events[event].name,
		 rest ? text_string(rest) : "");
	if (rest)
		text_inherit(&line, rest);
	write_line(status, &line);
}

void status_started(struct status *status, const struct fh_box *box)
{
	autotext rest = { 0 };

	if (status->fd < 0)
		return;
	text_add(&rest, ", \"pid\": %d, \"id\": %d", getpid(), fh_box_pid(box));
	tell(status, STATUS_STARTED, &rest);
}

void status_event(struct status *status, int event)
{
	if (event == FH_EVENT_STOPPED)
		tell(status, STATUS_STOPPED, NULL);
	else if (event == FH_EVENT_CONTINUED)
		tell(status, STATUS_CONTINUED, NULL);
}

void status_ended(struct status *status, const struct fh_result *result)
{
	autotext rest = { 0 };
	int how = result->status;

	if (result->reason == FH_END_NOT_STARTED) {
		status_failed(status, &result->error, result->exit_code);
		return;
	}
	text_add(&rest, ", \"reason\": \"%s\", \"exit_code\": %d",
		 fh_end_name(result->reason), result->exit_code);
	if (how >= 0 && WIFSIGNALED(how))
		text_add(&rest, ", \"signal\": %d", WTERMSIG(how));
	else if (how >= 0)
		text_add(&rest, ", \"status\": %d", WEXITSTATUS(how));
	tell(status, STATUS_ENDED, &rest);
}

static void add_failure(const struct fh_error *why, const char *remedy,
			int exit_code, struct text *ret)
{
	text_add(ret, ", \"what\": ");
	text_add_json(ret, why->what);
	text_add(ret, ", \"reason\": ");
	text_add_json(ret, why->code ? strerror(-why->code) : "");
	text_add(ret, ", \"remedy\": ");
	text_add_json(ret, remedy);
	text_add(ret, ", \"exit_code\": %d", exit_code);
}

/* A long name has more to be escaped than a line takes: what is to be done gives
 * way. */
void status_failed(struct status *status, const struct fh_error *why,
		   int exit_code)
{
	const size_t most = LINE_MAX_BYTES - 64;
	autotext rest = { 0 }, shorter = { 0 };

	add_failure(why, why->remedy, exit_code, &rest);
	add_failure(why, "", exit_code, &shorter);
	tell(status, STATUS_FAILED, rest.len < most ? &rest : &shorter);
}
