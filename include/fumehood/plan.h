/* What will be done about a policy on a kernel: decided, not yet done. */
#ifndef FUMEHOOD_PLAN_H
#define FUMEHOOD_PLAN_H

#include <fumehood/guarantee.h>
#include <fumehood/kernel.h>
#include <fumehood/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_plan - ordered steps, and what holds each guarantee
 *
 * Immutable; any thread may read it. It borrows its policy, which must
 * outlive it; when the policy is changed after it was planned, every call
 * that takes the plan returns -ESTALE.
 */
struct fh_plan;

/**
 * fh_plan_new() - decide how to box a program; touches nothing but memory
 * @env: the environment from which the policy keeps variables, borrowed; NULL
 *       is the process's own
 * @ret: freed with fh_plan_free()
 *
 * Return: 0; -EPERM when a required guarantee cannot be had: err names all of
 *         them, the cause and the remedy; -EINVAL for wishes that contradict
 *         each other; -EOPNOTSUPP for what this version cannot hold; -E2BIG;
 *         -ENOMEM
 */
int fh_plan_new(const struct fh_policy *policy, const struct fh_kernel *kernel,
		char *const *env, struct fh_plan **ret, struct fh_error *err);

/**
 * fh_plan_confine() - decide how to confine the calling process
 *
 * As fh_plan_new(); -EOPNOTSUPP also for a setting that only a box can hold
 * (bind, hide, tmpfs, device, root, home, cwd, hostname, env, memory ...).
 */
int fh_plan_confine(const struct fh_policy *policy,
		    const struct fh_kernel *kernel, struct fh_plan **ret,
		    struct fh_error *err);

/** fh_plan_free() - NULL is fine */
void fh_plan_free(struct fh_plan *plan);

/** struct fh_holding - what a plan says of one guarantee */
struct fh_holding {
	enum fh_state state;
	bool is_asked;	  /* false: a ceiling that nobody named */
	bool is_required; /* to be lost would have been an error */
	bool is_waived;	  /* given up with "without" */
	char holders[160]; /* "mount namespace, Landlock"; "" when not held */
	char reason[256]; /* why it is not held, or not fully; may be "" */
	uint64_t reserved[4]; /* 0; later fields take their place */
};

/**
 * fh_plan_guarantee() - what holds a guarantee
 * Return: 0; -EINVAL for NULL or an unknown guarantee; -ESTALE; -ENOMEM
 */
int fh_plan_guarantee(const struct fh_plan *plan, int guarantee,
		      struct fh_holding *ret, struct fh_error *err);

/** enum fh_ceiling - what a policy can limit, by the setting of that name */
enum fh_ceiling {
	FH_CEILING_MEMORY,
	FH_CEILING_SWAP,
	FH_CEILING_PIDS,
	FH_CEILING_CPUS,
	FH_CEILING_IO_WEIGHT,
	FH_CEILING_CPU_TIME,
	FH_CEILING_TIMEOUT,
	FH_CEILING_FILE_SIZE,
	FH_CEILING_OPEN_FILES,
	FH_CEILING_TMP_SIZE,
	FH_CEILING_TMP_FILES,
	FH_CEILING_OUTPUT_LIMIT,
};

/** fh_ceiling_name() - its setting, "memory", whose value fh_policy_get()
 * tells; NULL past the last one */
const char *fh_ceiling_name(int ceiling);

/**
 * fh_plan_ceiling() - who holds a ceiling
 * Return: 0; -EINVAL for NULL or an unknown ceiling; -ESTALE; -ENOMEM
 */
int fh_plan_ceiling(const struct fh_plan *plan, int ceiling,
		    struct fh_holding *ret, struct fh_error *err);

/**
 * fh_plan_print() - policy, steps and guarantees
 * @ret: freed with free(3)
 * Return: 0, -EINVAL, -ESTALE, -E2BIG past 16 MiB, or -ENOMEM
 */
int fh_plan_print(const struct fh_plan *plan, enum fh_format format,
		  char **ret, struct fh_error *err);

/**
 * fh_plan_check() - open all that the plan names, as running it would
 * @argv: the program and its arguments; may be NULL
 *
 * Only for plans of fh_plan_new().
 *
 * Return: 0, or what fh_spawn() would return for it: -ENOENT, -EACCES,
 *         -EINVAL, -EISDIR, -ELOOP, -EMFILE, -ENOMEM, -ESTALE ...
 */
int fh_plan_check(const struct fh_plan *plan, char *const *argv,
		  struct fh_error *err);

/**
 * fh_plan_why() - would this be allowed, and which rule decides?
 * @verb:        "read", "write", "exec", "connect", "listen" or "syscall"
 * @what:        a path, a port or the name of a system call
 * @ret_allowed: the answer
 * @ret_reason:  which rule decides; freed with free(3)
 * @ret_advice:  the option that would allow it, "" when there is none; freed
 *               with free(3)
 *
 * Only for plans of fh_plan_new(). Return: as fh_plan_check(); -EINVAL for a
 * verb or a thing that is not known
 */
int fh_plan_why(const struct fh_plan *plan, const char *verb, const char *what,
		bool *ret_allowed, char **ret_reason, char **ret_advice,
		struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
