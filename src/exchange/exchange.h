/* Policies in the forms of other tools. */
#ifndef FH_EXCHANGE_EXCHANGE_H
#define FH_EXCHANGE_EXCHANGE_H

#include <fumehood/profile.h>

#include "base/text.h"
#include "plan/plan.h"
#include "plan/prepare.h"

#define N_TARGETS (FH_TARGET_BWRAP + 1)

extern const char *const target_names[N_TARGETS];

/* What is to be written, and where to. */
struct export {
	enum fh_target target;
	const struct fh_policy *policy; /* as it was given */
	const struct fh_plan *plan; /* of a copy without what only cgroups hold */
	const struct prepared *prepared; /* not for OCI, which names no files */
	char *const *argv; /* NULL: none */
	/* The plan's filter, but what it leaves to Landlock and the kernel's own
	 * means is in it, for the other may have none of them. */
	struct filter filter;
	struct text *out;
	struct text *losses; /* lines of "name: what is lost" */
};

/* Each adds its text, and the losses that are no row of losses.c.
 * Return: 0; -EINVAL for a value that the other cannot be told; -ENOMEM */
int export_oci(struct export *export, struct fh_error *err);
int export_systemd(struct export *export, struct fh_error *err);
int export_bwrap(struct export *export, struct fh_error *err);

/* Adds the settings of the policy that the target lacks, then the guarantees.
 * Return: 0 or -ENOMEM */
int export_settings_lost(struct export *export);
void export_guarantees_lost(struct export *export);
/* The calls that are let through and that a libseccomp may not know. */
void export_new_calls_lost(struct export *export);

/**
 * policy_export() - a policy for another tool; arguments are checked
 * @kernel: facts of this machine; namespaces are taken for granted, as it is the other
 *          that makes them
 * @env:    the caller's environment
 */
int policy_export(const struct fh_policy *policy, enum fh_target target,
		  const struct fh_kernel *kernel, char *const *env,
		  char *const *argv, struct text *ret, struct text *ret_losses,
		  struct fh_error *err);

/**
 * oci_import() - the text of a profile from that of a seccomp profile
 * @file: its name, for messages
 * @arch: for which the calls are counted
 *
 * Return: 0; -EINVAL with line and column; -ENOMEM
 */
int oci_import(const char *file, const char *bytes, size_t size,
	       enum filter_arch arch, struct text *ret, struct fh_error *err);

#endif
