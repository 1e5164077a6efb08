/* Raises lo; the empty network namespace has no other interface. */
#include "mech/network_apply.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

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
