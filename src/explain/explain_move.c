/* Finds out whether the box refused to move, link or give away a file. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "explain/path_doubt.h"
#include "plan/rule.h"
#include "sys/landlock_calls.h"

/* The directory above both. */
static void common_directory(const char *a, const char *b, char ret[PATH_MAX])
{
	size_t len = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			len = i;
	memcpy(ret, a, len);
	ret[len] = '\0';
	if (!len)
		memcpy(ret, "/", 2);
}

static bool above(const char *path, struct stat *ret)
{
	char directory[PATH_MAX];
	char *slash;

	memcpy(directory, path, strlen(path) + 1);
	slash = strrchr(directory, '/');
	if (slash)
		slash[slash == directory] = '\0';
	return stat(directory, ret) == 0;
}

/* Outside it would be the same mount; that two of one file system are not cannot be
 * told apart here, but two mounts of one are rare. */
static bool is_one_outside(const struct path_doubt *from,
			   const struct path_doubt *to)
{
	struct stat a, b;

	return above(from->outside, &a) && above(to->outside, &b) &&
	       a.st_dev == b.st_dev && path_outside_grants(from) &&
	       path_outside_grants(to);
}

bool doubt_move(struct doubt *doubt)
{
	struct path_doubt from, to;
	char common[PATH_MAX];
	bool is_by_mounts;

	if (!(renames(doubt) || links(doubt)) ||
	    !path_look(doubt, 0, &from) || !path_look(doubt, 1, &to) ||
	    from.op == to.op || !is_one_outside(&from, &to))
		return false;
	is_by_mounts = doubt->plan->has_namespaces;
	if (!is_by_mounts && !doubt->plan->landlock.handled_fs)
		return false;
	doubt_blame(doubt, is_by_mounts ? FH_LAYER_MOUNTS : FH_LAYER_LANDLOCK,
		    renames(doubt) ? "rename" : "link", to.place.path);
	doubt_rule(doubt, "the two directories are granted one by one");
	common_directory(from.outside, to.outside, common);
	if (!outside_can_grant(common, FH_WRITE) || !common[1])
		return true;
	if (!is_by_mounts) {
		autotext option = { 0 };

		rule_add_option(&option, "-w", common);
		doubt_option(doubt, &option);
		advise_path(doubt, common, FH_WRITE);
	} else {
		snprintf(doubt->row.advice, sizeof(doubt->row.advice),
			 "one grant of a directory above both, instead of the two, would allow it");
	}
	return true;
}

/* Is it a group that this user may give a file of his to? */
static bool has_group(const struct doubt *doubt, gid_t gid)
{
	int n = getgroups(0, NULL);
	autofree gid_t *groups = n > 0 ? calloc((size_t)n, sizeof(*groups))
				       : NULL;

	if (gid == doubt->plan->kernel.gid)
		return true;
	n = groups ? getgroups(n, groups) : 0;
	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/* A user namespace has one user and one group: others are no ids there. */
bool doubt_owner(struct doubt *doubt)
{
	bool is_at = doubt->observed.call == CALL_fchownat;
	const uint64_t *ids = doubt->observed.args + 1 + is_at;
	uid_t uid = (uid_t)ids[0];
	gid_t gid = (gid_t)ids[1];
	struct path_doubt p;
	struct stat st;

	if (!is_at && !doubt_is_of(doubt, CALL_chown, CALL_lchown, CALL_chown))
		return false;
	if ((doubt->code != EINVAL && doubt->code != EPERM) ||
	    !path_look(doubt, 0, &p) || !p.op || p.op->kind != MOUNT_BIND ||
	    lstat(p.outside, &st) < 0)
		return false;
	if (geteuid() != 0 &&
	    (st.st_uid != geteuid() ||
	     (uid != (uid_t)-1 && uid != st.st_uid) ||
	     (gid != (gid_t)-1 && !has_group(doubt, gid))))
		return false;
	doubt_blame(doubt, FH_LAYER_PRIVILEGES, "write", p.place.path);
	doubt_rule(doubt, doubt->plan->has_userns
		? "the box has one user and one group, and no capability to give a file away"
		: "the box has no capability to give a file away");
	return true;
}
