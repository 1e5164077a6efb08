/* The moves that several attacks share. */
#ifndef FH_ATTACK_ATTACK_TRY_H
#define FH_ATTACK_ATTACK_TRY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attack/attack.h"

/* Each returns 0 when it succeeded, or the negative errno of the refusal. */

/* What a call returned, with errno, as an attack returns it. */
int try_result(long r);

/* Opens a file, and closes it. Never becomes a controlling terminal, never
 * waits for the other end of a FIFO. */
int try_open(const char *path, int flags);

/* Opens a file and reads a byte; an empty file is a success too. */
int try_read(const char *path);

/* Opens a directory and reads an entry. */
int try_list(const char *path);

/* Makes a new file and removes it. -EEXIST when it was there already. */
int try_create(const char *path);

/* Puts a path together. -ENAMETOOLONG when it does not fit. */
int try_path(char *ret, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A new open file in a directory, named after this process; the caller
 * removes it. Gives the descriptor. */
int try_make_file(const char *dir, char *ret_path, size_t size);

/* A call by its id. Sets errno to ENOSYS where the architecture lacks it. */
long try_syscall(enum syscall_id id, long a, long b, long c, long d, long e,
		 long f);

/* The number of a call on this architecture, or -1. */
int try_number(enum syscall_id id);

/* Whether the prey's number belongs to a process of the box: numbers inside
 * a pid namespace are small and repeat those outside. */
bool try_prey_is_ours(const struct attack_stage *stage);

#endif
