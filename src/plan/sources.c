/* Opens what the plan names, once, and keeps it open. */
#include "plan/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "mech/landlock.h"
#include "plan/opener.h"
#include "sys/mounts_calls.h"
#include "tables/landlock_rights.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#define ROOT_ENTRIES_MAX 512 /* of a directory that stands in for "/" */

int opener_no_memory(struct opener *o)
{
	return error_set(o->err, FH_STAGE_PREPARE, -ENOMEM, "prepare the box");
}

struct mount_op *opener_add(struct opener *o, const struct plan_mount *from)
{
	struct box *box = &o->prepared->box;
	struct mount_op *op;

	if (box->n_mounts == o->size) {
		size_t size = o->size ? o->size * 2 : o->plan->n_mounts + 64;
		void *more = realloc(o->prepared->ops, size * sizeof(*op));

		if (!more) {
			opener_no_memory(o);
			return NULL;
		}
		o->prepared->ops = more;
		o->size = size;
	}
	op = &o->prepared->ops[box->n_mounts++];
	memset(op, 0, sizeof(*op));
	op->kind = from->kind;
	op->fd = -1;
	op->access = from->access;
	op->target = from->target;
	op->source = from->source;
	op->content = from->content;
	op->origin = from->origin;
	op->size = from->size;
	op->files = from->files;
	op->is_entry = from->is_entry;
	op->is_least = from->is_least;
	op->mode = from->mode;
	return op;
}

static int fail_source(struct opener *o, const struct plan_mount *mount,
		       int code, const char *what)
{
	error_set(o->err, FH_STAGE_PREPARE, code, "%s %s: %s",
		mount->is_default && !mount->is_expanded ? "the default tree's"
							 : mount->origin,
		mount->source, what ? what : strerror(-code));
	if (code == -ENOENT && !mount->is_expanded)
		error_remedy(o->err, "create it, or write %s -%s if it may be missing",
			  mount->origin, mount->source);
	if (code == -EACCES)
		error_remedy(o->err, "a box gives no more than you may do yourself");
	return code;
}

/* Where the object behind a descriptor lies: the name of the target, and by
 * which the child has to find this very object again. */
static int real_path(struct opener *o, int fd, const char **ret)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	if (*path != '/' || n == sizeof(path) - 1)
		return -ENAMETOOLONG;
	*ret = arena_copy(&o->prepared->arena, path);
	return *ret ? 0 : -ENOMEM;
}

/* Could the caller itself do what it grants? If not, say so now. */
static int check_permission(struct opener *o, const struct plan_mount *mount,
			    int fd)
{
	int mode = (mount->access & FH_READ ? R_OK : 0) |
		   (mount->access & FH_WRITE ? W_OK : 0);

	if (mount->is_default ||
	    faccessat(fd, "", mode, AT_EMPTY_PATH | AT_EACCESS) == 0 ||
	    errno == ENOSYS || errno == EINVAL)
		return 0;
	return fail_source(o, mount, -errno, NULL);
}

static int check_type(struct opener *o, const struct plan_mount *mount,
		      const struct stat *st, const char *path)
{
	bool is_device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);

	if (mount->needs_device && !is_device)
		return fail_source(o, mount, -ENODEV, "not a device node");
	/* Whoever may rename there would have all of a directory granted. */
	if (mount->needs_file && !S_ISREG(st->st_mode))
		return fail_source(o, mount, -EINVAL,
				   "no longer a regular file");
	if (mount->is_default)
		return 0;
	if (!mount->needs_device && is_device) {
		fail_source(o, mount, -EINVAL, "a device node");
		error_remedy(o->err, "use --device");
		return -EINVAL;
	}
	if (path_is_within(path, "/proc")) {
		fail_source(o, mount, -EINVAL,
			    "the box has a /proc of its own");
		error_remedy(o->err, "leave it out");
		return -EINVAL;
	}
	return 0;
}

void mount_op_restrict(struct mount_op *op, bool is_device, uint64_t extra,
		       int abi)
{
	op->attr = MNT_ATTR_NOSUID | (is_device ? 0 : MNT_ATTR_NODEV);
	/* A read-only mount does not stop writing to a device; it keeps the
	 * node's owner, mode and times, which are the host's. */
	if (is_device || !(op->access & FH_WRITE))
		op->attr |= MNT_ATTR_RDONLY;
	if (!(op->access & FH_EXEC))
		op->attr |= MNT_ATTR_NOEXEC;
	op->landlock = landlock_access(op->access, op->is_directory, abi);
	op->landlock |= extra & landlock_mask(LANDLOCK_FS, abi);
}

static void set_attributes(struct opener *o, struct mount_op *op,
			   const struct plan_mount *mount)
{
	mount_op_restrict(op, op->kind == MOUNT_DEVICE || mount->needs_device,
			  mount->landlock_extra, o->abi);
}

static int add_alias(struct opener *o, const struct plan_mount *mount,
		     const char *real)
{
	struct plan_mount alias = { .kind = MOUNT_SYMLINK, .content = real,
				    .origin = mount->origin };
	char normal[PATH_MAX];

	if (*mount->source != '/' && !*o->cwd && !getcwd(o->cwd, PATH_MAX))
		return 0; /* no name to be reached by */
	if (path_normalise(o->cwd, mount->source, normal) < 0 ||
	    strcmp(normal, real) == 0)
		return 0;
	alias.target = arena_copy(&o->prepared->arena, normal);
	if (!alias.target)
		return opener_no_memory(o);
	return opener_add(o, &alias) ? 0 : -ENOMEM;
}

static int open_bind(struct opener *o, const struct plan_mount *mount,
		     int fd, const char *real)
{
	struct mount_op *op;
	struct stat st = { 0 };
	int r = 0;

	/* The box's own mount namespace has to find the source by name once
	 * more, and checks that it is this very object: the name must not
	 * depend on where we stand, nor on a link. */
	if (!real)
		r = real_path(o, fd, &real);
	if (r == 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r < 0)
		fail_source(o, mount, r, NULL);
	else
		r = check_permission(o, mount, fd);
	if (r == 0)
		r = check_type(o, mount, &st, real);
	if (r == 0 && mount->is_alias)
		r = add_alias(o, mount, real);
	op = r == 0 ? opener_add(o, mount) : NULL;
	if (!op) {
		close(fd);
		return r < 0 ? r : -ENOMEM;
	}
	op->fd = fd;
	op->source = real;
	op->target = mount->target ? mount->target : real;
	op->is_directory = S_ISDIR(st.st_mode);
	op->is_same_place = !mount->target;
	op->device = (uint64_t)st.st_dev;
	op->inode = st.st_ino;
	set_attributes(o, op, mount);
	return 0;
}

/* A link of the host's system tree becomes the same link in the box. */
static int open_like_host(struct opener *o, const struct plan_mount *mount)
{
	char link[PATH_MAX];
	ssize_t n = readlink(mount->source, link, sizeof(link) - 1);
	struct mount_op *op;

	if (n < 0)
		return 0;
	link[n] = '\0';
	op = opener_add(o, mount);
	if (!op)
		return -ENOMEM;
	op->kind = MOUNT_SYMLINK;
	op->access = 0;
	op->content = arena_copy(&o->prepared->arena, link);
	return op->content ? 1 : opener_no_memory(o);
}

/* An absolute name without links is the real one: found without asking the
 * kernel to spell it out. NULL when it has to be asked. */
static const char *plain_name(struct opener *o, const char *source,
			      char normal[PATH_MAX])
{
	if (*source != '/' && !*o->cwd && !getcwd(o->cwd, PATH_MAX))
		return NULL;
	if (path_normalise(o->cwd, source, normal) < 0)
		return NULL;
	return strcmp(normal, source) == 0 ? source
					   : arena_copy(&o->prepared->arena,
							normal);
}

/* The child puts the program's streams on 0 to 2: no source may be there. */
static int hold_path(int dir, const char *path, uint64_t resolve)
{
	return fd_raise(open_resolved(dir, path, O_PATH | O_CLOEXEC, resolve));
}

static int open_source(struct opener *o, const struct plan_mount *mount)
{
	char normal[PATH_MAX];
	const char *name;
	int fd = -ELOOP, r;

	/* Only in a private tree: Landlock needs the object itself. */
	if (mount->like_host && o->plan->has_namespaces) {
		r = open_like_host(o, mount);
		if (r)
			return r < 0 ? r : 0;
	}
	name = plain_name(o, mount->source, normal);
	if (name)
		fd = hold_path(AT_FDCWD, name,
			       OPEN_NO_SYMLINKS | OPEN_NO_MAGICLINKS);
	if (fd == -ELOOP) {
		name = NULL;
		fd = hold_path(AT_FDCWD, mount->source, OPEN_NO_MAGICLINKS);
	}
	if (fd == -ENOSYS)
		return fail_source(o, mount, fd, "openat2 is needed, which came with Linux 5.6 and which no filter around us may refuse, as that of fh_confine() does");
	if (fd == -ENOENT && mount->is_optional)
		return 0;
	if (fd < 0)
		return fail_source(o, mount, fd, NULL);
	return open_bind(o, mount, fd, name);
}

/* Names at the top of a root that the box always makes itself. */
static bool is_own_name(const char *name)
{
	static const char *const own[] = { ".", "..", "dev", "proc", "tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}

/* $HOME needs a mount point, and none may be made in somebody's tree: an
 * entry that would lie around it without having one is left out. */
static bool is_in_the_way(const struct opener *o, int root, const char *name)
{
	const char *home = o->plan->home + 1;
	size_t len = strlen(name);
	struct stat st;

	return strncmp(home, name, len) == 0 && home[len] == '/' &&
	       fstatat(root, home, &st, AT_SYMLINK_NOFOLLOW) < 0;
}

static int open_entry(struct opener *o, const struct plan_mount *whole,
		      int root, const char *name)
{
	struct plan_mount entry = *whole;
	char link[PATH_MAX];
	ssize_t n;
	int fd;

	entry.target = arena_print(&o->prepared->arena, "/%s", name);
	entry.source = arena_print(&o->prepared->arena, "%s/%s",
				   whole->source, name);
	entry.is_alias = false;
	entry.is_entry = true;
	if (!entry.target || !entry.source)
		return opener_no_memory(o);
	n = readlinkat(root, name, link, sizeof(link) - 1);
	if (n >= 0) {
		link[n] = '\0';
		entry.kind = MOUNT_SYMLINK;
		entry.content = arena_copy(&o->prepared->arena, link);
		if (!entry.content)
			return opener_no_memory(o);
		return opener_add(o, &entry) ? 0 : -ENOMEM;
	}
	fd = hold_path(root, name, OPEN_NO_SYMLINKS | OPEN_NO_MAGICLINKS);
	if (fd < 0)
		return fail_source(o, &entry, fd, NULL);
	entry.is_default = true; /* what cannot be read stays unreadable */
	return open_bind(o, &entry, fd, entry.source);
}

/* A whole root is shown entry by entry, so that the box's own /proc, /dev and
 * /tmp need no mount point that the directory may lack. */
static int open_expanded(struct opener *o, const struct plan_mount *mount)
{
	int root = open_resolved(AT_FDCWD, mount->source,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				 OPEN_NO_MAGICLINKS);
	DIR *dir = root < 0 ? NULL : fdopendir(root);
	struct plan_mount whole = *mount;
	struct dirent *entry;
	size_t n = 0;
	int r;

	if (!dir) {
		r = root < 0 ? root : -errno;
		cleanup_close(&root);
		return fail_source(o, mount, r, NULL);
	}
	r = real_path(o, root, &whole.source);
	while (r == 0 && (entry = readdir(dir))) {
		if (is_own_name(entry->d_name) ||
		    is_in_the_way(o, dirfd(dir), entry->d_name))
			continue;
		if (n++ == ROOT_ENTRIES_MAX)
			r = fail_source(o, mount, -E2BIG,
					"more than 512 entries");
		else
			r = open_entry(o, &whole, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return r;
}

/* What is hidden is looked at only to know whether it is a directory, and
 * which; the target is its real place. */
static int open_hidden(struct opener *o, const struct plan_mount *mount)
{
	const char *real = NULL;
	struct mount_op *op;
	struct stat st;
	int fd, r;

	fd = open_resolved(AT_FDCWD, mount->source, O_PATH | O_CLOEXEC,
			   OPEN_NO_MAGICLINKS);
	if (fd == -ENOENT && mount->is_optional)
		return 0;
	if (fd < 0)
		return fail_source(o, mount, fd, NULL);
	r = fstat(fd, &st) < 0 ? -errno : real_path(o, fd, &real);
	close(fd);
	if (r < 0)
		return fail_source(o, mount, r, NULL);
	op = opener_add(o, mount);
	if (!op)
		return -ENOMEM;
	op->target = real;
	op->is_directory = S_ISDIR(st.st_mode);
	op->is_same_place = true;
	op->device = (uint64_t)st.st_dev;
	op->inode = st.st_ino;
	set_attributes(o, op, mount);
	op->attr |= MNT_ATTR_NOEXEC | MNT_ATTR_RDONLY;
	return 0;
}

static bool is_whole_root(const struct plan_mount *mount)
{
	return mount->is_expanded || (mount->kind == MOUNT_BIND &&
		mount->is_alias && strcmp(mount->source, "/") == 0);
}

static int open_one(struct opener *o, const struct plan_mount *mount)
{
	struct mount_op *op;

	if (is_whole_root(mount) && o->plan->has_namespaces)
		return open_expanded(o, mount);
	if (mount->kind == MOUNT_BIND)
		return open_source(o, mount);
	if (mount->kind == MOUNT_HIDE)
		return open_hidden(o, mount);
	op = opener_add(o, mount);
	if (!op)
		return -ENOMEM;
	op->is_directory = op->kind == MOUNT_DIRECTORY ||
			   op->kind == MOUNT_TMPFS || op->kind == MOUNT_PROC ||
			   op->kind == MOUNT_DEVPTS;
	set_attributes(o, op, mount);
	/* Nobody can make nodes there but the kernel. */
	if (op->kind == MOUNT_DEVPTS)
		op->attr &= ~(uint64_t)MNT_ATTR_NODEV;
	if (op->kind == MOUNT_FILE || op->kind == MOUNT_SYMLINK)
		op->landlock = 0;
	return 0;
}

/* An argument that names a file from here, as ../upload.pdf does, means it in
 * the box only if the box has this directory: an empty one. */
static int open_here(struct opener *o)
{
	struct plan_mount here = { .kind = MOUNT_DIRECTORY, .mode = 0755,
				   .access = FH_READ, .origin = "default",
				   .is_default = true };
	bool is_needed = false;

	for (size_t i = 0; i < o->plan->n_mounts; i++)
		is_needed |= o->plan->mounts[i].is_least &&
			     *o->plan->mounts[i].source != '/';
	if (!is_needed || !o->plan->has_namespaces ||
	    (!*o->cwd && !getcwd(o->cwd, PATH_MAX)) ||
	    o->cwd[0] != '/' || !o->cwd[1] || path_is_within(o->cwd, "/proc"))
		return 0;
	here.target = arena_copy(&o->prepared->arena, o->cwd);
	return here.target ? open_one(o, &here) : opener_no_memory(o);
}

int sources_open(const struct fh_plan *plan, struct prepared *prepared,
		 struct fh_error *err)
{
	struct opener o = { .plan = plan, .prepared = prepared,
			    .abi = landlock_abi_used(plan), .err = err };
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->n_mounts; i++)
		r = open_one(&o, &plan->mounts[i]);
	if (r == 0)
		r = open_here(&o);
	if (r == 0)
		r = opener_reflect_hides(&o);
	prepared->box.mounts = prepared->ops;
	if (r < 0)
		return r;
	return sources_nest(plan, prepared, err);
}
