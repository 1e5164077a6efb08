/* Owners that let go by themselves: autoclose for descriptors, autofree for
 * heap memory. Declare and initialise on one line. */
#ifndef FH_BASE_CLEANUP_H
#define FH_BASE_CLEANUP_H

#include <errno.h>
#include <fcntl.h>
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

/* Takes over a descriptor and returns it, or a copy above the standard ones
 * where it is one of them; a negative errno when there is none to be had. */
static inline int fd_raise(int fd)
{
	int raised;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	raised = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (raised < 0)
		raised = -errno;
	close(fd);
	return raised;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
