/* Everything is hidden but what the public headers declare. */
#ifndef FH_API_EXPORT_H
#define FH_API_EXPORT_H

#pragma GCC visibility push(default)
#include <fumehood/fumehood.h>
#pragma GCC visibility pop

#include <errno.h>

#include "base/error.h"

/* A NULL where there must be none: a mistake of the program that calls. */
#define api_needs(argument, err)                                             \
	((argument) ? 0                                                      \
		    : error_set(err, FH_STAGE_PARSE, -EINVAL,                \
				"%s: " #argument " is NULL", __func__))

struct text;

/* Is it FH_TEXT or FH_JSON? An enumeration from outside may be anything. */
#define api_needs_format(format, err)                                        \
	((format) == FH_TEXT || (format) == FH_JSON                          \
		 ? 0                                                         \
		 : error_set(err, FH_STAGE_PARSE, -EINVAL,                   \
			     "%s: no format %d", __func__, (int)(format)))

/* Hands a text over as a string for free(3); takes it in any case. */
int api_give(struct text *text, char **ret, struct fh_error *err);

#endif
