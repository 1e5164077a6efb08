/* Known gaps: what the box lets be seen, and says so. */
#include <errno.h>
#include <sys/utsname.h>

#include "attack/attack.h"
#include "attack/attack_try.h"

static int run_boot_id(const struct attack_stage *stage)
{
	(void)stage;
	return try_read("/proc/sys/kernel/random/boot_id");
}

const struct attack attack_hole_boot_id = {
	.name = "hole-boot-id",
	.title = "recognise the machine by the id of its boot: a fresh /proc "
		 "shows it to everyone",
	.guarantee = "files-see",
	.layer = "none",
	.is_hole = true,
	.run = run_boot_id,
	.expected = { ENOENT, EACCES },
};

static int run_meminfo(const struct attack_stage *stage)
{
	(void)stage;
	return try_read("/proc/meminfo");
}

const struct attack attack_hole_meminfo = {
	.name = "hole-meminfo",
	.title = "see how much memory the machine has free: programs size "
		 "their caches by it",
	.guarantee = "files-see",
	.layer = "none",
	.is_hole = true,
	.run = run_meminfo,
	.expected = { ENOENT, EACCES },
};

static int run_release(const struct attack_stage *stage)
{
	struct utsname name;

	(void)stage;
	return try_result(uname(&name));
}

const struct attack attack_hole_kernel_release = {
	.name = "hole-kernel-release",
	.title = "learn the version of the kernel: a uts namespace does not "
		 "hide it",
	.guarantee = "kernel",
	.layer = "none",
	.is_hole = true,
	.run = run_release,
	.expected = { EPERM },
};
