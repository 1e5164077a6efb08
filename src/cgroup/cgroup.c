/* Makes the cgroup of a box, puts init into it, and ends it. */
#include "cgroup/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cgroup/cgroup_parts.h"
#include "cgroup/cgroup_place.h"

#define TRIES_MAX 16

int cgroup_fail(struct fh_error *err, int code, const char *what,
		const char *on)
{
	/* Not the kind that planning anew could help. */
	return error_set(err, FH_STAGE_PREPARE, code, "%s %s", what, on);
}

int cgroup_random_name(char ret[CGROUP_NAME_SIZE])
{
	uint64_t number;
	ssize_t n;

	do {
		n = getrandom(&number, sizeof(number), 0);
	} while (n < 0 && errno == EINTR);
	if (n != sizeof(number))
		return n < 0 ? -errno : -EIO;
	snprintf(ret, CGROUP_NAME_SIZE, CGROUP_PREFIX "%016llx",
		 (unsigned long long)number);
	return 0;
}

/* --- made before the clone ------------------------------------------------ */

/* Return: 0; -EAGAIN when a sweep took it for a leftover before it was held */
static int make_held(struct cgroup *cgroup)
{
	int r = cgroup_random_name(cgroup->name);

	if (r < 0)
		return r;
	if (mkdirat(cgroup->parent, cgroup->name, 0700) < 0)
		return -errno;
	autoclose int dir = cgroup_open_dir(cgroup->parent, cgroup->name);

	if (dir == -ENOENT)
		return -EAGAIN;
	if (dir < 0) {
		unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR);
		return dir;
	}
	if (flock(dir, LOCK_EX | LOCK_NB) < 0 ||
	    !cgroup_is_linked(cgroup->parent, cgroup->name, dir))
		return -EAGAIN;
	cgroup->outer = fd_take(&dir);
	return 0;
}

static int make_outer(struct cgroup *cgroup, struct fh_error *err)
{
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES_MAX; i++)
		r = make_held(cgroup);
	return r < 0 ? cgroup_fail(err, r, "make a cgroup for", "the box") : 0;
}

/* The helper of an init that was moved may still be there, for a moment. */
static int enable(int dir, uint32_t controllers, const char *of,
		  struct fh_error *err)
{
	const int64_t deadline = deadline_in(CGROUP_ENABLE_MS);
	uint32_t enabled =
		cgroup_read_controllers(dir, "cgroup.subtree_control");
	int r;

	while ((r = cgroup_switch(dir, controllers & ~enabled, '+')) == -EBUSY &&
	       deadline_left(deadline) > 0)
		poll(NULL, 0, 1);
	if (r < 0)
		return cgroup_fail(err, r, "enable controllers beneath", of);
	enabled = cgroup_read_controllers(dir, "cgroup.subtree_control");
	if (controllers & ~enabled)
		return cgroup_fail(err, -EIO, "enable controllers beneath", of);
	return 0;
}

static int move_process(int dir, pid_t pid, struct fh_error *err)
{
	char text[16];
	int r;

	snprintf(text, sizeof(text), "%d", pid);
	r = cgroup_write(dir, "cgroup.procs", text);
	return r < 0 ? cgroup_fail(err, r, "move the box", "to its cgroup") : 0;
}

int cgroup_divide(struct cgroup *cgroup, pid_t init, struct fh_error *err)
{
	int r = 0;

	if (mkdirat(cgroup->outer, CGROUP_INNER, 0700) < 0)
		return cgroup_fail(err, -errno, "make a cgroup for", "the box");
	cgroup->box = cgroup_open_dir(cgroup->outer, CGROUP_INNER);
	if (cgroup->box < 0)
		return cgroup_fail(err, cgroup->box, "open the cgroup of",
				   "the box");
	if (init)
		r = move_process(cgroup->box, init, err);
	if (r == 0)
		r = enable(cgroup->outer, cgroup->controllers, cgroup->name,
			   err);
	return r < 0 ? r : cgroup_limit(cgroup->box, &cgroup->wish, err);
}

static int make_at(struct cgroup *cgroup, const struct cgroup_place *place,
		   struct fh_error *err)
{
	const uint32_t missing = cgroup->controllers & ~place->enabled;
	autoclose int leaf = -1;
	int r = 0;

	if (cgroup->controllers & ~place->controllers) {
		r = cgroup_fail(err, -EBUSY, "limit the box: controllers cannot be enabled any more:",
				place->why);
		error_remedy(err, "%s", place->remedy);
		return r;
	}
	cgroup_sweep(cgroup->parent);
	if (place->is_in_leaf || (missing && place->needs_leaf)) {
		leaf = cgroup_leaf_enter(cgroup->parent, place->is_in_leaf,
					 err);
		if (leaf < 0)
			return leaf;
		cgroup->is_in_leaf = true;
	}
	r = enable(cgroup->parent, cgroup->controllers, "our own cgroup", err);
	if (r == 0)
		r = make_outer(cgroup, err);
	return r < 0 ? r : cgroup_divide(cgroup, 0, err);
}

static int make_in_place(struct cgroup *cgroup, struct fh_error *err)
{
	struct cgroup_place place;
	int r = cgroup_place_find(&place);

	if (r < 0) {
		cgroup_fail(err, r, "make a cgroup for the box:", place.why);
		error_remedy(err, "%s", place.remedy);
		return r;
	}
	cgroup->parent = place.dir;
	return make_at(cgroup, &place, err);
}

static int connect_manager(struct cgroup *cgroup, struct fh_error *err)
{
	char name[CGROUP_NAME_SIZE];
	int r = cgroup_random_name(name);

	if (r < 0)
		return cgroup_fail(err, r, "name", "the scope of the box");
	snprintf(cgroup->name, sizeof(cgroup->name), "%s.scope", name);
	return scope_connect(&cgroup->bus, err);
}

int cgroup_new(enum cgroup_way way, const struct cgroup_wish *wish,
	       struct cgroup **ret, struct fh_error *err)
{
	struct cgroup *cgroup = calloc(1, sizeof(*cgroup));
	int r;

	if (!cgroup)
		return cgroup_fail(err, -ENOMEM, "make a cgroup for", "the box");
	cgroup->way = way;
	cgroup->wish = *wish;
	cgroup->controllers = cgroup_controllers_for(wish);
	cgroup->parent = cgroup->outer = cgroup->box = -1;
	r = way == CGROUP_SCOPE ? connect_manager(cgroup, err)
				: make_in_place(cgroup, err);
	if (r < 0)
		cgroup_free(cgroup);
	else
		*ret = cgroup;
	return r;
}

int cgroup_fd(const struct cgroup *cgroup)
{
	return cgroup->box;
}

/* --- with init ------------------------------------------------------------ */

static int enter_scope(struct cgroup *cgroup, pid_t init, struct fh_error *err)
{
	char path[CGROUP_PATH_SIZE];
	struct cgroup_place place = { .dir = -1 };
	pid_t pids[2] = { init };
	const char *last;
	int root, r;

	/* Without it the report may be poorer, and nothing else. */
	cgroup_keeper_start(&cgroup->keeper);
	pids[1] = cgroup->keeper.pid;
	r = scope_start(cgroup->bus, cgroup->name, pids, pids[1] ? 2 : 1,
			"A box of fumehood", CGROUP_SCOPE_MS, err);
	scope_close(cgroup->bus);
	cgroup->bus = NULL;
	if (r < 0)
		return r;
	r = cgroup_path_of(init, path);
	last = r < 0 ? NULL : strrchr(path, '/');
	if (!last || strcmp(last + 1, cgroup->name) != 0)
		return cgroup_fail(err, r < 0 ? r : -EPROTO,
				   "find the box in its scope", cgroup->name);
	root = cgroup_root_open(&place);
	if (root < 0)
		return cgroup_fail(err, root, "open", CGROUP_ROOT_PATH);
	cgroup->outer = cgroup_open_dir(root, path + 1);
	close(root);
	if (cgroup->outer < 0)
		return cgroup_fail(err, cgroup->outer, "open the scope",
				   cgroup->name);
	cgroup_keeper_settle(&cgroup->keeper, cgroup->outer);
	return cgroup_divide(cgroup, init, err);
}

/* The kernel's own word for it. Init may have a helper, which makes the network and
 * ends before there is a program. */
static int verify(const struct cgroup *cgroup, pid_t init, struct fh_error *err)
{
	int r = cgroup_has_process(cgroup->box, init);

	if (r <= 0)
		return cgroup_fail(err, r < 0 ? r : -EPROTO, "find the box",
				   "in its cgroup");
	return 0;
}

int cgroup_enter(struct cgroup *cgroup, pid_t init, bool is_inside,
		 struct fh_error *err)
{
	int r = 0;

	if (cgroup->way == CGROUP_SCOPE)
		r = enter_scope(cgroup, init, err);
	else if (!is_inside)
		r = move_process(cgroup->box, init, err);
	return r < 0 ? r : verify(cgroup, init, err);
}

int cgroup_open_cpu_stat(const struct cgroup *cgroup)
{
	int fd = openat(cgroup->box, "cpu.stat",
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd_raise(fd);
}

/* --- the end -------------------------------------------------------------- */

/* As it is nearly always, and so that it takes neither memory nor a descriptor that
 * we do not have: without them nothing could be looked through. */
static void remove_plain(struct cgroup *cgroup, int64_t deadline)
{
	if (cgroup->box >= 0) {
		cgroup_empty(cgroup->box, deadline);
		cleanup_close(&cgroup->box);
		cgroup->box = -1;
	}
	unlinkat(cgroup->outer, CGROUP_INNER, AT_REMOVEDIR);
	if (cgroup->way != CGROUP_SCOPE)
		unlinkat(cgroup->parent, cgroup->name, AT_REMOVEDIR);
}

int cgroup_end(struct cgroup *cgroup)
{
	const int64_t deadline = deadline_in(CGROUP_END_MS);
	int *const held[] = { &cgroup->box, &cgroup->outer, &cgroup->parent };
	int r = 0;

	if (cgroup->outer >= 0)
		remove_plain(cgroup, deadline);
	if (cgroup->way == CGROUP_SCOPE && cgroup->outer >= 0)
		r = cgroup_remove(cgroup->outer, CGROUP_INNER, deadline);
	else if (cgroup->outer >= 0)
		r = cgroup_remove(cgroup->parent, cgroup->name, deadline);
	cgroup_keeper_end(&cgroup->keeper, cgroup->outer);
	if (cgroup->is_in_leaf)
		cgroup_leaf_leave(cgroup->parent);
	cgroup->is_in_leaf = false;
	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		cleanup_close(held[i]);
		*held[i] = -1;
	}
	return r;
}

void cgroup_free(struct cgroup *cgroup)
{
	if (!cgroup)
		return;
	cgroup_end(cgroup);
	scope_close(cgroup->bus);
	free(cgroup);
}
