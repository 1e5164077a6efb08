/* The mount system calls by descriptor and by path, one thin wrapper each. */
#ifndef FH_SYS_MOUNTS_CALLS_H
#define FH_SYS_MOUNTS_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* <linux/mount.h> and glibc's <sys/mount.h> cannot both be included, so the
 * constants of the new API stand here; include/uapi/linux/mount.h. */
#define MNT_OPEN_TREE_CLONE 1u
#define MNT_OPEN_TREE_CLOEXEC ((unsigned int)O_CLOEXEC)
#define MNT_MOVE_F_EMPTY_PATH 0x4u
#define MNT_MOVE_T_EMPTY_PATH 0x40u
#define MNT_ATTR_RDONLY UINT64_C(0x1)
#define MNT_ATTR_NOSUID UINT64_C(0x2)
#define MNT_ATTR_NODEV UINT64_C(0x4)
#define MNT_ATTR_NOEXEC UINT64_C(0x8)
#define MNT_AT_RECURSIVE 0x8000u
#define MNT_AT_EMPTY_PATH 0x1000u

#ifndef SYS_open_tree /* Linux 5.2 */
#define SYS_open_tree 428
#define SYS_move_mount 429
#endif
#ifndef SYS_openat2 /* Linux 5.6 */
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr /* Linux 5.12 */
#define SYS_mount_setattr 442
#endif

struct mnt_attr { /* struct mount_attr of the kernel */
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

static inline int mnt_open_tree(int fd, const char *path, unsigned int flags)
{
	long r = syscall(SYS_open_tree, fd, path, flags);

	return r < 0 ? -errno : (int)r;
}

static inline int mnt_move(int from, int to, const char *path,
			   unsigned int flags)
{
	return syscall(SYS_move_mount, from, "", to, path, flags) < 0 ? -errno
								      : 0;
}

static inline int mnt_setattr(int fd, unsigned int flags, uint64_t set)
{
	struct mnt_attr attr = { .attr_set = set };

	return syscall(SYS_mount_setattr, fd, "", MNT_AT_EMPTY_PATH | flags,
		       &attr, sizeof(attr)) < 0 ? -errno : 0;
}

static inline int mnt_mount(const char *source, const char *target,
			    const char *type, unsigned long flags,
			    const void *data)
{
	return mount(source, target, type, flags, data) < 0 ? -errno : 0;
}

static inline int mnt_pivot_root(const char *new_root, const char *put_old)
{
	return syscall(SYS_pivot_root, new_root, put_old) < 0 ? -errno : 0;
}

/* struct open_how and RESOLVE_* of include/uapi/linux/openat2.h. */
struct open_request {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
#define OPEN_NO_XDEV UINT64_C(0x01)
#define OPEN_NO_MAGICLINKS UINT64_C(0x02)
#define OPEN_NO_SYMLINKS UINT64_C(0x04)
#define OPEN_BENEATH UINT64_C(0x08)
#define OPEN_IN_ROOT UINT64_C(0x10)

static inline int open_resolved_mode(int dirfd, const char *path,
				     uint64_t flags, uint64_t mode,
				     uint64_t resolve)
{
	struct open_request how = { .flags = flags, .mode = mode,
				    .resolve = resolve };
	long r = -1;

	/* EAGAIN: something was renamed while the kernel walked the path. */
	for (int tries = 0; tries < 8; tries++) {
		r = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
		if (r >= 0 || errno != EAGAIN)
			break;
	}
	return r < 0 ? -errno : (int)r;
}

static inline int open_resolved(int dirfd, const char *path, uint64_t flags,
				uint64_t resolve)
{
	return open_resolved_mode(dirfd, path, flags, 0, resolve);
}

#endif
