/* What becomes of a program that runs, told as it happens. */
#include "api/export.h"

#include "api/api_box.h"

int fh_box_event_fd(const struct fh_box *box)
{
	return box ? box->running.go_fd : -EINVAL;
}

int fh_box_event(struct fh_box *box)
{
	return box ? running_event(&box->running) : -EINVAL;
}
