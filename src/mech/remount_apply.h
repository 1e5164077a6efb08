/* Restricts a mounted tree on kernels that have no mount_setattr. */
#ifndef FH_MECH_REMOUNT_APPLY_H
#define FH_MECH_REMOUNT_APPLY_H

#include <stdint.h>

/**
 * remount_tree() - add MNT_ATTR_* to a mount and every mount beneath it
 * @root:   descriptor of the new root
 * @target: where the tree is mounted, absolute inside the new root
 *
 * A bind ignores MS_RDONLY for submounts, so each is remounted by itself,
 * keeping the flags that it has: those the kernel locked may not be dropped.
 * Return: 0 or a negative errno
 */
int remount_tree(int root, const char *target, uint64_t attr);

#endif
