/* A box by hand, to measure the library against. */
#ifndef FH_BENCH_FLOOR_SPAWN_H
#define FH_BENCH_FLOOR_SPAWN_H

#include <linux/filter.h>
#include <sys/types.h>

struct floor_box {
	const char *home;    /* own storage there */
	const char *program; /* shown where it lies; NULL: it lies in /usr */
	struct sock_fprog filter, init_filter;
};

/* Runs a program in a box as fh_spawn() makes it by default, and waits.
 * Return: its exit status; 125 when the box could not be built */
int floor_run(const struct floor_box *box, char *const argv[]);

#endif
