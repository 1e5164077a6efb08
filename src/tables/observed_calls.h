/* The system calls that carry policy: which argument is a path, and what for. */
#ifndef FH_TABLES_OBSERVED_CALLS_H
#define FH_TABLES_OBSERVED_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include "tables/syscalls.h"

/* What a call does with an object; a mask, as evidence and grants count it. */
#define USE_SEE 1u    /* stat, access, readlink, chdir: that it is there */
#define USE_READ 2u
#define USE_WRITE 4u  /* the object itself, its content or its attributes */
#define USE_EXEC 8u
#define USE_LIST 16u  /* a directory was opened */
#define USE_ENTRY 32u /* an entry of its directory was made, removed or renamed */

enum observed_kind {
	OBSERVED_PATHS,	  /* paths[], each with its use */
	OBSERVED_OPEN,	  /* the same, the use is in the flags of open */
	OBSERVED_OPEN_HOW, /* openat2: they are behind a pointer */
	OBSERVED_SOCKET,  /* family, type, protocol */
	OBSERVED_CONNECT, /* descriptor, address, length */
	OBSERVED_BIND,
	OBSERVED_LISTEN,  /* descriptor */
	OBSERVED_SEND,	  /* sendto with an address in argument 4 */
	OBSERVED_PROCESS, /* clone, fork, vfork: a ceiling may refuse it */
	OBSERVED_SIGNAL,  /* kill and its kin: a process, by number */
	OBSERVED_DESCRIPTOR, /* makes a descriptor or grows a file: a ceiling */
	OBSERVED_OTHER,	  /* carries policy as a call */
};

#define OBSERVED_PATHS_MAX 2
#define OBSERVED_NONE (-1)

struct observed_path {
	int8_t path;   /* argument; OBSERVED_NONE ends the list */
	int8_t dirfd;  /* argument, or OBSERVED_NONE: the working directory */
	uint8_t use;   /* USE_ */
};

struct observed_call {
	uint16_t call; /* enum syscall_id */
	uint8_t kind;  /* enum observed_kind */
	int8_t flags;  /* argument with AT_ or O_ flags; OBSERVED_NONE */
	struct observed_path paths[OBSERVED_PATHS_MAX];
};

/* Sorted by call. */
extern const struct observed_call observed_calls[];
extern const size_t n_observed_calls;

/* Return: NULL for a call that is not observed */
const struct observed_call *observed_call_find(unsigned int call);

#endif
