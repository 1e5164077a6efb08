/* Do other threads run in this process? */
#ifndef FH_SYS_THREADS_H
#define FH_SYS_THREADS_H

#include <stdint.h>

enum threads {
	THREADS_ONE,
	THREADS_MANY,
	THREADS_UNKNOWN, /* it cannot be seen: to be treated as many */
};

/*
 * Most fences are put around one thread: the caller has to know whether there
 * are others. A process that shares its memory with another one by
 * clone(CLONE_VM) without CLONE_THREAD counts as one thread, as in the kernel.
 */
enum threads threads_look(void);

/*
 * Is something so of every living thread? @is_so gets /proc/self/task/TID/status
 * and says 1, 0 or a negative errno; the first that is not 1 is the answer.
 * Return: the answer, or a negative errno when the threads cannot be seen
 */
int threads_check(int (*is_so)(const char *status, const void *ctx),
		  const void *ctx);

/* In such a status: what follows "NAME:\t" at the start of a line, or NULL. */
const char *threads_field(const char *status, const char *name);

/* Is none of these capabilities permitted in any thread? Return: 1, 0, or a
 * negative errno when that cannot be seen. */
int threads_lack(uint64_t capabilities);

/* Is every thread's permitted set empty? As threads_lack(). */
int threads_have_no_capability(void);

#endif
