/* kernel.pid_max of the box's own pid namespace, and the rlimits. */
#include "mech/limits_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/io.h"
#include "sys/mounts_calls.h"
#include "sys/pid_max.h"
#include "tables/guarantees.h"

#define PROC_MAGIC 0x9fa0 /* include/uapi/linux/magic.h */

/* The box's own /proc, in the new root that we stand in: nothing that a grant
 * may have put in its place, nothing that a link leads to. */
static int open_proc(void)
{
	struct statfs fs;
	int fd = open_resolved(AT_FDCWD, "proc",
			       O_PATH | O_DIRECTORY | O_CLOEXEC,
			       OPEN_NO_SYMLINKS);

	if (fd >= 0 && (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_MAGIC)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

/* Return: 0 or a negative errno */
static int write_sysctl(int proc, const char *name, const char *text)
{
	int fd = open_resolved(proc, name, O_WRONLY | O_CLOEXEC,
			       OPEN_NO_SYMLINKS | OPEN_IN_ROOT);
	int r = fd < 0 ? fd : write_exactly(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return r;
}

/*
 * Per pid namespace, and writable by its owner, since Linux 6.14; before that
 * it is the machine's, which root would write here for everybody. Where the
 * rlimit holds the ceiling as well, going without is told, not fatal.
 *
 * Once the kernel has given 300 it never again gives one below: a box that has started
 * so many processes would have that many fewer. So it begins there.
 */
int pid_max_apply(struct box *box, struct child_failure *failure)
{
	int proc = pid_max_is_own() ? open_proc() : -EOPNOTSUPP;
	int r = proc < 0 ? proc
			 : write_sysctl(proc, "sys/kernel/pid_max",
					box->pid_max);

	if (r == 0)
		r = write_sysctl(proc, "sys/kernel/ns_last_pid",
				 PID_RESERVED_TEXT);
	if (proc >= 0)
		close(proc);
	if (r == 0)
		return 0;
	if (box->must_hold_pid_max)
		return child_fail(failure, r, "set", "kernel.pid_max");
	failure->lost |= UINT32_C(1) << MECHANISM_PID_MAX;
	return 0;
}

/*
 * Landlock refuses writing in /proc as well; but where there is no Landlock,
 * a root without capabilities would still own every sysctl of the machine.
 */
int proc_apply(struct box *box, struct child_failure *failure)
{
	int proc = open_proc();
	int r;

	(void)box;
	if (proc < 0)
		return child_fail(failure, proc, "find", "/proc");
	r = mnt_setattr(proc, 0, MNT_ATTR_RDONLY);
	close(proc);
	if (r == -ENOSYS) /* before Linux 5.12 */
		r = mnt_mount(NULL, "proc", NULL,
			      MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID |
				      MS_NODEV | MS_NOEXEC, NULL);
	return r < 0 ? child_fail(failure, r, "make read-only", "/proc") : 0;
}

int rlimits_apply(struct box *box, struct child_failure *failure)
{
	for (size_t i = 0; i < box->n_rlimits; i++) {
		const struct box_rlimit *row = &box->rlimits[i];

		if (setrlimit(row->resource, &row->limit) < 0)
			return child_fail(failure, -errno, "set",
					  "a resource limit");
	}
	return 0;
}
