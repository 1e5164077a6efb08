/* Runs a program and watches it, and what it starts, until all have ended. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "learn/learn_child.h"
#include "learn/learn_filter.h"
#include "learn/learn_notify.h"
#include "learn/learn_processes.h"
#include "learn/learn_variables.h"
#include "learn/learner.h"
#include "mech/seccomp.h"
#include "sys/listener_calls.h"

/*
 *   serving --- the program has ended ---> lingering --- LINGER_MS ---> killing
 *      |                                       |                           |
 *      +--- no child is left: all have ended --+---------------------------+--> ended
 *
 * Orphans come to us, because we are their subreaper. A box ends with its program,
 * so what is left of it then would be killed there, too. Killing begins with the
 * listener: without it every call that was watched fails, fork() among them, so that
 * nothing outruns us.
 */
#define LINGER_MS 1000 /* for what the program left behind */
#define TICK_MS 50     /* between two looks for orphans that have ended */
#define REAP_EVERY 64  /* notifications, between the same */

extern char **environ;

struct run {
	struct learning learning;
	struct learn_child child;
	struct fh_result result;
	int64_t deadline; /* when what is left is killed */
	bool has_started; /* the program, not only the child that becomes it */
	bool has_ended;
	bool is_alone; /* no child is left */
};

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void conclude(struct run *run, int status)
{
	struct fh_result *result = &run->result;

	run->has_ended = true;
	run->deadline = deadline_in(LINGER_MS);
	result->status = status;
	if (WIFSIGNALED(status)) {
		result->reason = FH_END_SIGNALLED;
		result->exit_code = FH_EXIT_SIGNAL_BASE + WTERMSIG(status);
	} else {
		result->reason = FH_END_EXITED;
		result->exit_code = WEXITSTATUS(status);
	}
}

/* @flags: WNOHANG, or 0 to wait for the end of all */
static void reap(struct run *run, int flags)
{
	struct fh_result *result = &run->result;

	while (!run->is_alone) {
		struct rusage usage;
		int status = 0;
		pid_t pid = wait4(-1, &status, flags | __WALL, &usage);
		uint64_t peak;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid <= 0) {
			run->is_alone = pid < 0;
			return;
		}
		peak = (uint64_t)usage.ru_maxrss * 1024;
		if (peak > result->memory_peak)
			result->memory_peak = peak;
		result->user_us += microseconds(&usage.ru_utime);
		result->system_us += microseconds(&usage.ru_stime);
		if (pid == run->child.pid)
			conclude(run, status);
	}
}

static void kill_all(struct run *run)
{
	close(run->child.listener_fd);
	run->child.listener_fd = -1;
	while (!run->is_alone) {
		learn_processes_kill();
		reap(run, WNOHANG);
		if (!run->is_alone)
			poll(NULL, 0, 1);
	}
}

static int poll_timeout(const struct run *run)
{
	int left;

	if (learn_variables_has_work(run->learning.variables))
		return 0;
	if (!run->has_ended)
		return -1;
	left = deadline_left(run->deadline);
	return left < TICK_MS ? left : TICK_MS;
}

/* Return: 0; 1: its first call was followed by another; a negative errno */
static int serve_once(struct run *run)
{
	struct pollfd watched[] = {
		{ .fd = run->learning.listener_fd, .events = POLLIN },
		{ .fd = run->has_ended ? -1 : run->child.pidfd,
		  .events = POLLIN },
	};
	int n = poll(watched, ARRAY_SIZE(watched), poll_timeout(run));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (watched[0].revents & POLLIN) {
		int r = learning_serve(&run->learning);

		if (run->learning.n_notifications % REAP_EVERY == 0)
			reap(run, WNOHANG);
		return r;
	}
	if (n > 0 || run->has_ended)
		reap(run, WNOHANG);
	if (n == 0 && learn_variables_has_work(run->learning.variables))
		return learn_variables_work(run->learning.variables,
					    run->learning.evidence);
	/* All are gone, or about to be: there is nothing to be told of. */
	if (watched[0].revents & POLLHUP && !run->is_alone)
		reap(run, 0);
	return 0;
}

static int serve(struct run *run)
{
	int r = 0;

	while (r >= 0 && !run->is_alone &&
	       !(run->has_ended && deadline_left(run->deadline) == 0))
		r = serve_once(run);
	kill_all(run);
	while (r >= 0 && learn_variables_has_work(run->learning.variables))
		r = learn_variables_work(run->learning.variables,
					 run->learning.evidence);
	return r;
}

static void tell_totals(struct run *run)
{
	const struct learning *learning = &run->learning;

	evidence_peaks(learning->evidence, learning->n_processes,
		       run->result.memory_peak, learning_file_size(learning));
	evidence_count(learning->evidence, learning->n_notifications,
		       learning->n_unread, 0);
}

static int explain_end(struct run *run, const char *path, int r,
		       struct fh_error *err)
{
	int failure = learn_child_failure(&run->child);

	if (failure < 0)
		return error_set(err, FH_STAGE_EXEC, failure, "execute %s",
				 path);
	if (r == -EPERM) {
		error_set(err, FH_STAGE_SUPERVISE, -EOPNOTSUPP,
			  "read the memory of the program: the kernel, or a filter around us, refuses");
		error_remedy(err, "import a log of strace instead");
		return -EOPNOTSUPP;
	}
	if (r < 0)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "watch the program");
	if (!run->has_ended)
		return error_set(err, FH_STAGE_SUPERVISE, -ECHILD,
				 "learn how the program ended: somebody else in this process has reaped it");
	return 0;
}

/* What its paths are told in terms of. */
static int tell_arguments(struct evidence *evidence, char *const argv[],
			  struct fh_error *err)
{
	char cwd[PATH_MAX];
	bool has_cwd = getcwd(cwd, sizeof(cwd)) && *cwd == '/';
	int r = evidence_arguments(evidence, argv, has_cwd ? cwd : NULL);

	return r < 0 ? error_set(err, FH_STAGE_PREPARE, r, "watch a program")
		     : 0;
}

static int run_program(struct run *run, const struct bpf_program *filter,
		       const char *path, char *const argv[],
		       struct fh_error *err)
{
	uint64_t started_us = clock_us();
	int r = learn_child_start(filter, path, argv, &run->child, err);

	if (r < 0)
		return r;
	run->learning.listener_fd = run->child.listener_fd;
	run->learning.program = run->child.pid;
	run->learning.n_processes = 1;
	listener_wake_synchronously(run->child.listener_fd);
	r = serve(run);
	run->result.wall_us = clock_us() - started_us;
	r = explain_end(run, path, r, err);
	if (r == 0)
		tell_totals(run);
	learn_child_done(&run->child);
	return r;
}

/* Return: 0, or why it cannot be executed; -ENOENT when it is nowhere */
static int check_candidate(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	return !S_ISREG(st.st_mode) || access(path, X_OK) < 0 ? -EACCES : 0;
}

static int find_program(const char *name, char ret[PATH_MAX],
			struct fh_error *err)
{
	const char *search = getenv("PATH");
	int r = -ENOENT;

	if (strchr(name, '/') || !*name) {
		r = strlen(name) < PATH_MAX ? check_candidate(name)
					    : -ENAMETOOLONG;
		if (r == 0)
			memcpy(ret, name, strlen(name) + 1);
		search = NULL;
	}
	while (r < 0 && search && *search) {
		int n = (int)strcspn(search, ":");
		int code = -ENOENT;

		/* An empty entry means the working directory: never. */
		if (n && snprintf(ret, PATH_MAX, "%.*s/%s", n, search, name) <
				 PATH_MAX && access(ret, F_OK) == 0)
			code = check_candidate(ret);
		if (code == 0 || code == -EACCES)
			r = code;
		search += n;
		search += *search == ':';
	}
	return r < 0 ? error_set(err, FH_STAGE_EXEC, r, "execute %s", name) : 0;
}

static int check_children(struct fh_error *err)
{
	siginfo_t info;

	if (waitid(P_ALL, 0, &info,
		   WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 &&
	    errno == ECHILD)
		return 0;
	return error_set(err, FH_STAGE_SUPERVISE, -EBUSY,
			 "watch a program: this process has other children");
}

int learn_run(struct evidence *evidence, char *const argv[],
	      struct fh_result *ret, struct fh_error *err)
{
	autofree struct run *run = calloc(1, sizeof(*run));
	struct bpf_program filter = { 0 };
	char path[PATH_MAX];
	int was_reaper = 0;
	int r = run ? learning_init(&run->learning, evidence, environ) : -ENOMEM;

	if (r < 0)
		return error_set(err, FH_STAGE_PREPARE, r, "watch a program");
	r = check_children(err);
	if (r == 0)
		r = find_program(argv[0], path, err);
	if (r == 0)
		r = learn_filter(&filter, err);
	if (r == 0)
		r = tell_arguments(evidence, argv, err);
	if (r == 0) {
		prctl(PR_GET_CHILD_SUBREAPER, &was_reaper);
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		r = run_program(run, &filter, path, argv, err);
		prctl(PR_SET_CHILD_SUBREAPER, was_reaper);
	}
	bpf_program_done(&filter);
	learning_done(&run->learning);
	if (r == 0 && ret)
		*ret = run->result;
	return r;
}
