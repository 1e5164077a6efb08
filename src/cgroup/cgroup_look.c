/* Finds out how a box could have a cgroup of its own. */
#include "cgroup/cgroup_facts.h"

#include <stdio.h>
#include <sys/vfs.h>

#define CGROUP2_MAGIC 0x63677270 /* include/uapi/linux/magic.h */

const char *const cgroup_way_names[N_CGROUP_WAYS] = {
	[CGROUP_NONE] = "none",
	[CGROUP_DELEGATED] = "delegated cgroup",
	[CGROUP_SCOPE] = "transient scope",
	[CGROUP_ROOT] = "cgroup of root",
};

const char *const controller_names[N_CONTROLLERS] = {
	[CONTROLLER_MEMORY] = "memory",
	[CONTROLLER_PIDS] = "pids",
	[CONTROLLER_CPU] = "cpu",
	[CONTROLLER_IO] = "io",
};

void cgroup_look(struct cgroup_facts *ret)
{
	struct statfs fs;

	*ret = (struct cgroup_facts){ .is_known = true };
	if (statfs("/sys/fs/cgroup", &fs) < 0 || fs.f_type != CGROUP2_MAGIC)
		snprintf(ret->why, sizeof(ret->why),
			 "/sys/fs/cgroup is no unified cgroup v2 hierarchy");
}
