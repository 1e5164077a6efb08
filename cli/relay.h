/* Passes signals on to a box until it has ended. */
#ifndef FH_CLI_RELAY_H
#define FH_CLI_RELAY_H

#include <fumehood/spawn.h>
#include <stdbool.h>

#include "watch.h"

/* Blocks all signals, so that none is lost between start and relay, and makes
 * a descriptor to read them from. Return: it, or a negative errno */
int relay_open(struct fh_error *err);

/**
 * relay_until_end() - wait for the box; what we are sent goes to the program
 * @signals:         from relay_open()
 * @has_own_session: the program's, apart from our terminal
 * @watch:           told of each turn
 *
 * Return: 0 or a negative errno, as fh_wait()
 */
int relay_until_end(int signals, struct fh_box *box, bool has_own_session,
		    struct watch *watch, struct fh_result *ret, struct fh_error *err);

#endif
