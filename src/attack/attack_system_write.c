/* Attempts to change the system's own trees, devices and settings. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#define LAYER "read-only mounts, Landlock"

static int create_in(const char *dir)
{
	char path[ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "%s/fumehood-attack-%d", dir,
		     (int)getpid());
	return r < 0 ? r : try_create(path);
}

static int run_create_dev(const struct attack_stage *stage)
{
	(void)stage;
	return create_in("/dev");
}

const struct attack attack_create_dev = {
	.name = "create-dev",
	.title = "make a file in /dev",
	.guarantee = "files-write",
	.layer = LAYER,
	.needs_root = true,
	.run = run_create_dev,
	.expected = { EROFS, EACCES },
};

static int run_create_etc(const struct attack_stage *stage)
{
	(void)stage;
	return create_in("/etc");
}

const struct attack attack_create_etc = {
	.name = "create-etc",
	.title = "make a file in /etc",
	.guarantee = "files-write",
	.layer = LAYER,
	.needs_root = true,
	.run = run_create_etc,
	.expected = { EROFS, EACCES },
};

static int run_create_root(const struct attack_stage *stage)
{
	(void)stage;
	return create_in("");
}

const struct attack attack_create_root = {
	.name = "create-root",
	.title = "make a file in the root directory",
	.guarantee = "files-write",
	.layer = LAYER,
	.needs_root = true,
	.run = run_create_root,
	.expected = { EROFS, EACCES },
};

static int run_create_usr(const struct attack_stage *stage)
{
	(void)stage;
	return create_in("/usr");
}

const struct attack attack_create_usr = {
	.name = "create-usr",
	.title = "make a file in /usr",
	.guarantee = "files-write",
	.layer = LAYER,
	.needs_root = true,
	.run = run_create_usr,
	.expected = { EROFS, EACCES },
};

/* The null device (1, 3): worth nothing, but a node like any other. */
static int make_node(mode_t kind, dev_t device)
{
	char path[ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "/tmp/fumehood-node-%d",
		     (int)getpid());
	if (r < 0)
		return r;
	if (mknod(path, kind | 0600, device) < 0)
		return -errno;
	unlink(path);
	return 0;
}

static int run_mknod_block(const struct attack_stage *stage)
{
	(void)stage;
	return make_node(S_IFBLK, makedev(8, 0));
}

const struct attack attack_mknod_block = {
	.name = "mknod-block",
	.title = "make the node of a disk",
	.guarantee = "files-read",
	.layer = "no capabilities, Landlock, nodev",
	.needs_root = true,
	.run = run_mknod_block,
	.expected = { EPERM, EACCES },
};

static int run_mknod_char(const struct attack_stage *stage)
{
	(void)stage;
	return make_node(S_IFCHR, makedev(1, 3));
}

const struct attack attack_mknod_char = {
	.name = "mknod-char",
	.title = "make the node of a character device",
	.guarantee = "files-read",
	.layer = "no capabilities, Landlock, nodev",
	.needs_root = true,
	.run = run_mknod_char,
	.expected = { EPERM, EACCES },
};

/* Any of what lets a program at memory, disks, keyboards or networks. */
static int run_host_device(const struct attack_stage *stage)
{
	static const char *const devices[] = {
		"/dev/kmsg",  "/dev/mem",    "/dev/port",	  "/dev/kvm",
		"/dev/fuse",  "/dev/uinput", "/dev/net/tun",	  "/dev/sda",
		"/dev/vda",   "/dev/nvme0n1", "/dev/mapper/control",
		"/dev/vhost-net", "/dev/dri/card0", "/dev/input/event0",
	};
	int first = 0;

	(void)stage;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		int r = try_open(devices[i], O_RDONLY);

		if (r == 0)
			return 0;
		if (!first || first == -ENOENT)
			first = r;
	}
	return first;
}

const struct attack attack_open_host_device = {
	.name = "open-host-device",
	.title = "open a disk, the kernel log or another device of the host",
	.guarantee = "files-read",
	.layer = "private /dev, Landlock",
	.needs_root = true,
	.run = run_host_device,
	.expected = { ENOENT, EACCES },
};

static int run_oom_score(const struct attack_stage *stage)
{
	autoclose int fd =
		open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)stage;
	if (fd < 0)
		return -errno;
	return try_result(write(fd, "-1000", strlen("-1000")));
}

const struct attack attack_write_oom_score = {
	.name = "write-oom-score",
	.title = "be spared when the machine runs out of memory",
	.guarantee = "privileges",
	.layer = "no capabilities, Landlock",
	.run = run_oom_score,
	.expected = { EACCES, EROFS, EPERM },
	.no_control = "in containers root too lacks CAP_SYS_RESOURCE",
};

/* Opening for writing is enough to know; nothing is written. */
static int run_sysctl(const struct attack_stage *stage)
{
	(void)stage;
	return try_open("/proc/sys/kernel/core_pattern", O_WRONLY);
}

const struct attack attack_write_sysctl = {
	.name = "write-sysctl",
	.title = "open a setting of the kernel for writing",
	.guarantee = "files-write",
	.layer = "user namespace, Landlock",
	.needs_root = true,
	.run = run_sysctl,
	.expected = { EACCES, EROFS, EPERM, ENOENT },
};

static int run_sysrq(const struct attack_stage *stage)
{
	(void)stage;
	return try_open("/proc/sysrq-trigger", O_WRONLY);
}

const struct attack attack_write_sysrq = {
	.name = "write-sysrq",
	.title = "open the emergency keys of the kernel for writing",
	.guarantee = "files-write",
	.layer = "user namespace, Landlock",
	.needs_root = true,
	.run = run_sysrq,
	.expected = { EACCES, EROFS, EPERM, ENOENT },
	.no_control = "not every kernel has the emergency keys",
};

static int run_zero(const struct attack_stage *stage)
{
	(void)stage;
	return try_open("/dev/zero", O_WRONLY);
}

const struct attack attack_write_dev_zero = {
	.name = "write-dev-zero",
	.title = "open /dev/zero for writing",
	.guarantee = "files-write",
	.layer = "Landlock",
	.run = run_zero,
	.expected = { EACCES },
};
