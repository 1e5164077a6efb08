/* Enters a second user namespace: no right over the mounts, and no third. */
#include "mech/userns_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/number.h"

static int write_file(int dirfd, const char *path, const char *text)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = write_exactly(fd, text, strlen(text));
	close(fd);
	return r;
}

/* "1000 1000 1\n": one id, the same on both sides. */
static void format_map(char ret[64], uint64_t id)
{
	size_t n = number_format(ret, id);

	ret[n++] = ' ';
	n += number_format(ret + n, id);
	memcpy(ret + n, " 1\n", 4);
}

/*
 * The mounts stay with the first user namespace, in which nobody has a
 * capability from here on: none of them can be unmounted or remounted from
 * the second. A mount namespace made from there would get them locked; to
 * make it here would cost a copy of every mount and change nothing.
 *
 * Dropped capabilities come back in full in a new user namespace, so the
 * program must not get one. The limit counts up the chain of namespaces: with
 * 1 here, the one made next is the last, and no value written inside it helps.
 */
int lock_apply(struct box *box, struct child_failure *failure)
{
	char map[64];
	int r = write_file(box->proc_fd, "../sys/user/max_user_namespaces",
			   "1");

	if (r < 0)
		return child_fail(failure, r, "limit",
				  "user.max_user_namespaces");
	if (unshare(CLONE_NEWUSER) < 0)
		return child_fail(failure, -errno, "enter",
				  "the second user namespace");
	r = write_file(box->proc_fd, "setgroups", "deny");
	if (r < 0)
		return child_fail(failure, r, "write", "setgroups");
	format_map(map, box->uid);
	r = write_file(box->proc_fd, "uid_map", map);
	if (r < 0)
		return child_fail(failure, r, "write", "uid_map");
	format_map(map, box->gid);
	r = write_file(box->proc_fd, "gid_map", map);
	if (r < 0)
		return child_fail(failure, r, "write", "gid_map");
	return 0;
}
