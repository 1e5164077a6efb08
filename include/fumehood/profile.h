/* Policies in files: load them, list them, print them, exchange them. */
#ifndef FUMEHOOD_PROFILE_H
#define FUMEHOOD_PROFILE_H

#include <fumehood/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * fh_policy_load() - what a profile says, into a policy
 * @profile: a name, "pdftotext", looked up in $HOME/.config/fumehood,
 *           /etc/fumehood, /usr/share/fumehood (and where this library was
 *           installed), then among those that are built in, as NAME.conf; or a
 *           file, if it has a slash
 * @argv:    the program and its arguments, for the variables ${0}, ${1} ... and
 *           ${FILES}; NULL when they are not known
 *
 * Adds to what the policy has: lists grow, the rest is set anew; call it before
 * what shall win over it. Values of [filesystem] that grant paths may have the
 * variables ${HOME}, ${CWD}, ${N} and ${FILES}, fumehood-profile(5); elsewhere "$" is itself.
 *
 * A file is opened once, must be regular, belong to root or the effective user and
 * not be writable by others; so must the directory that a name was found in.
 * A name that a profile extends is looked for in its own directory first, and a relative
 * file starts there; its own name means the next one of that name. One that
 * several extend is there once. In a set-user-ID program there is no $HOME.
 *
 * Return: 0; -ENOENT for no such profile (err has the nearest name), an unknown
 *         section or setting; -EINVAL for a bad line or value, an unknown
 *         variable, and for profiles that extend each other in a circle; -E2BIG
 *         for a line of more than 8 KiB, a list that is full, or more than 8
 *         profiles that extend each other; -EFBIG for a file of more than 1 MiB; -EACCES for one that
 *         is not to be trusted; -ERANGE; -ENOMEM; what opening and reading say.
 *         err begins with FILE:LINE:COLUMN where there is one. The policy is as
 *         it was when it fails
 */
int fh_policy_load(struct fh_policy *policy, const char *profile,
		   char *const argv[], struct fh_error *err);

/**
 * fh_profile_list() - the profiles that a name can mean
 * @ret: FH_TEXT: a line each, of name, where it is and description; FH_JSON: one
 *       object; sorted by name. A file that cannot be used is listed with the
 *       reason. Freed with free(3)
 * Return: 0, -EINVAL, -ENOMEM
 */
int fh_profile_list(enum fh_format format, char **ret, struct fh_error *err);

/**
 * fh_profile_print() - a profile in its canonical form, with what it extends
 * @profile: as for fh_policy_load()
 * @ret:     FH_TEXT: sections and settings in the order of the tables, the
 *           variables as they are; read again it is printed alike. FH_JSON: one
 *           object, with the file and line of each. Freed with free(3)
 * Return: as fh_policy_load()
 */
int fh_profile_print(const char *profile, enum fh_format format, char **ret,
		     struct fh_error *err);

/** enum fh_target - whose form a policy is given */
enum fh_target {
	FH_TARGET_OCI,	   /* seccomp JSON of the OCI runtime specification */
	FH_TARGET_SYSTEMD, /* lines for [Service] */
	FH_TARGET_BWRAP,   /* a shell command that runs bubblewrap */
};

/** fh_target_name() - "oci"; NULL past the last */
const char *fh_target_name(int target);

/**
 * fh_policy_export() - a policy for another tool
 * @argv:       the program and its arguments, for targets that hold them; NULL:
 *              none
 * @ret:        what the target reads; freed with free(3)
 * @ret_losses: what it cannot express, a line each, "" for nothing; freed with
 *              free(3)
 *
 * Whatever the policy has and the other does not hold is in @ret_losses, by
 * the name of its setting, or of the guarantee that nobody holds there. Probes the
 * kernel, but takes namespaces for granted: it is the other that makes them.
 * FH_TARGET_OCI is told of system calls alone, those of this architecture. The others
 * have the paths of this machine; variables that are kept are those of whoever
 * runs it, and without @argv, so is the program of FH_TARGET_BWRAP.
 *
 * Return: 0; what fh_plan_new() and fh_plan_check() return; -EINVAL, also for
 *         names that the other cannot be told; -ENOMEM
 */
int fh_policy_export(const struct fh_policy *policy, enum fh_target target,
		     char *const argv[], char **ret, char **ret_losses,
		     struct fh_error *err);

/**
 * fh_profile_import() - the text of a profile from another tool's policy
 * @from: FH_TARGET_OCI alone: a seccomp profile of OCI, podman or Docker
 * @path: the file; at most 4 MiB
 * @ret:  a profile, with what could not be taken over in its comments; freed
 *        with free(3)
 *
 * Never allows a call that the file refuses: what it says of arguments that we
 * cannot hold is left out, and told.
 *
 * Return: 0; -EINVAL for what is no such file, with line and column; -EFBIG;
 *         -EOPNOTSUPP for another @from; -ENOMEM; what reading says
 */
int fh_profile_import(enum fh_target from, const char *path, char **ret,
		      struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
