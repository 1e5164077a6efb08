/* What boxes use, and which of them run. */
#include "api/export.h"

#include <signal.h>

#include "api/api_box.h"
#include "base/proc.h"
#include "supervise/boxes.h"
#include "supervise/usage.h"

int fh_box_usage(const struct fh_box *box, struct fh_usage *ret,
		 struct fh_error *err)
{
	int r = api_needs(box, err);

	if (r == 0)
		r = api_needs(ret, err);
	return r < 0 ? r : running_usage(&box->running, ret, err);
}

int fh_boxes(struct fh_box_info **ret, size_t *ret_n, struct fh_error *err)
{
	int r = api_needs(ret, err);

	if (r == 0)
		r = api_needs(ret_n, err);
	if (r == 0)
		r = proc_need(err);
	return r < 0 ? r : boxes_list(ret, ret_n, err);
}

int fh_boxes_kill(pid_t id, int sig, struct fh_error *err)
{
	int r;

	if (id < 1)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "fh_boxes_kill: no process has the id %d", id);
	if (sig < 1 || sig > FORWARDED_SIGNALS_MAX || sig == SIGCHLD)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "fh_boxes_kill: no signal %d can be sent",
				 sig);
	r = proc_need(err);
	return r < 0 ? r : boxes_kill(id, sig, err);
}
