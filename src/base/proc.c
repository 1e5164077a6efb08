/* Looks whether /proc is mounted, and is that of our pid namespace. */
#include "base/proc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/number.h"

/* A /proc that was mounted before the caller's pid namespace was made counts
 * otherwise: a box's number there is somebody else's. */
static int need_own_numbers(struct fh_error *err)
{
	char own[21], seen[32];
	ssize_t n = readlink("/proc/self", seen, sizeof(seen) - 1);
	int r;

	if (n > 0 && (size_t)n == number_format(own, (uint64_t)getpid()) &&
	    memcmp(own, seen, (size_t)n) == 0)
		return 0;
	r = error_set(err, FH_STAGE_PROBE, -ESRCH,
		      "find ourselves in /proc: it is another pid namespace's");
	error_remedy(err, "mount a /proc of this one: unshare --mount-proc, for one");
	return r;
}

/* Not of /proc/self/fd: that is empty once the first thread has ended. */
int proc_need(struct fh_error *err)
{
	int r;

	if (access("/proc/thread-self/fd", F_OK) == 0)
		return need_own_numbers(err);
	r = error_set(err, FH_STAGE_PROBE, -errno, "find /proc mounted");
	error_remedy(err, "as root: mount -t proc proc /proc");
	return r;
}
