/* Fills in struct fh_error, escaped, once, where a failure is understood. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int error_set(struct fh_error *err, enum fh_stage stage, int code,
	    const char *fmt, ...)
{
	char raw[4096];
	va_list args;

	if (!err)
		return code;
	memset(err, 0, sizeof(*err));
	err->code = code;
	err->stage = stage;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(err->what, sizeof(err->what), raw);
	return code;
}

void error_remedy(struct fh_error *err, const char *fmt, ...)
{
	char raw[1024];
	va_list args;

	if (!err)
		return;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(err->remedy, sizeof(err->remedy), raw);
}

void error_origin(struct fh_error *err, const char *origin)
{
	if (err && !err->origin[0])
		escape_into(err->origin, sizeof(err->origin), origin);
}
