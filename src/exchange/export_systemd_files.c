/*
 * Writes the tree of a service: an empty one, with what is granted mounted in it.
 *
 * systemd makes the mount points itself and sorts by path. Links of the box become
 * mounts of where they lead, and files with contents of our own are left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "exchange/export_systemd.h"
#include "exchange/export_words.h"

struct tree {
	const struct export *export;
	struct text *out;
	struct text executable; /* lines of ExecPaths= */
	bool has_lost_files;
};

static int add_line(struct text *out, const char *name, const char *path,
		    const char *forbidden, struct fh_error *err)
{
	int r;

	text_add(out, "%s=", name);
	r = unit_path(out, path, forbidden, err);
	text_add(out, "\n");
	return r;
}

static int add_bind(struct tree *tree, const char *source, const char *target,
		    unsigned int access, struct fh_error *err)
{
	int r;

	text_add(tree->out, "%s=",
		 access & FH_WRITE ? "BindPaths" : "BindReadOnlyPaths");
	r = unit_path(tree->out, source, "", err);
	if (r == 0) {
		text_add(tree->out, ":");
		r = unit_path(tree->out, target, "", err);
	}
	text_add(tree->out, "\n");
	if (r == 0 && access & FH_EXEC)
		r = add_line(&tree->executable, "ExecPaths", target, "", err);
	return r;
}

static int add_storage(struct tree *tree, const char *target,
		       const struct mount_op *op, struct fh_error *err)
{
	int r;

	text_add(tree->out, "TemporaryFileSystem=");
	r = unit_path(tree->out, target, ":", err);
	text_add(tree->out,
		 ":mode=%04o,nosuid,nodev,noexec,size=%" PRIu64
		 ",nr_inodes=%" PRIu64 "\n", op->mode, op->size, op->files);
	return r;
}

/* Where a link leads, as text. */
static int link_end(const struct mount_op *op, char ret[PATH_MAX])
{
	const char *slash = strrchr(op->target, '/');
	char directory[PATH_MAX];

	snprintf(directory, sizeof(directory), "%.*s",
		 (int)(slash - op->target), op->target);
	return path_normalise(*directory ? directory : "/", op->content, ret);
}

/* PrivateDevices= makes what is by default in /dev, links included. */
static bool is_device_default(const struct mount_op *op)
{
	return path_is_within(op->target, "/dev") &&
	       strcmp(op->origin, "default") == 0 && op->kind != MOUNT_TMPFS;
}

/* What a path in a granted tree leads to, if that lies in the tree: systemd would follow
 * links out of it. Return: 0; -ENOENT where it shows nothing of the tree's */
static int find_in_tree(char source[], const char *rest)
{
	char path[PATH_MAX + PATH_MAX], real[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", source, rest);
	if (!realpath(path, real) || !path_is_within(real, source))
		return -ENOENT;
	memcpy(source, real, strlen(real) + 1);
	return 0;
}

static int add_link(struct tree *tree, const struct mount_op *op,
		    struct fh_error *err)
{
	const struct mount_op *end =
		prepared_find(tree->export->prepared, op->target);
	char path[PATH_MAX], source[PATH_MAX];
	int r;

	if (!end || link_end(op, path) < 0)
		return 0;
	if (end->kind == MOUNT_TMPFS)
		return add_storage(tree, op->target, end, err);
	if (end->kind != MOUNT_BIND || !path_is_within(path, end->target))
		return 0;
	r = export_source(end, source, err);
	if (r < 0)
		return r;
	if (find_in_tree(source, path + strlen(end->target)) < 0)
		return 0;
	return add_bind(tree, source, op->target, end->access, err);
}

static int add_source(struct tree *tree, const struct mount_op *op,
		      struct fh_error *err)
{
	char source[PATH_MAX];
	int r = export_source(op, source, err);

	if (r == 0 && op->landlock & LL_FS_IOCTL_DEV) {
		text_add(tree->out, "DeviceAllow=");
		r = unit_path(tree->out, source, "", err);
		text_add(tree->out, " rw\n");
	}
	return r < 0 ? r : add_bind(tree, source, op->target, op->access, err);
}

static int add_mount(struct tree *tree, const struct mount_op *op,
		     struct fh_error *err)
{
	if (is_device_default(op))
		return 0;
	switch (op->kind) {
	case MOUNT_FILE:
		text_add(tree->export->losses, "%s%s",
			 tree->has_lost_files ? " " : "files-see: left out, for systemd makes no such files: ",
			 op->target);
		tree->has_lost_files = true;
		return 0;
	case MOUNT_SYMLINK:
		return add_link(tree, op, err);
	case MOUNT_BIND:
	case MOUNT_DEVICE:
		return add_source(tree, op, err);
	case MOUNT_TMPFS:
		return add_storage(tree, op->target, op, err);
	case MOUNT_HIDE:
		return add_line(tree->out, "InaccessiblePaths", op->target, "",
				err);
	case MOUNT_DIRECTORY:
	case MOUNT_PROC:
	case MOUNT_DEVPTS:
		return 0;
	}
	return 0;
}

/* MountAPIVFS= brings /proc, and /sys with it. */
static void hide_rest(struct tree *tree)
{
	static const char *const extra[] = { "/dev/mqueue", "/dev/pts", "/sys" };

	for (size_t i = 0; i < sizeof(extra) / sizeof(*extra); i++) {
		const struct mount_op *op =
			prepared_find(tree->export->prepared, extra[i]);

		if (!op || strcmp(op->origin, "default") == 0)
			text_add(tree->out, "InaccessiblePaths=-%s\n",
				 extra[i]);
	}
}

int systemd_files(const struct export *export, struct fh_error *err)
{
	const struct prepared *prepared = export->prepared;
	struct tree tree = { .export = export, .out = export->out };
	int r = 0;

	text_add(export->out,
		 "MountAPIVFS=yes\nTemporaryFileSystem=/:ro\nNoExecPaths=/\n");
	for (size_t i = 0; r == 0 && i < prepared->box.n_mounts; i++)
		r = add_mount(&tree, &prepared->ops[i], err);
	if (tree.has_lost_files)
		text_add(export->losses, "\n");
	hide_rest(&tree);
	text_add(export->out, "%s", text_string(&tree.executable));
	text_inherit(export->out, &tree.executable);
	text_done(&tree.executable);
	return r;
}
