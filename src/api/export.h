/* Everything is hidden but what the public headers declare. */
#ifndef FH_API_EXPORT_H
#define FH_API_EXPORT_H

#pragma GCC visibility push(default)
#include <fumehood/fumehood.h>
#pragma GCC visibility pop

#include <errno.h>

#include "base/error.h"

/* A NULL where there must be none: a mistake of the program that calls. */
#define api_needs_for(function, argument, err)                               \
	((argument) ? 0                                                      \
		    : error_set(err, FH_STAGE_PARSE, -EINVAL,                \
				"%s: " #argument " is NULL", function))
#define api_needs(argument, err) api_needs_for(__func__, argument, err)

#endif
