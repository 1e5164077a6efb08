/* Looks into a process that has been stopped at a system call: strings, paths and
 * addresses that its arguments point to. All of it is hostile. */
#ifndef FH_OBSERVE_OBSERVE_H
#define FH_OBSERVE_OBSERVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tables/observed_calls.h"

struct observe_cache;

/* One call that was stopped. */
struct observed {
	pid_t tid; /* in our pid namespace */
	const struct observed_call *row;
	unsigned int call; /* enum syscall_id */
	uint64_t args[6];
	bool has_our_root; /* it is known to: its names need not be cut */
	struct observe_cache *cache; /* NULL: nothing is kept between calls */
};

/* Where an address leads. */
struct observed_address {
	int family;	      /* AF_INET, AF_INET6, AF_UNIX, another; -1: not read */
	uint16_t port;	      /* host order; AF_INET and AF_INET6 */
	char text[128];	      /* "127.0.0.1"; a path is in .path */
	char path[PATH_MAX];  /* AF_UNIX: absolute; "@name" for an abstract one */
};

/**
 * observe_bytes(), observe_string() - copy from the memory of a thread
 *
 * A string may end right before a page that is not there. Return: the length;
 * -ENAMETOOLONG without a NUL in size bytes; -EFAULT, -EPERM, -ESRCH
 */
ssize_t observe_bytes(pid_t tid, uint64_t address, void *ret, size_t size);
ssize_t observe_string(pid_t tid, uint64_t address, char *ret, size_t size);

/**
 * observe_path() - the path that an argument names, from the root of the process
 * @index: which of row->paths
 * @ret:   absolute, as the process named it below its directory, with "." and empty components
 *         taken out; ".." is kept, for what it means a link may decide. "" for a descriptor itself
 *         (AT_EMPTY_PATH) that is no file with a name
 *
 * Return: 0; -ENAMETOOLONG; -EFAULT; -ESRCH ...
 */
int observe_path(const struct observed *observed, int index,
		 char ret[PATH_MAX]);

/* The use of a path of that call: for open by its flags. Return: a USE_ mask; 0
 * when the flags cannot be read, by the kernel neither */
unsigned int observe_use(const struct observed *observed, int index);

/* The address of connect, bind and sendto. Return: 0 or a negative errno */
int observe_address(const struct observed *observed,
		    struct observed_address *ret);

/* Takes ".." and "." out by the letter, in place; never above "/". */
void observe_normalize(char *path);

/* The name of the program, of /proc/TID/comm; "" when it cannot be read. */
void observe_program(pid_t tid, char *ret, size_t size);

#endif
