/* What the parts of helper_hostile share. */
#ifndef FH_TESTS_HOSTILE_H
#define FH_TESTS_HOSTILE_H

#include <errno.h>
#include <fumehood/fumehood.h>
#include <stdbool.h>

#include "base/cleanup.h"

#define WON 3
#define BROKEN 4
#define PATIENCE 5000 /* ms */

extern struct fh_channel *hostile_channel;
extern uint16_t hostile_port;

struct hostile_attack {
	const char *name;
	int (*run)(void); /* 0: refused */
};
/* Each ends with an empty row. */
extern const struct hostile_attack hostile_messages[], hostile_requests[],
	hostile_processes[];

static inline int refused(bool is_so)
{
	return is_so ? 0 : WON;
}

/* NAME in the directory; four are kept. */
char *at(const char *name);

/* The end of the pair itself, which the channel keeps to itself. */
int hostile_socket(void);

/* Says a word to the test, and waits for its answer. */
int pause_for_test(const char *word);

#endif
