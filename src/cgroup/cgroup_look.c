/* Finds out how a box could have a cgroup of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/cgroup_parts.h"
#include "cgroup/cgroup_place.h"

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

static bool has_file(int a, int b, const char *name)
{
	return faccessat(a, name, F_OK, 0) == 0 ||
	       (b >= 0 && faccessat(b, name, F_OK, 0) == 0);
}

/* Controllers may come without what we need of them: swap is counted or not,
 * and disks have weights where something shares them out by weight. */
static void look_at_files(int dir, int child, struct cgroup_facts *ret)
{
	if (!has_file(dir, child, "io.weight") &&
	    !has_file(dir, child, "io.bfq.weight"))
		ret->controllers &= ~CONTROLLER_BIT(IO);
	ret->has_swap = ret->controllers & CONTROLLER_BIT(MEMORY) &&
			has_file(dir, child, "memory.swap.max");
}

/* By making an empty one. */
static int try_place(const struct cgroup_place *place, struct cgroup_facts *ret)
{
	char name[CGROUP_NAME_SIZE];
	int r = cgroup_random_name(name);

	if (r == 0 && mkdirat(place->dir, name, 0700) < 0)
		r = -errno;
	if (r < 0) {
		snprintf(ret->why, sizeof(ret->why),
			 "no cgroup can be made: %s", strerror(-r));
		return r;
	}
	autoclose int child = cgroup_open_dir(place->dir, name);

	ret->controllers = place->controllers;
	look_at_files(place->dir, child, ret);
	unlinkat(place->dir, name, AT_REMOVEDIR);
	memcpy(ret->why, place->why, sizeof(ret->why));
	memcpy(ret->remedy, place->remedy, sizeof(ret->remedy));
	return 0;
}

/* What systemd has delegated to the user manager, a scope can have as well. */
static bool try_scope(struct cgroup_facts *ret)
{
	char path[128];
	struct cgroup_place place = { .dir = -1 };
	autoclose int root = cgroup_root_open(&place);
	uint32_t needed = CONTROLLER_BIT(MEMORY) | CONTROLLER_BIT(PIDS) |
			  CONTROLLER_BIT(CPU);

	if (root < 0 || (ret->controllers & needed) == needed ||
	    scope_try(NULL) < 0)
		return false;
	snprintf(path, sizeof(path), "user.slice/user-%u.slice/user@%u.service",
		 geteuid(), geteuid());
	autoclose int manager = cgroup_open_dir(root, path);

	if (manager < 0)
		return false;
	ret->controllers = cgroup_read_controllers(manager,
						   "cgroup.controllers");
	look_at_files(manager, -1, ret);
	ret->why[0] = ret->remedy[0] = '\0';
	return true;
}

static bool is_unusable(int code)
{
	return code == -EOPNOTSUPP || code == -EROFS || code == -ENOENT;
}

void cgroup_look(struct cgroup_facts *ret)
{
	struct cgroup_place place;
	int r = cgroup_place_find(&place);

	*ret = (struct cgroup_facts){ .is_known = true };
	if (r < 0) {
		memcpy(ret->why, place.why, sizeof(ret->why));
		memcpy(ret->remedy, place.remedy, sizeof(ret->remedy));
	} else if (try_place(&place, ret) == 0) {
		ret->way = geteuid() == 0 ? CGROUP_ROOT : CGROUP_DELEGATED;
	}
	cleanup_close(&place.dir);
	if (geteuid() != 0 && !is_unusable(r) && try_scope(ret))
		ret->way = CGROUP_SCOPE;
}
