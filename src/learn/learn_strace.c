/* Reads a log of strace, line by line. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "learn/learner.h"
#include "learn/strace_calls.h"

#define STRACE_SIZE_MAX (1ull << 30)
#define STRACE_BUFFER 131072
#define STRACE_LINE_MAX 65536

struct strace_log *strace_log_new(struct evidence *evidence, const char *cwd)
{
	struct strace_log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	log->evidence = evidence;
	memcpy(log->cwd, cwd, strnlen(cwd, PATH_MAX - 1));
	return log;
}

void strace_log_free(struct strace_log *log)
{
	for (size_t i = 0; log && i < log->n_processes; i++) {
		free(log->processes[i].cwd);
		free(log->processes[i].pending);
	}
	free(log);
}

/* Who is not known yet was made by one whose clone has not ended in the log. */
static const char *inherited_directory(const struct strace_log *log)
{
	for (size_t i = log->n_processes; i-- > 0;) {
		const struct strace_process *process = &log->processes[i];

		if (process->pending &&
		    (strncmp(process->pending, "clone", 5) == 0 ||
		     strncmp(process->pending, "fork(", 5) == 0 ||
		     strncmp(process->pending, "vfork(", 6) == 0))
			return process->cwd;
	}
	return log->n_processes ? log->processes[0].cwd : log->cwd;
}

static void forget(struct strace_log *log, struct strace_process *process)
{
	log->n_pending -= process->pending != NULL;
	free(process->cwd);
	free(process->pending);
}

/* Where all places are taken the first goes: most likely it ended long ago. */
struct strace_process *strace_log_process(struct strace_log *log, pid_t pid)
{
	struct strace_process *process;
	const char *cwd;

	for (size_t i = log->n_processes; i-- > 0;)
		if (log->processes[i].pid == pid)
			return &log->processes[i];
	cwd = inherited_directory(log);
	if (log->n_processes == STRACE_PIDS_MAX) {
		char *kept = cwd ? strdup(cwd) : NULL;

		if (cwd && !kept)
			return NULL;
		forget(log, &log->processes[0]);
		memmove(&log->processes[0], &log->processes[1],
			--log->n_processes * sizeof(*log->processes));
		process = &log->processes[log->n_processes++];
		*process = (struct strace_process){ .pid = pid, .cwd = kept };
		return process;
	}
	process = &log->processes[log->n_processes];
	*process = (struct strace_process){ .pid = pid };
	process->cwd = cwd ? strdup(cwd) : NULL;
	if (cwd && !process->cwd)
		return NULL;
	log->n_processes++;
	return process;
}

static int keep_pending(struct strace_log *log, struct strace_process *process,
			const char *text)
{
	if (!process->pending && log->n_pending == STRACE_PENDING_MAX)
		return 1;
	log->n_pending += !process->pending;
	free(process->pending);
	process->pending = strdup(text);
	log->n_pending -= !process->pending;
	return process->pending ? 0 : -ENOMEM;
}

/* Both halves, put together. */
static int resume(struct strace_log *log, struct strace_process *process,
		  const struct strace_line *line)
{
	size_t n = strlen(line->name);
	autofree char *pending = process->pending;
	autofree char *whole = NULL;
	size_t len;

	if (!pending)
		return 1;
	process->pending = NULL;
	log->n_pending--;
	if (strncmp(pending, line->name, n) != 0 || pending[n] != '(')
		return 1;
	len = strlen(pending);
	whole = malloc(len + strlen(line->text) + 1);
	if (!whole)
		return -ENOMEM;
	memcpy(whole, pending, len);
	memcpy(whole + len, line->text, strlen(line->text) + 1);
	return strace_call_take(log, process, line->name, whole);
}

static int take_line(struct strace_log *log, const struct strace_line *line)
{
	struct strace_process *process;

	if (line->kind == STRACE_NOISE || line->kind == STRACE_UNKNOWN)
		return line->kind == STRACE_UNKNOWN;
	process = strace_log_process(log, line->pid);
	if (!process)
		return -ENOMEM;
	if (line->kind == STRACE_UNFINISHED)
		return keep_pending(log, process, line->text);
	if (line->kind == STRACE_RESUMED)
		return resume(log, process, line);
	return strace_call_take(log, process, line->name, line->text);
}

int strace_log_line(struct strace_log *log, char *line)
{
	struct strace_line parsed;
	int r;

	strace_line_parse(line, &parsed);
	r = take_line(log, &parsed);
	log->n_skipped += r > 0;
	return r < 0 ? r : 0;
}

/* --- the file ------------------------------------------------------------------- */

struct reader {
	struct strace_log *log;
	char *buffer;
	size_t n;	/* bytes in it */
	bool is_cut;	/* the line that comes is what is left of one too long */
	uint64_t total;
};

/* Takes all whole lines; at the end of the file the last one as well. */
static int take_lines(struct reader *reader, bool is_end)
{
	char *line = reader->buffer, *end;
	size_t left = reader->n;
	int r = 0;

	while (r == 0 && left && (end = memchr(line, '\n', left))) {
		size_t len = (size_t)(end - line);

		*end = '\0';
		if (reader->is_cut || len > STRACE_LINE_MAX || memchr(line, 0, len))
			reader->log->n_skipped++;
		else
			r = strace_log_line(reader->log, line);
		reader->is_cut = false;
		left -= len + 1;
		line = end + 1;
	}
	if (r == 0 && is_end && left) {
		line[left] = '\0';
		r = strace_log_line(reader->log, line);
		left = 0;
	}
	if (left > STRACE_LINE_MAX) {
		reader->is_cut = true;
		left = 0;
	}
	memmove(reader->buffer, line, left);
	reader->n = left;
	return r;
}

static int read_all(struct reader *reader, int fd)
{
	for (;;) {
		ssize_t n = read(fd, reader->buffer + reader->n,
				 STRACE_BUFFER - reader->n);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		reader->n += (size_t)n;
		reader->total += (uint64_t)n;
		if (reader->total > STRACE_SIZE_MAX)
			return -EFBIG;
		r = take_lines(reader, n == 0);
		if (r < 0 || n == 0)
			return r;
	}
}

static int read_log(struct evidence *evidence, int fd)
{
	autofree char *buffer = malloc(STRACE_BUFFER + 1);
	autofree char *cwd = getcwd(NULL, 0);
	bool has_failed = !cwd && errno == ENOMEM;
	struct reader reader = {
		.buffer = buffer,
		.log = strace_log_new(evidence, cwd ? cwd : "/"),
	};
	int r = buffer && reader.log && !has_failed ? read_all(&reader, fd) : -ENOMEM;

	if (r == 0 && !reader.log->n_calls)
		r = -EINVAL;
	if (r == 0)
		evidence_count(evidence, 0, 0, reader.log->n_skipped);
	strace_log_free(reader.log);
	return r;
}

int learn_read_strace(struct evidence *evidence, const char *path,
		      struct fh_error *err)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int r = fd < 0 || fstat(fd, &st) < 0 ? -errno : 0;

	if (r == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size > STRACE_SIZE_MAX)
		r = -EFBIG;
	if (r == 0)
		r = read_log(evidence, fd);
	if (r == 0)
		return 0;
	error_set(err, FH_STAGE_PARSE, r, "read %s: %s", path,
		  r == -EINVAL ? "no line of it is one of strace's"
			       : strerror(-r));
	if (r == -EINVAL)
		error_remedy(err, "strace -f -y -o FILE writes one");
	return r;
}
