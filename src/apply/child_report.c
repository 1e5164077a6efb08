/* Sends what the child has to say through the report pipe. */
#include <fumehood/result.h>
#include <unistd.h>

#include "apply/child.h"
#include "base/io.h"
#include "base/text.h"

/* Appends to a bounded string without stdio; returns the new length. */
static size_t append(char *ret, size_t len, size_t size, const char *part)
{
	while (*part && len + 1 < size)
		ret[len++] = *part++;
	ret[len] = '\0';
	return len;
}

void child_report_failure(const struct box *box, enum step step, int code,
			  const struct child_failure *failure, int exit_code)
{
	struct box_message message = {
		.kind = BOX_FAILED,
		.exit_code = exit_code,
		.error = { .code = code, .step = step },
	};
	struct fh_error *err = &message.error;
	size_t len;

	err->stage = step == STEP_EXEC ? FH_STAGE_EXEC : FH_STAGE_APPLY;
	len = append(err->what, 0, sizeof(err->what), failure->action);
	if (failure->object) {
		len = append(err->what, len, sizeof(err->what), " ");
		escape_into(err->what + len, sizeof(err->what) - len,
			    failure->object);
	}
	if (failure->origin)
		append(err->origin, 0, sizeof(err->origin), failure->origin);
	write_exactly(box->report_fd, &message, sizeof(message));
}

void child_report_starting(const struct box *box, uint32_t lost)
{
	struct box_message message = { .kind = BOX_STARTING, .lost = lost };

	/* A launcher that does not hear of it takes the box for failed: then
	 * nothing may start. */
	if (write_exactly(box->report_fd, &message, sizeof(message)) < 0)
		_exit(FH_EXIT_NOT_BOXED);
}
