/* Finds out where a path of another process leads, without waiting for anybody. */
#ifndef FH_LEARN_LEARN_RESOLVE_H
#define FH_LEARN_LEARN_RESOLVE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whose names are ours. */
struct learn_view {
	char mounts[64]; /* what /proc/self/ns/mnt says */
	uint64_t root_device;
	uint64_t root_inode;
	bool is_everybodys; /* nobody has changed root or mounts so far */
};

struct learn_place {
	char real[PATH_MAX];
	mode_t mode;	/* of the object; 0: not known */
	bool is_there;
	bool is_ours; /* the name means the same to us, and it may be opened */
};

void learn_view_init(struct learn_view *ret);

/**
 * learn_resolve() - where a path leads now
 * @path:    absolute, from the root of the process
 * @is_link: a link at its end is meant itself
 *
 * In a file tree that is not ours only what the kernel has at hand is looked at: its
 * file system may be served by a process that is stopped for us. What /proc/self
 * says is told under that name.
 */
void learn_resolve(const struct learn_view *view, pid_t tid, const char *path,
		   bool is_link, struct learn_place *ret);

/* The same, where the path's directory is known to be no link, nor below one, and
 * the name is none; cheaper. @base_fd: that directory, and @name in it; or AT_FDCWD,
 * and the path again. Return: false when it is not that simple */
bool learn_resolve_in(const char *path, int base_fd, const char *name,
		      struct learn_place *ret);

#endif
