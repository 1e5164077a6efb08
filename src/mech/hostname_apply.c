/* Sets the host name inside the box's own uts namespace. */
#include "mech/hostname_apply.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int hostname_apply(struct box *box, struct child_failure *failure)
{
	if (sethostname(box->hostname, strlen(box->hostname)) < 0)
		return child_fail(failure, -errno, "set the host name",
				  box->hostname);
	return 0;
}
