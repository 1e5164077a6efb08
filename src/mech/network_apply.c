/* Makes an empty net namespace, enters it, and raises its lo if asked. */
#include "mech/network_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A net namespace is nearly half of what a box costs the kernel. A helper
 * that shares our memory and descriptors makes it on another processor while
 * the mounts are made on this one; we enter it when both are done.
 *
 * The helper shares errno with us, too: it sets it only when it fails, and
 * then there is no box for a wrong errno to matter to.
 */
static struct {
	_Alignas(16) char stack[8192];
	int fd; /* the namespace; negative errno when it could not be had */
} helper;

static int make_namespace(void *unused)
{
	(void)unused;
	helper.fd = unshare(CLONE_NEWNET) < 0
			    ? -errno
			    : openat(AT_FDCWD, "/proc/self/ns/net",
				     O_RDONLY | O_CLOEXEC);
	if (helper.fd == -1)
		helper.fd = -errno;
	return 0;
}

int network_start_apply(struct box *box, struct child_failure *failure)
{
	helper.fd = -ECHILD;
	box->net_pid = clone(make_namespace,
			     helper.stack + sizeof(helper.stack),
			     CLONE_VM | CLONE_FILES, NULL);
	if (box->net_pid < 0)
		return child_fail(failure, -errno, "start making",
				  "the net namespace");
	return 0;
}

int network_apply(struct box *box, struct child_failure *failure)
{
	long pid;
	int r = 0;

	do {
		pid = syscall(SYS_wait4, box->net_pid, NULL, __WALL, NULL);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return child_fail(failure, -errno, "wait for",
				  "the net namespace");
	if (helper.fd < 0)
		return child_fail(failure, helper.fd, "create",
				  "the net namespace");
	if (setns(helper.fd, CLONE_NEWNET) < 0)
		r = child_fail(failure, -errno, "enter", "the net namespace");
	close(helper.fd);
	return r;
}

int loopback_apply(struct box *box, struct child_failure *failure)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = 0;

	(void)box;
	if (fd < 0)
		return child_fail(failure, -errno, "open a socket for", "lo");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		r = child_fail(failure, -errno, "raise", "lo");
	close(fd);
	return r;
}
