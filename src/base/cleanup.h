/* Owners that let go by themselves: autoclose for descriptors, autofree for
 * heap memory. Declare and initialise on one line. */
#ifndef FH_BASE_CLEANUP_H
#define FH_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

#define autoclose __attribute__((cleanup(cleanup_close)))
#define autofree __attribute__((cleanup(cleanup_free)))

/* Hands the descriptor in *fd to the caller; *fd no longer owns it. */
static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
