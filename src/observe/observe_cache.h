/* What need not be asked of the kernel again at each call of a process that is watched:
 * its memory, its working directory, the directories it names things below. */
#ifndef FH_OBSERVE_OBSERVE_CACHE_H
#define FH_OBSERVE_OBSERVE_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "observe/observe.h"

#define OBSERVE_DIRECTORIES 4u

struct observe_directory {
	int fd;	    /* the same open directory as theirs; -1: free */
	int number; /* theirs */
	char *name;
};

struct observe_cache {
	pid_t self;
	pid_t tid; /* whose call was the last one */
	unsigned int n_calls; /* of it, one after the other */
	int memory_fd;	      /* of it; -1 */
	char *cwd;	      /* of it; NULL */
	pid_t moving; /* may be about to change its directory; 0 none, -1 several */
	bool has_locks; /* a lock may end with the last descriptor: we keep none */
	int missed; /* the number of it that was looked up last; -1 */
	size_t next;
	int base_fd; /* the directory of the last look, ours; -1: none */
	const char *base; /* its name */
	struct observe_directory directories[OBSERVE_DIRECTORIES];
};

void observe_cache_init(struct observe_cache *ret);
void observe_cache_done(struct observe_cache *cache);

/* A call of that thread is looked at: before, and when it is about to go on. */
void observe_cache_begin(struct observe_cache *cache, pid_t tid);
void observe_cache_end(struct observe_cache *cache,
		       const struct observed *observed);

/* Return: a descriptor of its /proc/TID/mem, borrowed; -1: read it otherwise */
int observe_cache_memory(struct observe_cache *cache);

/* The name of a directory that it has open, or AT_FDCWD. Return: NULL: not known */
const char *observe_cache_directory(struct observe_cache *cache, int number);

/* It was looked up: that may be worth keeping. @name: absolute */
void observe_cache_add(struct observe_cache *cache, int number,
		       const char *name);

#endif
