/* Walks up from our own cgroup to the one that is ours to divide. */
#include "cgroup/cgroup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "cgroup/cgroup_files.h"

#define CGROUP2_MAGIC 0x63677270 /* include/uapi/linux/magic.h */
#define DEPTH_MAX 64

struct walk {
	uid_t uid;
	size_t depth; /* of the cgroup that is looked at; 0: the root's */
	size_t manager; /* depth of the systemd user manager's; 0: none */
	char path[CGROUP_PATH_SIZE]; /* down to .depth */
	bool was_leaf; /* the one below is our leaf */
};

static void say(struct cgroup_place *place, const char *why, const char *remedy)
{
	snprintf(place->why, sizeof(place->why), "%s", why);
	snprintf(place->remedy, sizeof(place->remedy), "%s", remedy);
}

static bool is_cgroup2(int dir)
{
	struct statfs fs;

	return fstatfs(dir, &fs) == 0 && fs.f_type == CGROUP2_MAGIC;
}

int cgroup_root_open(struct cgroup_place *ret)
{
	struct statvfs fs;
	autoclose int dir = cgroup_open_dir(AT_FDCWD, CGROUP_ROOT_PATH);

	if (dir < 0) {
		say(ret, CGROUP_ROOT_PATH " cannot be opened", "");
		return dir;
	}
	if (!is_cgroup2(dir)) {
		say(ret, CGROUP_ROOT_PATH " is no unified cgroup v2 hierarchy, but v1, hybrid, or not mounted",
		    "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 there");
		return -EOPNOTSUPP;
	}
	if (fstatvfs(dir, &fs) == 0 && fs.f_flag & ST_RDONLY) {
		say(ret, CGROUP_ROOT_PATH " is mounted read-only, as in a container",
		    "start the container with a writable cgroup of its own");
		return -EROFS;
	}
	return fd_take(&dir);
}

/* Depth of "user@1000.service", which systemd delegates to the user manager and
 * not to us; 0 when that is not above us. */
static size_t find_manager(const char *path, uid_t uid)
{
	char name[40];
	size_t depth = 0;
	const int len = snprintf(name, sizeof(name), "/user@%u.service", uid);

	for (const char *part = path; part; part = strchr(part + 1, '/')) {
		depth++;
		if (strncmp(part, name, (size_t)len) == 0 &&
		    (part[len] == '/' || part[len] == '\0'))
			return depth;
	}
	return 0;
}

static bool is_marked(int dir)
{
	char value[2];

	return fgetxattr(dir, "user.delegate", value, sizeof(value)) == 1 &&
	       value[0] == '1';
}

static bool can_write(int dir, const char *name)
{
	return faccessat(dir, name, W_OK, AT_EACCESS) == 0;
}

static bool is_domain(int dir)
{
	char type[32];
	int r = read_small_file(dir, "cgroup.type", type, sizeof(type));

	return r == -ENOENT ||
	       (r > 0 && (strcmp(type, "domain") == 0 ||
			  strcmp(type, "domain threaded") == 0));
}

static void name_process(const struct walk *walk, pid_t pid,
			 struct cgroup_place *ret)
{
	char path[32], name[64] = "", shown[40] = "a process", cgroup[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (pid && read_small_file(AT_FDCWD, path, name, sizeof(name)) > 0)
		escape_into(shown, sizeof(shown), name);
	escape_into(cgroup, sizeof(cgroup), *walk->path ? walk->path : "/");
	snprintf(ret->why, sizeof(ret->why),
		 "%s (pid %d) is in the way in the cgroup %s", shown, pid,
		 cgroup);
	snprintf(ret->remedy, sizeof(ret->remedy), "%s",
		 "start it alone in a cgroup: systemd-run --user --scope -p Delegate=yes");
}

/* What of .controllers cannot be enabled after all: the kernel lets a cgroup have
 * processes or controllers for its children, but for the root. */
static void look_for_processes(const struct walk *walk, int dir,
			       struct cgroup_place *ret)
{
	pid_t pid = 0;
	int r;

	if (ret->is_root || !(ret->controllers & ~ret->enabled))
		return;
	r = cgroup_other_process(dir, getpid(), &pid);
	if (r == 0) {
		ret->needs_leaf = cgroup_other_process(dir, -1, &pid) != 0;
		return;
	}
	if (r > 0)
		name_process(walk, pid, ret);
	ret->controllers = ret->enabled;
}

/* What this one is worth. Return: -1 when it is not ours */
static int rate(const struct walk *walk, int dir, struct cgroup_place *ret)
{
	*ret = (struct cgroup_place){ .dir = -1, .is_in_leaf = walk->was_leaf };
	/* The root of a namespace of cgroups is none to the kernel. */
	ret->is_root = walk->depth == 0 &&
		       faccessat(dir, "cgroup.type", F_OK, 0) < 0;
	if (!can_write(dir, ".") || !can_write(dir, "cgroup.procs") ||
	    !is_domain(dir))
		return -1;
	ret->enabled = cgroup_read_controllers(dir, "cgroup.subtree_control");
	ret->controllers = ret->enabled;
	if (can_write(dir, "cgroup.subtree_control"))
		ret->controllers |=
			cgroup_read_controllers(dir, "cgroup.controllers");
	look_for_processes(walk, dir, ret);
	return 2 * __builtin_popcount(ret->controllers) +
	       !(walk->uid == 0 && ret->needs_leaf);
}

static const char *last_name(const struct walk *walk)
{
	const char *slash = strrchr(walk->path, '/');

	return slash ? slash + 1 : "";
}

/* Return: 1, 0 at the top, or a negative errno */
static int go_up(struct walk *walk, int *dir)
{
	int above;

	if (walk->depth == 0)
		return 0;
	above = cgroup_open_dir(*dir, "..");
	if (above < 0)
		return above;
	cleanup_close(dir);
	*dir = above;
	if (!is_cgroup2(above))
		return -EXDEV;
	walk->was_leaf = strcmp(last_name(walk), CGROUP_LEAF) == 0;
	*strrchr(walk->path, '/') = '\0';
	walk->depth--;
	return 1;
}

static void keep(struct cgroup_place *best, struct cgroup_place *place,
		 int dir)
{
	cleanup_close(&best->dir);
	*best = *place;
	best->dir = fcntl(dir, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static void forget(struct cgroup_place *best)
{
	cleanup_close(&best->dir);
	best->dir = -1;
}

static int climb(struct walk *walk, int dir, struct cgroup_place *best)
{
	autoclose int at = dir;
	int r, best_rating = -1, rating;
	struct cgroup_place place;

	do {
		if (walk->manager && walk->depth <= walk->manager) {
			forget(best);
			break;
		}
		rating = strcmp(last_name(walk), CGROUP_LEAF) == 0
				 ? -1
				 : rate(walk, at, &place);
		if (rating > best_rating) {
			best_rating = rating;
			keep(best, &place, at);
		}
		if (walk->manager && is_marked(at))
			break;
		r = go_up(walk, &at);
	} while (r > 0);
	return best->dir < 0 ? -EACCES : 0;
}

static int begin(struct walk *walk, struct cgroup_place *ret)
{
	int r = cgroup_path_of(0, walk->path);
	int root, own;

	if (r < 0) {
		say(ret, "our own cgroup is not told by /proc/self/cgroup", "");
		return r;
	}
	root = cgroup_root_open(ret);
	if (root < 0)
		return root;
	walk->manager = walk->uid ? find_manager(walk->path, walk->uid) : 0;
	if (strcmp(walk->path, "/") == 0)
		walk->path[0] = '\0';
	for (const char *c = walk->path; *c; c++)
		walk->depth += *c == '/';
	own = walk->depth > DEPTH_MAX ? -ELOOP
	      : walk->depth ? cgroup_open_dir(root, walk->path + 1)
			    : cgroup_open_dir(root, ".");
	close(root);
	if (own < 0)
		say(ret, "our own cgroup is not to be found in " CGROUP_ROOT_PATH, "");
	return own;
}

int cgroup_place_find(struct cgroup_place *ret)
{
	struct walk walk = { .uid = geteuid() };
	int dir, r;

	*ret = (struct cgroup_place){ .dir = -1 };
	dir = begin(&walk, ret);
	if (dir < 0)
		return dir;
	r = climb(&walk, dir, ret);
	if (r < 0)
		say(ret, "no cgroup that we are in is delegated to us",
		    "start it with systemd-run --user --scope -p Delegate=yes, or have the administrator run loginctl enable-linger for you");
	return r;
}
