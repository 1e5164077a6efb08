/* Landlock alone: a domain for the calling thread, by paths and ports. */
#ifndef FUMEHOOD_LANDLOCK_H
#define FUMEHOOD_LANDLOCK_H

#include <fumehood/error.h>
#include <fumehood/guarantee.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct fh_landlock - rules in the making; one thread at a time */
struct fh_landlock;

/** fh_landlock_abi() - of this kernel; 0 when there is no Landlock */
int fh_landlock_abi(void);

/* Restrict files only; leave ports, signals and sockets alone, sockets with a
 * path too. */
#define FH_LANDLOCK_FILES_ONLY 1u

/**
 * fh_landlock_new() - rules that allow nothing
 * @flags: FH_LANDLOCK_FILES_ONLY or 0
 * @ret:   freed with fh_landlock_free()
 *
 * Handles every right that the kernel knows and this library was tested with.
 * The ruleset is a descriptor, close-on-exec, which must stay open.
 * Return: 0, -EINVAL, -ENOMEM, or -EMFILE and the like; a kernel without
 * Landlock shows in fh_landlock_apply()
 */
int fh_landlock_new(unsigned int flags, struct fh_landlock **ret,
		    struct fh_error *err);

/** fh_landlock_free() - NULL is fine */
void fh_landlock_free(struct fh_landlock *landlock);

/**
 * fh_landlock_allow_read() - read a file, or all beneath a directory
 * @path: opened now, links followed, and held: later changes of the name do
 *        not matter
 *
 * Return: 0; -EINVAL; -E2BIG past 65536 rules; -ENOMEM; -ENOENT, -EACCES,
 *         -ELOOP, -EMFILE and the like from opening
 */
int fh_landlock_allow_read(struct fh_landlock *landlock, const char *path,
			   struct fh_error *err);
/** fh_landlock_allow_read_write() - also create, change, rename and remove.
 * Return: as fh_landlock_allow_read() */
int fh_landlock_allow_read_write(struct fh_landlock *landlock,
				 const char *path, struct fh_error *err);
/** fh_landlock_allow_execute() - read and execute.
 * Return: as fh_landlock_allow_read() */
int fh_landlock_allow_execute(struct fh_landlock *landlock, const char *path,
			      struct fh_error *err);

/** fh_landlock_allow_connect() - connect to a TCP port: ABI 4, Linux 6.7.
 * Return: 0; -EINVAL, also after FH_LANDLOCK_FILES_ONLY; -E2BIG; -ENOMEM */
int fh_landlock_allow_connect(struct fh_landlock *landlock, uint16_t port,
			      struct fh_error *err);
/** fh_landlock_allow_bind() - bind to a TCP port: ABI 4, Linux 6.7.
 * Return: as fh_landlock_allow_connect() */
int fh_landlock_allow_bind(struct fh_landlock *landlock, uint16_t port,
			   struct fh_error *err);

/**
 * struct fh_landlock_status - what a kernel makes of the rules
 *
 * With FH_LANDLOCK_FILES_ONLY "fully" is ABI 5, Linux 6.10: reading, writing,
 * truncating, executing, device ioctls. No ABI sees stat, chmod, chown and the
 * like, nor descriptors that are open. Without the flag it is "partly" at best:
 * UDP ports want ABI 10, and TCP fast open and MPTCP pass by port rules unless
 * a system-call filter refuses them.
 */
struct fh_landlock_status {
	enum fh_state state;
	int abi;	  /* of the kernel; 0: none */
	int abi_used;	  /* no more than this library was tested with */
	char reason[512]; /* what is not enforced; "" when fully */
	uint64_t reserved[4]; /* 0; later fields take their place */
};

/** fh_landlock_get_status() - what applying would enforce; changes nothing.
 * Return: 0 or -EINVAL */
int fh_landlock_get_status(const struct fh_landlock *landlock,
		       struct fh_landlock_status *ret, struct fh_error *err);

/* Go on where the kernel has no Landlock; then nothing is changed. */
#define FH_LANDLOCK_ACCEPT_NONE 1u

/**
 * fh_landlock_apply() - enter the domain, for good
 * @flags: FH_LANDLOCK_ACCEPT_NONE or 0
 * @ret:   what is enforced now; may be NULL
 *
 * Sets no_new_privs. With other threads running it needs ABI 8 (Linux 7.0),
 * and then takes them along; before that it is refused with -EBUSY. A path
 * that lies beneath no rule is refused by a test before it returns, where one
 * can be found.
 *
 * Return: 0; -EOPNOTSUPP when nothing can be enforced and that was not
 *         accepted; -EBUSY; -E2BIG past 16 nested domains, with no_new_privs
 *         set; -EPERM when the test was not refused: the process should end;
 *         -EINVAL; -EBADF and the like when the descriptor was closed
 */
int fh_landlock_apply(struct fh_landlock *landlock, unsigned int flags,
		      struct fh_landlock_status *ret, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
