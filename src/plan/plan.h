/* What will be done about a policy on a kernel: decided, not yet done. */
#ifndef FH_PLAN_PLAN_H
#define FH_PLAN_PLAN_H

#include <stdbool.h>
#include <fumehood/plan.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "cgroup/cgroup.h"
#include "mech/seccomp.h"
#include "plan/box.h"
#include "policy/policy.h"
#include "probe/kernel.h"
#include "tables/guarantees.h"

/* One thing that shall appear in the box, by name; prepare opens it. */
struct plan_mount {
	enum mount_kind kind;
	bool like_host;	   /* a link if the host has a link there */
	bool is_optional;  /* leave it out when the host has none */
	bool is_least;	   /* leave it out where a grant around it gives as much */
	bool is_default;   /* gives way to a grant of the same target */
	bool is_alias;	   /* also reachable by the name the user gave */
	bool is_entry;	   /* of a whole root */
	bool is_expanded;  /* stands for its entries: a whole root */
	bool needs_device; /* the source must be a device node */
	bool needs_file;   /* a regular file */
	unsigned int access;
	uint64_t landlock_extra; /* beyond what access means */
	uint64_t size;
	uint64_t files;
	unsigned int mode;
	const char *source; /* host path, perhaps relative; NULL for none */
	const char *target; /* NULL: where the source really lies */
	const char *content;
	const char *origin;
};

struct plan_guarantee {
	bool is_asked;	  /* a ceiling nobody named is not lost, but unasked */
	uint32_t holders; /* mechanism bits; 0 = lost, if asked */
	const char *lost; /* why, when lost; with holders: held in part */
	const char *remedy;
};

#define N_CEILINGS (FH_CEILING_OUTPUT_LIMIT + 1)

struct fh_plan {
	const struct fh_policy *policy; /* borrowed; must outlive the plan */
	uint64_t policy_version; /* of the policy when it was planned */
	struct fh_kernel kernel;
	struct arena arena;

	bool is_self; /* confines the caller; nothing is boxed */
	bool has_namespaces; /* tier A; else Landlock, seccomp and the rest */
	bool has_userns;     /* false when root keeps capabilities */
	bool has_proc;	     /* a fresh /proc can be mounted */
	uint64_t steps;	     /* STEP_BIT mask */
	uint64_t clone_flags;
	uid_t uid;
	gid_t gid;

	struct plan_mount *mounts;
	size_t n_mounts;
	size_t mounts_size;

	struct ll_ruleset_attr landlock;
	struct seccomp_request seccomp;
	struct syscall_change *syscall_changes;
	size_t n_syscall_changes;
	const char *home;
	const char *outer_home; /* the caller's, where secrets are; or NULL */
	const char *user; /* a plain name: it stands in a passwd file */
	char **envp;
	const char *path; /* the PATH in it */
	const char *outer_path; /* the caller's, to tell where a program is */

	struct plan_guarantee guarantees[N_GUARANTEES];
	struct plan_guarantee ceilings[N_CEILINGS];
	bool has_cgroup; /* the box gets one, by kernel.cgroup.way, with this: */
	struct cgroup_wish cgroup;

	/* At the end: most of them is never written, nor read. */
	struct filter filter;
	struct filter init_filter;
};

/**
 * plan_new() - decide; pure: touches nothing but memory
 * @kernel: facts, copied
 * @env:    the caller's environment, for what the policy keeps; borrowed
 * @ret:    freed with plan_free()
 *
 * Return: 0; -EPERM when a required guarantee cannot be had (err names all
 *         of them, the cause and the remedy); -EINVAL for contradicting or
 *         unknown wishes; -EOPNOTSUPP for what this version cannot hold;
 *         -ENOMEM
 */
int plan_new(const struct fh_policy *policy, const struct fh_kernel *kernel,
		char *const *env, struct fh_plan **ret, struct fh_error *err);
void plan_free(struct fh_plan *plan);

/* The plan points into its policy: once that has changed, nothing of the plan
 * may be followed. Return: 0 or -ESTALE */
int plan_need_current(const struct fh_plan *plan, const char *function,
		      struct fh_error *err);

/* A plan that makes no box can neither be carried out as one nor be asked what it
 * would show. Return: 0, -ESTALE or -EINVAL */
int plan_need_box(const struct fh_plan *plan, const char *function,
		  struct fh_error *err);

/* Adds the plan as text, or as one JSON object. */
void plan_print(const struct fh_plan *plan, struct text *ret);
void plan_print_json(const struct fh_plan *plan, struct text *ret);

/* Names of mechanisms, with commas between. */
void plan_print_holders(uint32_t holders, struct text *ret);

/* Guarantees one per line: name, state, holders. */
void plan_print_guarantees(const struct fh_plan *plan, struct text *ret);
/* "held", "partly", "lost" or "not-asked". */
const char *plan_state_name(const struct plan_guarantee *row);
/* Why a guarantee that was not asked for is not held. */
const char *plan_unasked(const struct fh_plan *plan);
void plan_print_guarantees_json(const struct fh_plan *plan, struct text *ret);

/* How far it is held. */
static inline enum fh_state plan_state(const struct plan_guarantee *row)
{
	if (!row->is_asked || !row->holders)
		return FH_STATE_NOT;
	return row->lost ? FH_STATE_PARTLY : FH_STATE_FULLY;
}

/* The parts of planning that boxes and processes share. */

/* All zero, with filters of nothing. Return: NULL when out of memory */
struct fh_plan *plan_alloc(const struct fh_policy *policy,
			   const struct fh_kernel *kernel);
int plan_identity(struct fh_plan *plan, struct fh_error *err);
int plan_filter(struct fh_plan *plan, enum syscall_policy base,
		struct fh_error *err);

/* Adds a mount; NULL when out of memory. */
struct plan_mount *plan_add_mount(struct fh_plan *plan, enum mount_kind kind,
				  const char *target, const char *origin);

/* Guarantees: compute holders, then refuse what is required and lost. */
void plan_hold(struct fh_plan *plan);
void plan_held(struct fh_plan *plan, enum fh_guarantee g, uint32_t holders);
void plan_lost(struct fh_plan *plan, enum fh_guarantee g, const char *why,
	       const char *remedy);
/* What is required, but was not asked for, is lost. */
void plan_settle(struct fh_plan *plan, const char *why);
int plan_refuse(const struct fh_plan *plan, struct fh_error *err);

/* Takes away what turned out, in the child, not to be had after all. */
void plan_lose(struct fh_plan *plan, uint32_t gone);

/* Tells what was asked for and is not held, or only in part; but not what was
 * given up by its name. */
void plan_tell_losses(const struct fh_plan *plan, const struct fh_log *log);

#endif
