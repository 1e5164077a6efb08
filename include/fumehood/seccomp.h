/* System-call filters alone: built, printed, exported, loaded. */
#ifndef FUMEHOOD_SECCOMP_H
#define FUMEHOOD_SECCOMP_H

#include <fumehood/error.h>
#include <fumehood/format.h>
#include <fumehood/policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** struct fh_seccomp - a filter in the making; one thread at a time */
struct fh_seccomp;

/**
 * fh_seccomp_new() - a filter to start from
 * @base: a policy of fh_policy_syscalls(), with its argument rules; NULL: a
 *        filter that allows nothing
 * @ret:  freed with fh_seccomp_free()
 *
 * Every filter ends a process that calls by another architecture's table, and
 * answers ENOSYS to numbers that this library does not know.
 *
 * Return: 0; -ENOENT for an unknown base; -EINVAL; -ENOMEM
 */
int fh_seccomp_new(const char *base, struct fh_seccomp **ret,
		   struct fh_error *err);

/** fh_seccomp_free() - NULL is fine */
void fh_seccomp_free(struct fh_seccomp *seccomp);

/**
 * fh_seccomp_allow() - allow a call, or each call of a group
 * @name: "read" or "@file-system", as fumehood-syscalls(7) lists them
 *
 * Later calls override earlier ones; conditions set before are dropped, those of
 * the base as well: to allow "ioctl", or a group with it, is to allow TIOCSTI.
 * Return: 0; -ENOENT for an unknown name (err has the nearest); -EINVAL
 */
int fh_seccomp_allow(struct fh_seccomp *seccomp, const char *name,
		     struct fh_error *err);
int fh_seccomp_deny(struct fh_seccomp *seccomp, const char *name,
		    struct fh_error *err);

enum fh_compare {
	FH_COMPARE_EQ,
	FH_COMPARE_NE,
	FH_COMPARE_MASKED_EQ, /* (argument & mask) == value */
	FH_COMPARE_MASKED_NE,
	FH_COMPARE_GT, /* unsigned */
	FH_COMPARE_GE,
};

/**
 * struct fh_condition - a test of one argument
 *
 * The lower 32 bits are compared unless is_wide: most arguments are int in the
 * kernel, which drops the rest, and a test of 64 bits could be passed by
 * setting high bits. What a pointer points to cannot be tested.
 */
struct fh_condition {
	unsigned int argument; /* 0 to 5 */
	enum fh_compare compare;
	uint64_t value;
	uint64_t mask; /* for the MASKED ones */
	bool is_wide;
};

#define FH_CONDITIONS_MAX 3

/**
 * fh_seccomp_allow_if() - allow a call when all conditions hold
 * @name: one call, no group
 * @n:    1 to FH_CONDITIONS_MAX
 *
 * Conditions of one call are tried in the order given; when none of them
 * matches, what fh_seccomp_allow() or fh_seccomp_deny() said before counts, or
 * else the base with its argument rules.
 *
 * Return: 0; -ENOENT; -EINVAL; -E2BIG when the filter has no more room
 */
int fh_seccomp_allow_if(struct fh_seccomp *seccomp, const char *name,
			const struct fh_condition *conditions, size_t n,
			struct fh_error *err);
int fh_seccomp_deny_if(struct fh_seccomp *seccomp, const char *name,
		       const struct fh_condition *conditions, size_t n,
		       struct fh_error *err);

/**
 * fh_seccomp_open_read_only() - open and openat, but never to change anything
 *
 * Allows them without O_WRONLY, O_RDWR, O_CREAT, O_TRUNC and O_TMPFILE, and
 * refuses creat and openat2, whose flags a filter cannot see.
 * Return: 0; -EINVAL; -E2BIG; -ENOMEM
 */
int fh_seccomp_open_read_only(struct fh_seccomp *seccomp,
			      struct fh_error *err);

/**
 * fh_seccomp_on_deny() - what a refused call gets
 * @error: positive errno for FH_DENY_ERRNO, 1 to 4095; else 0
 *
 * Calls that a libc only tries, such as clone3 and openat2, get ENOSYS under
 * every action but after an fh_seccomp_deny() of that very name. What a base
 * answers otherwise than by EPERM stays so. FH_DENY_LOG refuses by EPERM all the
 * same what would undo other fences, such as mount and ptrace.
 * Return: 0 or -EINVAL
 */
int fh_seccomp_on_deny(struct fh_seccomp *seccomp, enum fh_deny action,
		       int error, struct fh_error *err);

/**
 * fh_seccomp_print() - calls, conditions and actions
 * @ret: freed with free(3). Return: 0, -EINVAL, -ENOMEM
 */
int fh_seccomp_print(const struct fh_seccomp *seccomp, enum fh_format format,
		     char **ret, struct fh_error *err);

/**
 * fh_seccomp_export() - the filter as classic BPF, for this architecture
 * @ret:   an array of struct sock_filter, 8 bytes each, freed with free(3)
 * @ret_n: instructions
 *
 * The form that bwrap --seccomp and prctl(PR_SET_SECCOMP) take.
 * Return: 0; -E2BIG when it would pass 1024 instructions; -EINVAL; -ENOMEM
 */
int fh_seccomp_export(const struct fh_seccomp *seccomp, void **ret,
		      size_t *ret_n, struct fh_error *err);

/**
 * fh_seccomp_load() - put the filter into force for all threads, for good
 *
 * Sets no_new_privs in all threads; in the calling one it stays set when the
 * kernel then refuses the filter. A filter that denies a call which the
 * caller still needs, exit_group for one, is loaded as it is.
 *
 * Return: 0; -EBUSY when a thread has a filter that the caller has not; -E2BIG;
 *         -EINVAL; -ENOMEM; -ENOSYS or -EINVAL from a kernel without seccomp
 */
int fh_seccomp_load(const struct fh_seccomp *seccomp, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
