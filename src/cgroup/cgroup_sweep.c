/* Removes the cgroups of boxes whose launchers are no more. */
#include <dirent.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/cgroup_parts.h"

#define SWEEP_MS 2000 /* in all */
#define LEFTOVERS_MAX 64 /* at a time: the next one finds the others */

/* The lock is had at once or not at all: whoever made it may live. A launcher between
 * making and locking loses against us, sees that, and makes another. Return: was
 * there one? */
static bool sweep_one(int parent, const char *name, int64_t deadline)
{
	autoclose int dir = cgroup_open_dir(parent, name);
	struct stat status;

	if (dir < 0 || fstat(dir, &status) < 0 ||
	    status.st_uid != geteuid() || flock(dir, LOCK_EX | LOCK_NB) < 0)
		return false;
	cgroup_remove(parent, name, deadline);
	return true;
}

void cgroup_sweep(int parent)
{
	const int64_t deadline = deadline_in(SWEEP_MS);
	int fd = cgroup_open_dir(parent, "."), n = 0;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!list) {
		cleanup_close(&fd);
		return;
	}
	while (n < LEFTOVERS_MAX && deadline_left(deadline) > 0 &&
	       (entry = readdir(list)))
		if (cgroup_is_box_name(entry->d_name))
			n += sweep_one(parent, entry->d_name, deadline);
	closedir(list);
}
