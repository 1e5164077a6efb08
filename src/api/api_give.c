/* Hands a text that was printed over to the caller. */
#include "api/export.h"

#include <stdlib.h>

#include "base/text.h"

int api_give(struct text *text, char **ret, struct fh_error *err)
{
	int r;

	text_add(text, "%s", ""); /* at least a NUL */
	r = text->code;
	if (r < 0) {
		text_done(text);
		return error_set(err, FH_STAGE_SUPERVISE, r, "print");
	}
	*ret = text->data;
	*text = (struct text){ 0 };
	return 0;
}
