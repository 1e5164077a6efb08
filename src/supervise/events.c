/* Reads what init tells of a program that runs. */
#include <errno.h>
#include <fumehood/spawn.h>
#include <sys/socket.h>

#include "supervise/running.h"

/* Whatever else comes is none, with what it may bring. */
int running_event(const struct running *running)
{
	char told;
	ssize_t n = recv(running->go_fd, &told, 1, MSG_DONTWAIT);

	if (n == 1 && told == BOX_TOLD_STOPPED)
		return FH_EVENT_STOPPED;
	if (n == 1 && told == BOX_TOLD_CONTINUED)
		return FH_EVENT_CONTINUED;
	return -EAGAIN;
}
