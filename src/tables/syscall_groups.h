/* Named groups of system calls, in the vocabulary of systemd. */
#ifndef FH_TABLES_SYSCALL_GROUPS_H
#define FH_TABLES_SYSCALL_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "tables/syscalls.h"

enum syscall_group_id {
	GROUP_AIO,
	GROUP_BASIC_IO,
	GROUP_CHOWN,
	GROUP_CLOCK,
	GROUP_CPU_EMULATION,
	GROUP_DEBUG,
	GROUP_DEFAULT,
	GROUP_FILE_SYSTEM,
	GROUP_IO_EVENT,
	GROUP_IO_URING,
	GROUP_IPC,
	GROUP_KEYRING,
	GROUP_MEMORY,
	GROUP_MODULE,
	GROUP_MOUNT,
	GROUP_NAMESPACE,
	GROUP_NETWORK_IO,
	GROUP_NUMA,
	GROUP_OBSOLETE,
	GROUP_PRIVILEGED,
	GROUP_PROCESS,
	GROUP_RAW_IO,
	GROUP_REBOOT,
	GROUP_RESOURCES,
	GROUP_SANDBOX,
	GROUP_SETUID,
	GROUP_SIGNAL,
	GROUP_SWAP,
	GROUP_SYNC,
	GROUP_SYSTEM_SERVICE,
	GROUP_SYSV_IPC,
	GROUP_TIMER,
	N_SYSCALL_GROUPS,
};

/*
 * A member is a syscall_id or, from MEMBER_GROUP on, a group. Policies use
 * MEMBER_NOT to take out what an earlier member brought in.
 */
#define MEMBER_GROUP 0x1000
#define MEMBER_NOT 0x2000
#define MEMBER_INDEX(member) ((member) & 0xfff)
_Static_assert(N_SYSCALLS <= 0xfff, "ids and flags overlap");

struct syscall_group {
	const char *name; /* with its '@' */
	const char *help;
	const uint16_t *members;
	uint16_t n_members;
};

extern const struct syscall_group syscall_groups[N_SYSCALL_GROUPS]; /* sorted */

/* Which calls are meant, by id. */
struct syscall_set {
	bool has[N_SYSCALLS];
};

/* Puts members in, or out where MEMBER_NOT says so, in their order. */
void syscall_set_change(struct syscall_set *set, const uint16_t *members,
			uint16_t n_members);

/* The id of a group by its name with '@', or -ENOENT. */
int syscall_group_find(const char *name);

/* Is it a known call or @group? If not, nearest gets the nearest name. */
bool syscall_name_is_known(const char *name, const char **ret_nearest);

#endif
