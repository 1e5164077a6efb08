/* Carries bytes between the terminal of a box and who started it. */
#ifndef FH_CLI_TERMINAL_H
#define FH_CLI_TERMINAL_H

#include <fumehood/spawn.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "screen.h"

/* For the manual. */
#define TERMINAL_ESCAPE "With a terminal of its own, three times ^] within a second end the box."

#define TERMINAL_TYPED_MAX 4096 /* what a line discipline takes */
#define TERMINAL_SHOWN_MAX 65536

struct flow {
	size_t begin, end;
};

/*
 *   in ---> typed[] ---> master ===== the box
 *   out <-- shown[] <---
 *
 * Nothing waits here, so nothing is lost and no signal has to wait: a full buffer is not
 * read into, an empty one not written from.
 */
struct terminal {
	int master, slave; /* the other end is held, so that it never hangs up; -1 */
	int in, out;	   /* -1: none, or at its end */
	bool is_in_screen; /* .in is a keyboard */
	bool is_out_socket;
	bool can_out_wait; /* others share it, so it cannot be told not to */
	struct screen screen;
	int away_fd; /* in the background: readable when the terminal is used; -1 */
	bool is_away;

	bool owes_end;	 /* .in has ended: the program is to see that */
	char last_typed;
	unsigned int n_told[2]; /* how often, to one that reads lines in [1] */
	bool has_printed;     /* the program, since then */
	unsigned int n_looks; /* since the program printed something */

	unsigned int n_escapes;
	uint64_t first_escape_ms;
	bool is_escaped; /* three of them */

	bool is_draining; /* the box has ended */
	struct flow typing, showing;
	char typed[TERMINAL_TYPED_MAX];
	char shown[TERMINAL_SHOWN_MAX];
};

enum { TERMINAL_MASTER, TERMINAL_IN, TERMINAL_OUT, TERMINAL_AWAY, TERMINAL_FDS };

/* Finds out what to read from and show on. Before the box is started, because
 * nothing may fail after. Return: 0 or a negative errno */
int terminal_new(struct terminal **ret, struct fh_error *err);

/* Takes the box's terminal and puts ours into raw mode. */
void terminal_begin(struct terminal *terminal, struct fh_box *box);

/* What to poll(2) for; places that are not needed have -1. */
void terminal_watch(const struct terminal *terminal,
		    struct pollfd ret[TERMINAL_FDS]);
/* How long poll(2) may wait: mostly -1, which is for ever. */
int terminal_wait_ms(const struct terminal *terminal);
void terminal_turn(struct terminal *terminal,
		   const struct pollfd fds[TERMINAL_FDS]);

/* Shows what can be shown at once, and leaves the terminal to a shell. */
void terminal_leave(struct terminal *terminal);
/* Comes back to it, if the shell gave it to us. */
void terminal_enter(struct terminal *terminal);

/* As if the key for that signal were pressed. Return: can that be? */
bool terminal_signal(const struct terminal *terminal, int sig);

/* Has nobody any more who would read or type: the box's terminal hangs up. */
void terminal_hang_up(struct terminal *terminal);

/* The box has ended: what it printed before is still to be shown. */
void terminal_drain(struct terminal *terminal);
bool terminal_is_drained(const struct terminal *terminal);

/* Ours is as it was. NULL is fine. */
void terminal_free(struct terminal *terminal);

#endif
