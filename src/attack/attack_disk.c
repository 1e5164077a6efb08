/* Attempts to take more private storage than there is. */
#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#define FS_TMPFS 0x01021994 /* TMPFS_MAGIC of linux/magic.h */
#define MIB (1LL << 20)

/* Larger than this it is not the box's /tmp, or its owner wants it so: then
 * nothing is tried, for it would take that much memory. */
#define TMP_SIZE_MAX (512 * MIB)

/* One MiB more than the whole: tmpfs refuses at once, before it allocates. */
static int run_tmp(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	autoclose int fd = -1;
	struct statfs fs;
	long long size;
	int r;

	(void)stage;
	if (statfs("/tmp", &fs) < 0)
		return -errno;
	size = (long long)fs.f_blocks * fs.f_bsize;
	if (fs.f_type != FS_TMPFS || size <= 0 || size > TMP_SIZE_MAX)
		return ATTACK_NOT_APPLICABLE;
	fd = try_make_file("/tmp", path, sizeof(path));
	if (fd < 0)
		return fd;
	r = try_result(fallocate(fd, 0, 0, size + MIB));
	unlink(path);
	return r;
}

const struct attack attack_fill_tmp = {
	.name = "fill-tmp",
	.title = "write more to /tmp than its size",
	.guarantee = "disk",
	.layer = "tmpfs size",
	.run = run_tmp,
	.expected = { ENOSPC, EFBIG },
	.no_control = "it would fill a disk of the host",
};
