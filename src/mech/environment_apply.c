/* What a program inherits: descriptors, keys, signals, umask, directory. */
#include "mech/environment_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/process.h"

int keyring_apply(struct box *box, struct child_failure *failure)
{
	int r = process_join_session_keyring();

	/* A kernel without keyrings has none to leave behind. */
	if (r == -ENOSYS || r == -EOPNOTSUPP)
		return 0;
	if (r == -EPERM && box->may_lack_keyring)
		return 0;
	if (r < 0)
		return child_fail(failure, r, "join", "a new session keyring");
	return 0;
}

typedef int (*range_action)(unsigned int first, unsigned int last);

static int each_range_but(unsigned int first, const int *keep, size_t n_keep,
			  range_action act)
{
	for (size_t i = 0; i <= n_keep; i++) {
		unsigned int end = i < n_keep ? (unsigned int)keep[i] : ~0u;
		int r = first < end ? act(first, end - 1) : 0;

		if (r < 0)
			return r;
		first = end + 1;
	}
	return 0;
}

int descriptors_close_but(unsigned int first, const int *keep, size_t n_keep)
{
	return each_range_but(first, keep, n_keep, process_close_range);
}

size_t descriptors_insert(int *list, size_t n, int fd)
{
	size_t at = n;

	while (at > 0 && list[at - 1] > fd) {
		list[at] = list[at - 1];
		at--;
	}
	list[at] = fd;
	return n + 1;
}

#define OURS_MAX 5

/* Closes, or marks, all but 0-2, what the policy keeps, and the pipes in also. */
static int all_but(struct box *box, const int *also, size_t n_also,
		   range_action act, struct child_failure *failure)
{
	int keep[BOX_KEEP_FDS_MAX + OURS_MAX];
	size_t n = 0;
	int r;

	for (size_t i = 0; i < box->n_keep_fds; i++)
		if (box->keep_fds[i] > 2)
			n = descriptors_insert(keep, n, box->keep_fds[i]);
	for (size_t i = 0; i < n_also; i++)
		n = descriptors_insert(keep, n, also[i]);
	r = each_range_but(3, keep, n, act);
	return r < 0 ? child_fail(failure, r, "close",
				  "the other descriptors")
		     : 0;
}

/* Whatever has the program's streams comes above them first: one may stand on
 * another's number. */
int streams_apply(struct box *box, struct child_failure *failure)
{
	int copies[3];

	for (int i = 0; i < 3; i++) {
		copies[i] = box->streams[i];
		if (copies[i] == i)
			continue;
		copies[i] = fcntl(copies[i], F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0)
			return child_fail(failure, -errno, "take over",
					  "a standard stream");
	}
	for (int i = 0; i < 3; i++)
		if ((copies[i] == i ? fcntl(i, F_SETFD, 0)
				    : dup2(copies[i], i)) < 0)
			return child_fail(failure, -errno, "take over",
					  "a standard stream");
	return 0;
}

/* Before the fork, so that a thousand sources are not copied, only to be
 * closed twice. */
int close_sources_apply(struct box *box, struct child_failure *failure)
{
	const int all[] = { box->go_fd, box->report_fd, box->parent_fd,
			    box->cpu_stat_fd, box->terminal_fd };
	int ours[OURS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < OURS_MAX; i++)
		if (all[i] >= 0)
			ours[n++] = all[i];
	return all_but(box, ours, n, process_close_range, failure);
}

/* A program with threads opens all it has close-on-exec; what it asks to be
 * kept is kept all the same. */
int descriptors_apply(struct box *box, struct child_failure *failure)
{
	for (size_t i = 0; i < box->n_keep_fds; i++)
		if (fcntl(box->keep_fds[i], F_SETFD, 0) < 0)
			return child_fail(failure, -errno, "keep",
					  "a descriptor");
	/* Shared with init, which needs its own: execve closes them here alone. */
	if (box->counts_refusals)
		return all_but(box, NULL, 0, process_mark_range, failure);
	return all_but(box, &box->report_fd, 1, process_close_range, failure);
}

int signals_apply(struct box *box, struct child_failure *failure)
{
	uint64_t none = 0;
	int r = 0;

	(void)box;
	for (int sig = 1; sig <= PROCESS_SIGNALS && r == 0; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			r = process_default_signal(sig);
	if (r < 0)
		return child_fail(failure, r, "reset", "a signal's action");
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL,
		    sizeof(none)) < 0)
		return child_fail(failure, -errno, "reset", "the signal mask");
	umask(022);
	return 0;
}

int cwd_apply(struct box *box, struct child_failure *failure)
{
	if (chdir(box->cwd) < 0)
		return child_fail(failure, -errno, "start in", box->cwd);
	return 0;
}

int write_exec_apply(struct box *box, struct child_failure *failure)
{
	(void)box;
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "forbid",
				  "memory both writable and executable");
	return 0;
}
