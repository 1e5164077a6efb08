/* Dies with the launcher, whatever moment that is. */
#include "mech/lifetime_apply.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "sys/process.h"

/*
 * The signal first of all; the launcher may have died before it was asked
 * for. In a new pid namespace getppid() is 0 and cannot tell, but then the
 * pipe of maps_apply() ends without a byte.
 */
int parent_death_apply(struct box *box, struct child_failure *failure)
{
	(void)box;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "ask to die with", "the launcher");
	return 0;
}

/* Only for a moment, and only in this copy: the files of its maps belong to us
 * no longer than that. */
static int become_mappable(struct box *box, struct child_failure *failure)
{
	struct box_message message = { .kind = BOX_MAPPABLE };

	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "open to its maps", "init");
	failure->action = "tell of";
	return write_exactly(box->report_fd, &message, sizeof(message));
}

/* The launcher has put us where we belong: from here on that is the root. */
static int cgroup_view(const struct box *box, struct child_failure *failure)
{
	if (!box->unshares_cgroup || unshare(CLONE_NEWCGROUP) == 0)
		return 0;
	return child_fail(failure, -errno, "hide", "the cgroups outside");
}

/* The byte, and with it the account that the box's processor time is counted by. */
static int receive_account(struct box *box, struct child_failure *failure)
{
	char go, room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec data = { .iov_base = &go, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *part;
	ssize_t n;

	do {
		n = recvmsg(box->go_fd, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : -ENODATA;
	part = CMSG_FIRSTHDR(&message);
	if (!part || part->cmsg_level != SOL_SOCKET ||
	    part->cmsg_type != SCM_RIGHTS ||
	    part->cmsg_len != CMSG_LEN(sizeof(int)) ||
	    message.msg_flags & MSG_CTRUNC)
		return child_fail(failure, -EBADMSG, "receive",
				  "the account of processor time");
	memcpy(&box->cpu_stat_fd, CMSG_DATA(part), sizeof(int));
	box->cpu_stat_fd = fd_raise(box->cpu_stat_fd);
	return box->cpu_stat_fd < 0 ? box->cpu_stat_fd : 0;
}

static int await_go(struct box *box, struct child_failure *failure)
{
	char go;

	child_fail(failure, 0, "wait for", "the id maps");
	if (box->cpu_time_ms != UINT64_MAX)
		return receive_account(box, failure);
	return read_exactly(box->go_fd, &go, 1);
}

int maps_apply(struct box *box, struct child_failure *failure)
{
	int r = box->must_become_dumpable ? become_mappable(box, failure) : 0;

	if (r == 0)
		r = await_go(box, failure);
	if (r == -ENODATA)
		_exit(125); /* the launcher has failed, or is no more */
	return r < 0 ? r : cgroup_view(box, failure);
}

/* For those who want the box to end with the thread. */
static int thread_death_signal(const struct box *box)
{
	if (!box->dies_with_thread)
		return 0;
	return box->has_pid_namespace ? SIGKILL : BOX_THREAD_DIED;
}

/* What init must be before there is a program: the credentials have changed
 * since the parent-death signal was asked for, and that may clear it. */
int fork_apply(struct box *box, struct child_failure *failure)
{
	int r = process_default_signal(SIGCHLD);

	/* A caller that ignores SIGCHLD would have the kernel reap the program
	 * before init sees how it ended. */
	if (r < 0)
		return child_fail(failure, r, "reset", "SIGCHLD");
	/* Init's death takes a pid namespace with it. Without one init must
	 * outlive the launcher long enough to end what the program left. And
	 * the kernel sends this signal when the *thread* ends that cloned us,
	 * which in a program with threads is no reason to end. From here on
	 * init watches the launcher by its pidfd and the end of its socket. */
	if (prctl(PR_SET_PDEATHSIG, thread_death_signal(box), 0, 0, 0) < 0)
		return child_fail(failure, -errno, "ask to die with", "the launcher");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "close to tracers", "init");
	if (!box->has_pid_namespace &&
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return child_fail(failure, -errno, "adopt orphans in", "init");
	return 0;
}
