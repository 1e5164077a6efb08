/* What the calls in a log of strace mean. */
#ifndef FH_LEARN_STRACE_CALLS_H
#define FH_LEARN_STRACE_CALLS_H

#include "learn/evidence.h"
#include "learn/strace_line.h"

#define STRACE_PIDS_MAX 1024
#define STRACE_PENDING_MAX 256

/* A process of the log. */
struct strace_process {
	pid_t pid;
	char *cwd;     /* NULL: not known any more */
	char *pending; /* a call whose end comes later, from its name on */
};

struct strace_log {
	struct evidence *evidence;
	char cwd[PATH_MAX]; /* where relative names of the first process begin */
	struct strace_process processes[STRACE_PIDS_MAX];
	size_t n_processes;
	size_t n_pending;
	bool has_arguments; /* the first execve was seen */
	uint64_t n_calls;
	uint64_t n_skipped; /* lines that were not understood */
};

/* @cwd: absolute. NULL when out of memory */
struct strace_log *strace_log_new(struct evidence *evidence, const char *cwd);
void strace_log_free(struct strace_log *log);

/* One line without its end; changed. Return: 0, also when it is not understood
 * (counted); -ENOMEM */
int strace_log_line(struct strace_log *log, char *line);

/* A whole call of a process. Return: 1 when it was not understood; 0; -ENOMEM */
int strace_call_take(struct strace_log *log, struct strace_process *process,
		     const char *name, const char *text);

struct strace_process *strace_log_process(struct strace_log *log, pid_t pid);

#endif
