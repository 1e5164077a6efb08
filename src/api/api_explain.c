/* fh_box_follow(): what a box's processes have been refused so far. */
#include "api/export.h"

#include <errno.h>

#include "api/api_box.h"
#include "api/api_text.h"

int fh_box_follow(struct fh_box *box, struct fh_error *err)
{
	int r = api_needs(box, err);

	if (r < 0)
		return r;
	if (!box->explain)
		return error_set(err, FH_STAGE_SUPERVISE, -EINVAL,
				 "fh_box_follow: the box was not started with FH_SPAWN_EXPLAIN");
	r = box_need_tracer(box, __func__, err);
	if (r == 0 && !box->running.has_ended)
		trace_follow(explain_trace(box->explain));
	return r;
}
