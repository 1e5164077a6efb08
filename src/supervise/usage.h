/* What a box that runs uses now. */
#ifndef FH_SUPERVISE_USAGE_H
#define FH_SUPERVISE_USAGE_H

#include <fumehood/spawn.h>

#include "supervise/running.h"

/* Return: as fh_box_usage() */
int running_usage(const struct running *running, struct fh_usage *ret,
		  struct fh_error *err);

#endif
