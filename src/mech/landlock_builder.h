/* A Landlock ruleset in the making, and what a kernel makes of one. */
#ifndef FH_MECH_LANDLOCK_BUILDER_H
#define FH_MECH_LANDLOCK_BUILDER_H

#include <fumehood/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LANDLOCK_RULES_MAX 65536 /* paths and ports of one ruleset */

/* Which directory it is, whatever it is called. */
struct landlock_place {
	dev_t dev;
	ino_t ino;
};

/*
 * Rules go into the kernel's ruleset at once. Descriptors of what they name
 * would be lost to the first closefrom() of a daemon, and the number of one
 * that was closed may come to mean another directory.
 */
struct fh_landlock {
	unsigned int flags; /* FH_LANDLOCK_FILES_ONLY */
	int abi_error;	    /* why there is no Landlock, or 0 */
	int abi;	    /* of the kernel; 0: none */
	int ruleset_fd;	    /* -1 without Landlock; owned */
	size_t n_rules;
	struct landlock_place *places; /* directories with a rule; owned */
	size_t n_places;
	size_t size_places;
	struct landlock_place root; /* "/" when it was begun */
};

/* What applying means on an ABI, whatever the rules; pure. @abi_error is told
 * in the reason when @abi is 0. */
void landlock_describe(unsigned int flags, int abi, int abi_error,
		       struct fh_landlock_status *ret);

/* What a ruleset on this ABI handles; pure. */
struct ll_ruleset_attr;
void landlock_handle(unsigned int flags, int abi, struct ll_ruleset_attr *ret);

/* Grants FH_READ, FH_WRITE, FH_EXEC beneath a path. */
int landlock_add_path(struct fh_landlock *landlock, const char *path,
		      unsigned int access, struct fh_error *err);

/* Grants LL_NET_ rights on a port. */
int landlock_add_port(struct fh_landlock *landlock, uint16_t port,
		      uint64_t rights, struct fh_error *err);

/* A directory that no rule can reach, to be refused once the domain stands:
 * a constant path that can be opened now, or NULL when there is none. */
const char *landlock_find_probe(const struct fh_landlock *landlock);

#define LANDLOCK_PROBE_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

#endif
