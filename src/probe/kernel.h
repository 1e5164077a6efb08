/* What this kernel and this user can do, as plain data that a test can
 * invent. */
#ifndef FH_PROBE_KERNEL_H
#define FH_PROBE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "cgroup/cgroup_facts.h"
#include "mech/filter.h"

/* How far a trial of the namespaces came; each needs the one before. */
enum namespace_trial {
	TRIAL_CREATE, /* unshare(CLONE_NEWUSER) */
	TRIAL_MAP,    /* write setgroups, uid_map and gid_map */
	TRIAL_MOUNT,  /* own mount namespace and a tmpfs in it */
	TRIAL_LIMIT,  /* user.max_user_namespaces */
	TRIAL_NET,    /* own net namespace */
	TRIAL_PID,    /* own pid namespace */
	TRIAL_PROC,   /* a fresh /proc in it */
	TRIAL_PID_MAX,/* kernel.pid_max of it: Linux 6.14 */
	N_TRIALS,
};

struct fh_kernel {
	/* The namespaces were not tried: it would cost as much as using
	 * them. If the box then cannot be built, probe in full, plan again. */
	bool is_assumed;

	enum filter_arch arch;
	char release[65];
	uid_t uid; /* of the caller, real = effective */
	gid_t gid;
	uint64_t capabilities; /* effective, of the caller */
	bool can_clear_groups; /* CAP_SETGID, and setgroups(2) not denied */

	int landlock_abi;   /* 0 = none */
	int landlock_error; /* negative errno when there is none */
	int landlock_errata;

	int trials[N_TRIALS]; /* 0 or the negative errno of each */

	/* To name the cause, never to decide. -1 = no such file. */
	int64_t max_user_namespaces;
	int64_t unprivileged_userns_clone;
	int64_t apparmor_restrict_userns;
	bool is_filtered;   /* Seccomp: 2 in our own status */
	bool is_masked_proc; /* something is mounted inside /proc */
	bool has_mdwe;	    /* PR_SET_MDWE: Linux 6.3 */
	bool has_listeners; /* of filters, that wait killable: Linux 5.19 */
	/* Looked for only where a box may need one: kernel_probe_cgroup(). */
	struct cgroup_facts cgroup;
};

/* The cheap facts; about ten system calls. */
void kernel_probe_quick(struct fh_kernel *ret);

/* All of them; forks a child that tries the namespaces for real.
 * Return: 0 or a negative errno when the trial itself could not be made */
int kernel_probe_full(struct fh_kernel *ret, struct fh_error *err);

/* How a cgroup can be had, into .cgroup, once. */
void kernel_probe_cgroup(struct fh_kernel *kernel);

static inline bool kernel_has_namespaces(const struct fh_kernel *kernel)
{
	for (int i = TRIAL_CREATE; i <= TRIAL_PID; i++)
		if (kernel->trials[i] < 0)
			return false;
	return true;
}

static inline bool kernel_has_capability(const struct fh_kernel *kernel,
					 int capability)
{
	return kernel->capabilities >> capability & 1;
}

struct trial_info {
	const char *name;
	const char *what;
};
extern const struct trial_info trial_infos[N_TRIALS];

/* One line on why the namespaces cannot be had, and what would help; both ""
 * when nothing is known. */
void kernel_namespace_cause(const struct fh_kernel *kernel, char ret_cause[256],
			    char ret_remedy[256]);

#endif
