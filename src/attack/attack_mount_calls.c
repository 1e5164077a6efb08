/* The mount interfaces, called with arguments that no kernel accepts. */
#include <errno.h>

#include "attack/attack.h"

#define NO_FD (-1L)
#define BAD_FLAGS 0x7fff0000L
#define NOWHERE ATTACK_NOWHERE

/* Which errno the filter promises differs for the two calls that programs
 * use to ask only. */
#define MOUNT_CALL(call_name, label, what, error, ...)                         \
	.name = (label), .title = (what), .guarantee = "kernel",               \
	.layer = "seccomp, no capabilities",                                   \
	.call = { .id = CALL_##call_name, .args = { __VA_ARGS__ } },           \
	.expected = { (error) }

const struct attack attack_mount_chroot = {
	MOUNT_CALL(chroot, "mount-chroot", "change the root directory", EPERM,
		   NOWHERE),
};

const struct attack attack_mount_fsconfig = {
	MOUNT_CALL(fsconfig, "mount-fsconfig", "configure a file system", EPERM,
		   NO_FD, -1),
};

const struct attack attack_mount_fsmount = {
	MOUNT_CALL(fsmount, "mount-fsmount", "mount a configured file system",
		   EPERM, NO_FD, BAD_FLAGS),
	.needs_root = true,
};

const struct attack attack_mount_fsopen = {
	MOUNT_CALL(fsopen, "mount-fsopen", "open a file system", EPERM, NOWHERE,
		   BAD_FLAGS),
	.needs_root = true,
};

const struct attack attack_mount_fspick = {
	MOUNT_CALL(fspick, "mount-fspick", "pick a mount to change", EPERM,
		   NO_FD, NOWHERE, BAD_FLAGS),
	.needs_root = true,
};

const struct attack attack_mount_listmount = {
	MOUNT_CALL(listmount, "mount-listmount", "list the mounts", ENOSYS,
		   NOWHERE, NOWHERE, 1, BAD_FLAGS),
};

const struct attack attack_mount_mount = {
	MOUNT_CALL(mount, "mount-mount", "mount", EPERM, NOWHERE, NOWHERE,
		   NOWHERE, 0, NOWHERE),
};

const struct attack attack_mount_mount_setattr = {
	MOUNT_CALL(mount_setattr, "mount-mount-setattr",
		   "make a read-only mount writable", EPERM, NO_FD, NOWHERE,
		   BAD_FLAGS, NOWHERE, 32),
};

const struct attack attack_mount_move_mount = {
	MOUNT_CALL(move_mount, "mount-move-mount", "move a mount", EPERM, NO_FD,
		   NOWHERE, NO_FD, NOWHERE, BAD_FLAGS),
	.needs_root = true,
};

const struct attack attack_mount_open_tree = {
	MOUNT_CALL(open_tree, "mount-open-tree", "copy a mount", EPERM, NO_FD,
		   NOWHERE, BAD_FLAGS),
};

const struct attack attack_mount_open_tree_attr = {
	MOUNT_CALL(open_tree_attr, "mount-open-tree-attr",
		   "copy a mount with other attributes", EPERM, NO_FD, NOWHERE,
		   BAD_FLAGS, NOWHERE, 32),
};

const struct attack attack_mount_pivot_root = {
	MOUNT_CALL(pivot_root, "mount-pivot-root", "switch the root", EPERM,
		   NOWHERE, NOWHERE),
	.needs_root = true,
};

const struct attack attack_mount_statmount = {
	MOUNT_CALL(statmount, "mount-statmount",
		   "look at a mount by its number", ENOSYS, NOWHERE, NOWHERE, 0, BAD_FLAGS),
};

const struct attack attack_mount_umount2 = {
	MOUNT_CALL(umount2, "mount-umount2", "uncover what a mount hides",
		   EPERM, NOWHERE, BAD_FLAGS),
};
