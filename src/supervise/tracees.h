/* The threads that are followed, by number: grows and shrinks with the box. */
#ifndef FH_SUPERVISE_TRACEES_H
#define FH_SUPERVISE_TRACEES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee {
	pid_t tid; /* 0: a free place */
	bool is_known; /* its first stop has been served */
	bool is_in_call; /* the exit stop of a call is awaited */
	int nr;
	uint64_t args[6];
};

/* A hash table with linear probing, never more than half full. */
struct tracees {
	struct tracee *rows; /* heap */
	size_t size; /* a power of two, or 0 */
	size_t n;
};

/* Return: NULL when it is not there */
struct tracee *tracees_find(const struct tracees *tracees, pid_t tid);
/* Finds or adds. Return: NULL when out of memory */
struct tracee *tracees_add(struct tracees *tracees, pid_t tid);
void tracees_remove(struct tracees *tracees, pid_t tid);
void tracees_done(struct tracees *tracees);

#endif
