/* Structures of options tell their size, so that later ones can be longer. */
#ifndef FH_API_API_OPTIONS_H
#define FH_API_API_OPTIONS_H

#include <errno.h>

#include "base/error.h"

/* @type: its name, "fh_spawn_options"; @known: the flags that there are */
static inline int api_check_options(const char *type, size_t size, size_t want,
				    unsigned int flags, unsigned int known,
				    struct fh_error *err)
{
	if (size != want)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s.size is %zu, not %zu", type, size, want);
	if (flags & ~known)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s.flags: unknown flags 0x%x", type,
				 flags & ~known);
	return 0;
}

#endif
