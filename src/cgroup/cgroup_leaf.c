/* Moves the launcher out of the way of controllers: to a leaf, and back. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/cgroup_parts.h"

#define RETRY_MS 2

/*
 * The kernel gives a cgroup's children controllers only when the cgroup has no process
 * itself. So a launcher that is in there alone goes to a leaf beneath it, as do its own
 * threads with it; what it forks later is born there. The last one to leave takes the
 * controllers back and returns, so that others can be put there as before. The lock keeps
 * one from leaving while another enters. Nobody else can open the leaf, and so hold it.
 */

/* Return: 0; -EAGAIN when it was removed meanwhile; -ETIMEDOUT */
static int lock(int parent, int leaf, int64_t deadline)
{
	while (flock(leaf, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (deadline_left(deadline) == 0)
			return -ETIMEDOUT;
		poll(NULL, 0, RETRY_MS);
	}
	return cgroup_is_linked(parent, CGROUP_LEAF, leaf) ? 0 : -EAGAIN;
}

/* Whose it is, so that nobody could have put something else in its place. */
static int check_owner(int leaf)
{
	struct stat status;

	if (fstat(leaf, &status) < 0)
		return -errno;
	return status.st_uid == geteuid() ? 0 : -EPERM;
}

/* Return: the locked leaf, or a negative errno */
static int open_locked(int parent)
{
	const int64_t deadline = deadline_in(CGROUP_LOCK_MS);
	int r;

	do {
		if (mkdirat(parent, CGROUP_LEAF, 0700) < 0 && errno != EEXIST)
			return -errno;
		autoclose int leaf = cgroup_open_dir(parent, CGROUP_LEAF);

		r = leaf == -ENOENT ? -EAGAIN : leaf < 0 ? leaf : 0;
		if (r == 0)
			r = check_owner(leaf);
		if (r == 0)
			r = lock(parent, leaf, deadline);
		if (r == 0)
			return fd_take(&leaf);
	} while (r == -EAGAIN && deadline_left(deadline) > 0);
	return r;
}

int cgroup_leaf_enter(int parent, bool is_there, struct fh_error *err)
{
	autoclose int leaf = open_locked(parent);
	pid_t other;
	int r;

	if (leaf < 0)
		return cgroup_fail(err, leaf, "make the cgroup", CGROUP_LEAF);
	/* "We were there" was true before the lock was had. */
	if (is_there && cgroup_other_process(parent, -1, &other) == 0)
		return fd_take(&leaf);
	r = cgroup_write(leaf, "cgroup.procs", "0");
	if (r < 0) {
		unlinkat(parent, CGROUP_LEAF, AT_REMOVEDIR);
		return cgroup_fail(err, r, "move the launcher to the cgroup",
				   CGROUP_LEAF);
	}
	return fd_take(&leaf);
}

void cgroup_leaf_leave(int parent)
{
	autoclose int leaf = cgroup_open_dir(parent, CGROUP_LEAF);
	uint32_t enabled;

	if (leaf < 0 || check_owner(leaf) < 0 ||
	    lock(parent, leaf, deadline_in(CGROUP_LOCK_MS)) < 0)
		return;
	/* Fails while another box has them: then that one's launcher leaves. */
	enabled = cgroup_read_controllers(parent, "cgroup.subtree_control");
	if (cgroup_switch(parent, enabled, '-') < 0 ||
	    cgroup_write(parent, "cgroup.procs", "0") < 0)
		return;
	/* There may be others in it: children of ours, and other launchers. */
	unlinkat(parent, CGROUP_LEAF, AT_REMOVEDIR);
}
