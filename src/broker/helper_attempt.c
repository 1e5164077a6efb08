/* A process for each request: started, awaited, ended with all it left. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "broker/helper_work.h"
#include "sys/process.h"

#define ANSWER_FD 3 /* in the attempt; the only one but for /dev/null */
#define SWEEPS_MAX 64

static const struct {
	enum helper_end end;
	int status;
} ends[] = {
	{ HELPER_YES, 0 },
	{ HELPER_NO, -EACCES },
	{ HELPER_NONE, -ENODATA },
	{ HELPER_LATER, -EAGAIN },
};

void helper_wipe(const void *secret, size_t size)
{
	explicit_bzero((void *)(uintptr_t)secret, size);
}

/* The monitor's socket and the other attempts are none of a module's business.
 * close_range() is of Linux 5.9. */
static void close_from(unsigned int first)
{
	struct rlimit limit = { 0 };

	if (process_close_range(first, ~0u) == 0)
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned int fd = first; fd < limit.rlim_cur; fd++)
		close((int)fd);
}

/* A group of its own, so that it can be ended with what it starts; and no
 * blocked signal, which modules that wait for children rely on. */
static _Noreturn void be_attempt(const struct helper_work *work,
				 const void *means, pid_t helper,
				 const struct wire_request *request,
				 int answer_fd)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != helper)
		_exit(EXIT_FAILURE);
	setsid();
	if (answer_fd < 0)
		close(ANSWER_FD);
	else if (answer_fd != ANSWER_FD && dup2(answer_fd, ANSWER_FD) < 0)
		_exit(EXIT_FAILURE);
	close_from(ANSWER_FD + 1);
	process_restore_signals(0);
	_exit((int)work->attempt(means, request,
				 answer_fd < 0 ? -1 : ANSWER_FD));
}

int attempt_start(struct attempt_list *list, const struct helper_work *work,
		  const void *means, const struct wire_request *request,
		  uint64_t ends_ms)
{
	struct attempt *attempt = &list->all[list->n];
	const pid_t helper = getpid();
	int answer[2] = { -1, -1 };
	pid_t pid;
	int pidfd;

	if (work->answers == FH_BROKER_RESOLVE &&
	    pipe2(answer, O_CLOEXEC | O_NONBLOCK) < 0)
		return -EAGAIN;
	/* Not a raw clone: modules use all of a libc. */
	pid = fork();
	if (pid == 0)
		be_attempt(work, means, helper, request, answer[1]);
	cleanup_close(&answer[1]);
	pidfd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		cleanup_close(&answer[0]);
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		return -EAGAIN;
	}
	*attempt = (struct attempt){ .pid = pid, .pidfd = pidfd,
				     .answer_fd = answer[0],
				     .id = request->id, .ends_ms = ends_ms };
	list->n++;
	return 0;
}

static bool is_attempt(const struct attempt_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->all[i].pid == pid)
			return true;
	return false;
}

/* Ends those children that are no attempts. Return: how many there were */
static size_t sweep_once(const struct attempt_list *list)
{
	char text[4096], *end, *word = text;
	size_t n = 0;

	if (read_small_file(AT_FDCWD, "/proc/thread-self/children", text,
			    sizeof(text)) < 0)
		return 0;
	for (;; word = end) {
		pid_t pid = (pid_t)strtol(word, &end, 10);

		if (end == word || pid <= 0)
			return n;
		if (is_attempt(list, pid))
			continue;
		n++;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
	}
}

/*
 * What a module started in a session of its own, as pam_exec does, is no longer
 * in the attempt's group; but the helper is the one who inherits it. What was
 * its child then comes into view, hence more than once. Needs
 * CONFIG_PROC_CHILDREN; without it such processes are left.
 */
static void sweep(const struct attempt_list *list)
{
	for (int i = 0; i < SWEEPS_MAX && sweep_once(list); i++)
		;
}

static int status_of(const struct helper_work *work, int status)
{
	for (size_t i = 0; WIFEXITED(status) && i < ARRAY_SIZE(ends); i++)
		if (WEXITSTATUS(status) == (int)ends[i].end)
			return ends[i].status;
	return work->lost;
}

/* It was written at once, for it fits a pipe. */
static int take_answer(int fd, struct fh_address ret[FH_BROKER_ADDRESSES_MAX],
		       size_t *ret_n)
{
	const size_t room = sizeof(*ret) * FH_BROKER_ADDRESSES_MAX;
	ssize_t size = read(fd, ret, room);
	size_t n = size > 0 ? (size_t)size / sizeof(*ret) : 0;

	if (!n || (size_t)size % sizeof(*ret))
		return -EAGAIN;
	for (size_t i = 0; i < n; i++)
		if (ret[i].family != AF_INET && ret[i].family != AF_INET6)
			return -EAGAIN;
	*ret_n = n;
	return 0;
}

int attempt_end(struct attempt_list *list, size_t at,
		const struct helper_work *work, bool is_late,
		struct fh_address ret[FH_BROKER_ADDRESSES_MAX], size_t *ret_n)
{
	struct attempt attempt = list->all[at];
	int status = 0, r = 0;

	*ret_n = 0;
	/* Its number is its own until it was waited for. */
	process_signal(attempt.pidfd, SIGKILL);
	kill(-attempt.pid, SIGKILL);
	if (waitpid(attempt.pid, &status, 0) != attempt.pid)
		r = work->lost;
	list->all[at] = list->all[--list->n];
	if (!list->n)
		sweep(list); /* nobody's child is an attempt's now */
	if (r == 0)
		r = is_late ? -ETIMEDOUT : status_of(work, status);
	if (r == 0 && attempt.answer_fd >= 0)
		r = take_answer(attempt.answer_fd, ret, ret_n);
	cleanup_close(&attempt.answer_fd);
	cleanup_close(&attempt.pidfd);
	return r;
}

void attempts_drop(struct attempt_list *list)
{
	struct fh_address unused[FH_BROKER_ADDRESSES_MAX];
	size_t n;

	while (list->n)
		attempt_end(list, 0, &helper_authenticator, true, unused, &n);
	sweep(list);
}
