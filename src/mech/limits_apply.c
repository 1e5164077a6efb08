/* kernel.pid_max of the box's own pid namespace, and the rlimits. */
#include "mech/limits_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/io.h"
#include "tables/guarantees.h"

/*
 * Per pid namespace, and writable by its owner, since Linux 6.14; before that
 * it is the machine's, which an unprivileged user cannot write. Where the
 * rlimit holds the ceiling as well, going without is told, not fatal.
 */
int pid_max_apply(struct box *box, struct child_failure *failure)
{
	int fd = openat(AT_FDCWD, "proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r == 0) {
		r = write_exactly(fd, box->pid_max, strlen(box->pid_max));
		close(fd);
	}
	if (r == 0)
		return 0;
	if (box->must_hold_pid_max)
		return child_fail(failure, r, "set", "kernel.pid_max");
	failure->lost |= UINT32_C(1) << MECHANISM_PID_MAX;
	return 0;
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
