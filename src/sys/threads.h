/* Do other threads run in this process? */
#ifndef FH_SYS_THREADS_H
#define FH_SYS_THREADS_H

enum threads {
	THREADS_ONE,
	THREADS_MANY,
	THREADS_UNKNOWN, /* no /proc in sight: to be treated as many */
};

/*
 * Most fences are put around one thread: the caller has to know whether there
 * are others. A process that shares its memory with another one by
 * clone(CLONE_VM) without CLONE_THREAD counts as one thread, as in the kernel.
 */
enum threads threads_look(void);

/* Is every thread's permitted set empty? Return: 1, 0, or a negative errno
 * when that cannot be seen. */
int threads_have_no_capability(void);

#endif
