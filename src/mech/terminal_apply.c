/* A session of its own has no controlling terminal to push input into. */
#include "mech/terminal_apply.h"

#include <errno.h>
#include <unistd.h>

int session_apply(struct box *box, struct child_failure *failure)
{
	(void)box;
	if (setsid() < 0)
		return child_fail(failure, -errno, "start", "a new session");
	return 0;
}
