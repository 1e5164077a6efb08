/* Passes signals on to a box, and what its terminal has, until it has ended. */
#ifndef FH_CLI_RELAY_H
#define FH_CLI_RELAY_H

#include <fumehood/spawn.h>
#include <stdbool.h>
#include <stdint.h>

#include "watch.h"

struct terminal;

struct relay {
	int signals;		   /* from relay_open() */
	struct fh_box *box;
	struct watch *watch; /* told of each turn */
	struct terminal *terminal; /* of the box's own; NULL */
	bool has_own_session;	   /* the program's, apart from our terminal */
	uint64_t interrupted_ms;   /* when the keyboard last did that; 0 */
	bool is_ended_by_user;
	bool is_abandoned; /* nobody waits for the rest of the output */
};

/* Blocks all signals, so that none is lost between start and relay, and makes
 * a descriptor to read them from. Return: it, or a negative errno */
int relay_open(struct fh_error *err);

/**
 * relay_until_end() - wait for the box; what we are sent goes to the program
 *
 * Return: 0 or a negative errno, as fh_wait()
 */
int relay_until_end(struct relay *relay, struct fh_result *ret,
		    struct fh_error *err);

#endif
