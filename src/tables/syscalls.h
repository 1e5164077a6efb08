/* The system calls by name with their number on each architecture. */
#ifndef FH_TABLES_SYSCALLS_H
#define FH_TABLES_SYSCALLS_H

#include <stdint.h>

/* An id is the row of syscalls[]: groups, policies and rules name calls by
 * it, so that a name that does not exist fails to compile. */
enum syscall_id {
#define FH_SYSCALL(name, x86_64, aarch64, since) CALL_##name,
#include "tables/syscalls_list.h"
#undef FH_SYSCALL
	N_SYSCALLS,
};

#define SYSCALL_NAME_SIZE 24

/* Without pointers: a table of them would be relocated at every start. */
struct syscall_row {
	char name[SYSCALL_NAME_SIZE];
	char since[8]; /* first kernel; "2.6" means that or before */
	int16_t x86_64; /* -1 if the architecture lacks the call */
	int16_t aarch64;
};

extern const struct syscall_row syscalls[N_SYSCALLS]; /* sorted by name */

/* The id of a call, or -ENOENT. */
int syscall_find(const char *name);

#endif
