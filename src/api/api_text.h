/* How a text that was made becomes the caller's. */
#ifndef FH_API_TEXT_H
#define FH_API_TEXT_H

#include "api/export.h"
#include "base/text.h"

/* Is it FH_TEXT or FH_JSON? An enumeration from outside may be anything. */
static inline int api_check_format(enum fh_format format, const char *function,
				   struct fh_error *err)
{
	return format == FH_TEXT || format == FH_JSON
		       ? 0
		       : error_set(err, FH_STAGE_PARSE, -EINVAL,
				   "%s: no format %d", function, (int)format);
}

/* Says why a text could not be made. */
static inline int api_fail_text(const struct text *text, const char *function,
				struct fh_error *err)
{
	if (text->code == -EFBIG)
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s: more than %u MiB of text", function,
				 TEXT_MAX >> 20);
	return error_set(err, FH_STAGE_PARSE, text->code, "%s: out of memory",
			 function);
}

/* Hands the text over, to be freed with free(3).
 * Return: 0, or what went wrong while it was made */
static inline int api_take_text(struct text *text, char **ret,
				const char *function, struct fh_error *err)
{
	text_add_bytes(text, "", 0); /* even nothing is a string */
	if (text->code)
		return api_fail_text(text, function, err);
	*ret = text->data;
	*text = (struct text){ 0 };
	return 0;
}

#endif
