/* The terminal that we were started at: its modes, its size, who has it. */
#ifndef FH_CLI_SCREEN_H
#define FH_CLI_SCREEN_H

#include <stdbool.h>
#include <termios.h>

/*
 *               screen_enter()
 *      as it was -----------> raw: keys go to the program as they are
 *                <-----------
 *               screen_leave(), exit()
 *
 * Nothing is changed while another process group has the foreground, as a shell
 * expects of its jobs.
 */
struct screen {
	int fd; /* -1: there is none */
	bool is_raw;
	struct termios before;
};

/* Takes a copy of a terminal of our own, never of its flags, which others share.
 * Return: a descriptor that does not block, or one that does; negative errno */
int screen_copy(int fd, int flags);

/* @fd: a terminal, kept until screen_leave(); also left at exit(3) */
void screen_begin(struct screen *screen, int fd);

bool screen_is_ours(const struct screen *screen);
/* Has the line been dropped? What is left then is the descriptor. */
bool screen_is_gone(const struct screen *screen);

void screen_enter(struct screen *screen);
/* Signals of the keyboard are for us again, but output stays as the program's own
 * terminal made it: while the rest of that is shown. */
void screen_half_leave(struct screen *screen);
void screen_leave(struct screen *screen);

/* Leaves it for good. */
void screen_end(struct screen *screen);

/* Gives the program's terminal the size of this one. */
void screen_copy_size(const struct screen *screen, int master);

#endif
