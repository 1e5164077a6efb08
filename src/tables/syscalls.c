/* The system calls by name with their number on each architecture. */
#include "tables/syscalls.h"

#include <errno.h>
#include <string.h>

#define FH_SYSCALL(call, x86_64_nr, aarch64_nr, first)                         \
	_Static_assert(sizeof(#call) <= SYSCALL_NAME_SIZE, #call);
#include "tables/syscalls_list.h"
#undef FH_SYSCALL

const struct syscall_row syscalls[N_SYSCALLS] = {
#define FH_SYSCALL(call, x86_64_nr, aarch64_nr, first)                         \
	[CALL_##call] = { .name = #call,                                       \
			  .x86_64 = (x86_64_nr),                               \
			  .aarch64 = (aarch64_nr),                             \
			  .since = (first) },
#include "tables/syscalls_list.h"
#undef FH_SYSCALL
};

int syscall_find(const char *name)
{
	size_t low = 0;
	size_t high = N_SYSCALLS;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, syscalls[middle].name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -ENOENT;
}
