/* Builds the new root from the plan's operations and makes it the root. */
#include "mech/mounts_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "mech/remount_apply.h"
#include "sys/mounts_calls.h"

#define ROOT_OPTIONS "mode=0755,size=16m,nr_inodes=200k"

/* What the steps below share, on the stack of mounts_apply(). */
struct mounter {
	int root;	  /* the new root */
	int base;	  /* where the target starts: root, or own storage */
	const char *name; /* the target from there */
	int veil;	  /* a tmpfs of nothing, for MOUNT_HIDE; -1 so far */
	const struct mount_op *op;
	struct child_failure *failure;
};

static int failed(struct mounter *m, int code, const char *action)
{
	m->failure->origin = m->op->origin;
	return child_fail(m->failure, code, action, m->op->target);
}

int propagation_apply(struct box *box, struct child_failure *failure)
{
	int r = mnt_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);

	(void)box;
	return r < 0 ? child_fail(failure, r, "make mounts private at", "/")
		     : 0;
}

static bool is_same_object(const struct mount_op *op, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_ino == op->inode &&
	       st.st_dev == op->device;
}

/*
 * A descriptor that the launcher opened belongs to the launcher's mount
 * namespace, and the kernel clones mounts of one's own only. So each source is
 * found by name once more, before anything is covered, and what was found
 * must be what the launcher holds: while it holds it, no other object can
 * have its device and inode.
 */
int sources_apply(struct box *box, struct child_failure *failure)
{
	for (size_t i = 0; i < box->n_mounts; i++) {
		struct mount_op *op = &box->mounts[i];

		if (op->kind != MOUNT_BIND && op->kind != MOUNT_DEVICE)
			continue;
		failure->origin = op->origin;
		op->tree = mnt_open_tree(AT_FDCWD, op->source,
					 MNT_OPEN_TREE_CLONE |
						 MNT_OPEN_TREE_CLOEXEC |
						 MNT_AT_RECURSIVE);
		if (op->tree < 0)
			return child_fail(failure, op->tree, "bind",
					  op->source);
		if (op->kind == MOUNT_BIND && !is_same_object(op, op->tree))
			return child_fail(failure, -ESTALE,
					  "find again what was granted at",
					  op->source);
	}
	return 0;
}

/*
 * The new root needs a directory to stand on. What it covers is of no more
 * use: every source is already open. It must not cover /proc, without which
 * the kernel refuses to mount a fresh one.
 */
int new_root_apply(struct box *box, struct child_failure *failure)
{
	static const char *const places[] = { "/tmp", "/usr", "/etc", "/var" };
	int r = -ENOENT;

	box->proc_fd = openat(AT_FDCWD, "/proc/self",
			      O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (box->proc_fd < 0)
		return child_fail(failure, -errno, "open", "/proc/self");
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		r = mnt_mount("fumehood", places[i], "tmpfs",
			      MS_NOSUID | MS_NODEV, ROOT_OPTIONS);
		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r == 0 && chdir(places[i]) < 0)
			r = -errno;
		break;
	}
	return r < 0 ? child_fail(failure, r, "mount", "an empty root (tmpfs)")
		     : 0;
}

/* Creates the directories above a target; they lie in storage of our own. */
static int make_parents(struct mounter *m)
{
	char path[PATH_MAX];
	size_t len = strlen(m->name);

	memcpy(path, m->name, len + 1);
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (mkdirat(m->base, path, 0755) < 0 && errno != EEXIST)
			return failed(m, -errno, "create the way to");
		path[i] = '/';
	}
	return 0;
}

static int make_node(struct mounter *m, bool is_directory, mode_t mode)
{
	int r = is_directory ? mkdirat(m->base, m->name, mode)
			     : mknodat(m->base, m->name, S_IFREG | mode, 0);

	return r < 0 ? -errno : 0;
}

/* Makes the mount point, with its parents if they are not there yet. */
static int make_target(struct mounter *m, bool is_directory, mode_t mode)
{
	int r;

	if (m->op->is_inside_grant || !*m->name)
		return 0;
	r = make_node(m, is_directory, mode);
	if (r == -ENOENT) {
		r = make_parents(m);
		if (r == 0)
			r = make_node(m, is_directory, mode);
	}
	if (r == 0 || r == -EEXIST)
		return 0;
	return failed(m, r, "create the mount point");
}

/*
 * A target inside a bound tree can be renamed or swapped by its owner at any
 * moment: it is opened without following a link, and what was opened must be
 * the very object that the plan saw.
 */
static int open_target(struct mounter *m, int *ret_fd)
{
	int fd = open_resolved(m->root, m->op->target, O_PATH | O_CLOEXEC,
			       OPEN_IN_ROOT | OPEN_NO_SYMLINKS |
				       OPEN_NO_MAGICLINKS);

	if (fd < 0)
		return failed(m, fd, "find the mount point");
	if (m->op->is_same_place && !is_same_object(m->op, fd)) {
		close(fd);
		return failed(m, -ESTALE, "find again what was granted at");
	}
	*ret_fd = fd;
	return 0;
}

/* Puts a detached tree where the operation says. */
static int attach(struct mounter *m, int tree)
{
	int target, r;

	if (!m->op->is_inside_grant) {
		r = mnt_move(tree, m->base, m->name, MNT_MOVE_F_EMPTY_PATH);
		return r < 0 ? failed(m, r, "mount") : 0;
	}
	r = open_target(m, &target);
	if (r < 0)
		return r;
	r = mnt_move(tree, target, "",
		     MNT_MOVE_F_EMPTY_PATH | MNT_MOVE_T_EMPTY_PATH);
	close(target);
	return r < 0 ? failed(m, r, "mount") : 0;
}

/* Restricts the tree before it is attached, so that no moment shows it
 * writable; kernels before 5.12 can only do it afterwards. */
static int restrict_and_attach(struct mounter *m, int tree)
{
	int r = mnt_setattr(tree, MNT_AT_RECURSIVE, m->op->attr);
	bool is_old = r == -ENOSYS;

	if (r < 0 && !is_old)
		return failed(m, r, "restrict the mount of");
	r = attach(m, tree);
	if (r < 0 || !is_old)
		return r;
	r = remount_tree(m->root, m->op->target, m->op->attr);
	return r < 0 ? failed(m, r, "restrict the mount of") : 0;
}

static int apply_bind(struct mounter *m)
{
	int r = make_target(m, m->op->is_directory, 0755);

	return r < 0 ? r : restrict_and_attach(m, m->op->tree);
}

static int apply_device(struct mounter *m)
{
	int r = make_target(m, false, 0600);

	return r < 0 ? r : restrict_and_attach(m, m->op->tree);
}

static int apply_directory(struct mounter *m)
{
	return make_target(m, true, m->op->mode);
}

static int apply_file(struct mounter *m)
{
	size_t len = strlen(m->op->content);
	ssize_t n;
	int fd;

	fd = openat(m->base, m->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return 0; /* a grant put the real one there */
	if (fd < 0)
		return failed(m, -errno, "create");
	n = write(fd, m->op->content, len);
	close(fd);
	return n == (ssize_t)len ? 0 : failed(m, -EIO, "write");
}

static int apply_symlink(struct mounter *m)
{
	int r = symlinkat(m->op->content, m->base, m->name) < 0 ? -errno : 0;

	if (r == -ENOENT) {
		r = make_parents(m);
		if (r == 0 &&
		    symlinkat(m->op->content, m->base, m->name) < 0)
			r = -errno;
	}
	return r < 0 && r != -EEXIST ? failed(m, r, "create the link") : 0;
}

/* A new file system by mount(2): one call where the newer API needs six. */
static int mount_new(struct mounter *m, const char *type, const char *data)
{
	unsigned long flags = MS_NOSUID;
	char path[64] = "/proc/self/fd/";
	int target, r;

	flags |= m->op->attr & MNT_ATTR_NODEV ? MS_NODEV : 0;
	flags |= m->op->attr & MNT_ATTR_NOEXEC ? MS_NOEXEC : 0;
	r = make_target(m, true, 0755);
	if (r < 0)
		return r;
	if (!m->op->is_inside_grant && !m->op->base) {
		r = mnt_mount(type, m->name, type, flags, data);
		return r < 0 ? failed(m, r, "mount") : 0;
	}
	r = open_target(m, &target);
	if (r < 0)
		return r;
	number_format(path + strlen(path), (uint64_t)target);
	r = mnt_mount(type, path, type, flags, data);
	close(target);
	return r < 0 ? failed(m, r, "mount") : 0;
}

static int apply_tmpfs(struct mounter *m)
{
	/* Inodes too: a million empty files fill memory as well. */
	char data[96] = "mode=0000,size=";
	char *digits = data + sizeof("mode=") - 1;

	for (unsigned int shift = 0; shift < 4; shift++)
		digits[3 - shift] =
			(char)('0' + (m->op->mode >> (3 * shift) & 7));
	number_format(data + strlen(data), m->op->size);
	memcpy(data + strlen(data), ",nr_inodes=", sizeof(",nr_inodes="));
	number_format(data + strlen(data), m->op->files);
	return mount_new(m, "tmpfs", data);
}

static int apply_proc(struct mounter *m)
{
	/*
	 * Only what may be traced is seen: init may not. Before 5.8 there is
	 * "2" instead, which exempts group 0, the caller's if it is root.
	 */
	int r = mount_new(m, "proc", "hidepid=4");

	return r == -EINVAL ? mount_new(m, "proc", "hidepid=2") : r;
}

static int apply_devpts(struct mounter *m)
{
	return mount_new(m, "devpts", "newinstance,ptmxmode=0666,mode=620");
}

/* An empty, unreadable file system: what hidden paths show. Mode 0 stays 0
 * because it is mounted read-only, out of the program's reach. */
static int make_veil(struct mounter *m)
{
	int r, fd;

	if (mkdirat(m->root, ".veil", 0) < 0)
		return -errno;
	r = mnt_mount("tmpfs", ".veil", "tmpfs",
		      MS_NOSUID | MS_NODEV | MS_NOEXEC,
		      "mode=0700,size=4k,nr_inodes=4");
	if (r < 0)
		return r;
	m->veil = openat(m->root, ".veil", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (m->veil < 0)
		return -errno;
	fd = openat(m->veil, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0);
	if (fd < 0 || mkdirat(m->veil, "directory", 0) < 0)
		return -errno;
	close(fd);
	return 0;
}

static int apply_hide(struct mounter *m)
{
	int r = m->veil < 0 ? make_veil(m) : 0;
	int tree;

	if (r < 0)
		return failed(m, r, "make the cover of");
	tree = mnt_open_tree(m->veil,
			     m->op->is_directory ? "directory" : "file",
			     MNT_OPEN_TREE_CLONE | MNT_OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return failed(m, tree, "make the cover of");
	r = restrict_and_attach(m, tree);
	close(tree);
	return r;
}

static int drop_veil(struct mounter *m)
{
	if (m->veil < 0)
		return 0;
	close(m->veil);
	m->veil = -1;
	if (umount2(".veil", MNT_DETACH) < 0 ||
	    unlinkat(m->root, ".veil", AT_REMOVEDIR) < 0)
		return child_fail(m->failure, -errno, "remove", "/.veil");
	return 0;
}

static int (*const apply_mount[])(struct mounter *m) = {
	[MOUNT_DIRECTORY] = apply_directory, [MOUNT_FILE] = apply_file,
	[MOUNT_SYMLINK] = apply_symlink,     [MOUNT_BIND] = apply_bind,
	[MOUNT_DEVICE] = apply_device,	     [MOUNT_TMPFS] = apply_tmpfs,
	[MOUNT_PROC] = apply_proc,	     [MOUNT_DEVPTS] = apply_devpts,
	[MOUNT_HIDE] = apply_hide,
};

static int apply_one(struct mounter *m)
{
	char prefix[PATH_MAX];
	size_t base = m->op->base;
	int r;

	m->base = m->root;
	m->name = m->op->target + base + 1;
	if (base) {
		memcpy(prefix, m->op->target, base);
		prefix[base] = '\0';
		m->base = open_resolved(m->root, prefix, O_PATH | O_CLOEXEC,
					OPEN_IN_ROOT | OPEN_NO_SYMLINKS);
		if (m->base < 0)
			return failed(m, m->base, "find the storage of");
	}
	r = apply_mount[m->op->kind](m);
	if (base)
		close(m->base);
	return r;
}

int mounts_apply(struct box *box, struct child_failure *failure)
{
	struct mounter m = { .veil = -1, .failure = failure };
	mode_t mask = umask(0);
	int r = 0;

	m.root = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (m.root < 0)
		return child_fail(failure, -errno, "open", "the new root");
	for (size_t i = 0; i < box->n_mounts && r == 0; i++) {
		m.op = &box->mounts[i];
		r = apply_one(&m);
	}
	if (r == 0)
		r = drop_veil(&m);
	close(m.root);
	umask(mask);
	return r;
}

int root_switch_apply(struct box *box, struct child_failure *failure)
{
	int root = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	(void)box;
	if (root < 0)
		return child_fail(failure, -errno, "open", "the new root");
	r = mnt_setattr(root, 0, MNT_ATTR_RDONLY);
	close(root);
	if (r == -ENOSYS)
		r = mnt_mount(NULL, ".", NULL,
			      MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID |
				      MS_NODEV, NULL);
	if (r < 0)
		return child_fail(failure, r, "make read-only", "the new root");
	r = mnt_pivot_root(".", ".");
	if (r < 0)
		return child_fail(failure, r, "pivot_root to", "the new root");
	/* The old root now lies on top of the new one; "." is the old. */
	if (umount2(".", MNT_DETACH) < 0)
		return child_fail(failure, -errno, "detach", "the old root");
	if (chdir("/") < 0)
		return child_fail(failure, -errno, "enter", "the new root");
	return 0;
}
