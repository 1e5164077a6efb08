/* What the caller wants: grants, limits, identity, system calls. */
#ifndef FUMEHOOD_POLICY_H
#define FUMEHOOD_POLICY_H

#include <fumehood/error.h>
#include <fumehood/format.h>
#include <fumehood/guarantee.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_policy - a wish; whether it can be had is decided by a plan
 *
 * A new policy is the safe default: nothing beyond it is granted. For
 * fh_spawn() that default is a private root with the system's programs and
 * libraries, no network, no capability; for fh_confine() it is nothing at
 * all: no file, no socket, no capability, and the filter "strict".
 *
 * A policy belongs to one thread at a time while it is changed; one that
 * nobody changes may be used by many threads at once. Everything passed in is
 * copied.
 *
 * All calls that change a policy return 0, or
 *   -EINVAL  a bad value, NULL where a value is needed, or a setting that
 *            contradicts its kind;
 *   -ENOENT  no setting or name like that (err has the nearest one);
 *   -ERANGE  a number outside its range;
 *   -E2BIG   a list or a string that is too long;
 *   -ENOMEM;
 * and leave the policy as it was when they fail.
 */
struct fh_policy;

/** fh_policy_new() - the safe default. Return: NULL when out of memory */
struct fh_policy *fh_policy_new(void);

/** fh_policy_copy() - Return: NULL when out of memory or for NULL */
struct fh_policy *fh_policy_copy(const struct fh_policy *policy);

/** fh_policy_free() - NULL is fine */
void fh_policy_free(struct fh_policy *policy);

/**
 * fh_policy_set() - set by name, as an option of fumehood(1) would
 * @name:  "memory", without dashes; fh_setting_at() lists all names
 * @value: "512M"; for a switch NULL or "yes". Lists grow by one entry a call
 */
int fh_policy_set(struct fh_policy *policy, const char *name,
		  const char *value, struct fh_error *err);

/**
 * fh_policy_set_from() - the same, for one who read it somewhere
 * @origin: "box.conf:12", for messages; copied; NULL: the name itself
 */
int fh_policy_set_from(struct fh_policy *policy, const char *name,
		       const char *value, const char *origin,
		       struct fh_error *err);

/**
 * fh_policy_get() - the value of a setting, as fh_policy_set() takes it
 * @ret: one value a line for lists, "" when nothing was set and nothing is
 *       the default; freed with free(3)
 *
 * A switch is "yes" or "". Line feeds that a value has in it stay as they are.
 * Return: 0, -EINVAL, -ENOENT, -E2BIG past 16 MiB, or -ENOMEM
 */
int fh_policy_get(const struct fh_policy *policy, const char *name, char **ret,
		  struct fh_error *err);

/**
 * fh_policy_print() - all that differs from the default
 * @ret: FH_TEXT: sections and lines in the manner of a systemd unit, with
 *       control characters and backslashes escaped, and as $$ each dollar that
 *       would begin a variable, so that fh_policy_load() takes it (but for a
 *       report to a file, and lines of more than 8 KiB); FH_JSON: one object; freed
 *       with free(3)
 *
 * Return: 0, -EINVAL, -E2BIG past 16 MiB, or -ENOMEM
 */
int fh_policy_print(const struct fh_policy *policy, enum fh_format format,
		    char **ret, struct fh_error *err);

/* --- files ---------------------------------------------------------------- */

#define FH_READ 1u
#define FH_WRITE 2u /* with reading */
#define FH_EXEC 4u  /* with reading */

/**
 * fh_policy_allow() - grant a path and what lies beneath it
 * @access: FH_READ, FH_WRITE, FH_EXEC or a combination
 * @path:   host path; missing is an error when it is opened, not here. What
 *          may be missing is fh_policy_set(policy, "read", "-/path", err)
 */
int fh_policy_allow(struct fh_policy *policy, unsigned int access,
		    const char *path, struct fh_error *err);

/* --- network -------------------------------------------------------------- */

enum fh_net {
	FH_NET_NONE,	 /* the default */
	FH_NET_LOOPBACK, /* a loopback of its own; only fh_spawn() */
	FH_NET_HOST,	 /* the host's, with the ports that are granted */
};

/** fh_policy_net() - which network the program has */
int fh_policy_net(struct fh_policy *policy, enum fh_net mode,
		  struct fh_error *err);
/** fh_policy_connect() - may connect to this TCP port; Landlock, Linux 6.7 */
int fh_policy_connect(struct fh_policy *policy, uint16_t port,
		      struct fh_error *err);
/** fh_policy_listen() - may listen on this TCP port; Landlock, Linux 6.7 */
int fh_policy_listen(struct fh_policy *policy, uint16_t port,
		     struct fh_error *err);

/* --- identity ------------------------------------------------------------- */

/**
 * fh_policy_ids() - become this user and group; needs CAP_SETUID, CAP_SETGID
 *
 * Supplementary groups are cleared. fh_confine() by root goes to FH_NOBODY
 * when nothing else is said.
 */
#define FH_NOBODY 65534u
int fh_policy_ids(struct fh_policy *policy, uid_t uid, gid_t gid,
		  struct fh_error *err);

/** fh_policy_keep_capabilities() - keep these as well, a mask of 1 << CAP_... */
int fh_policy_keep_capabilities(struct fh_policy *policy, uint64_t mask,
				struct fh_error *err);

/* --- system calls --------------------------------------------------------- */

enum fh_deny {
	FH_DENY_ERRNO, /* the default: EPERM, or what fits the call */
	FH_DENY_KILL,  /* the process ends by SIGSYS */
	FH_DENY_LOG,   /* allowed and logged; gives the guarantee kernel up */
};

/** fh_policy_syscalls() - @base: "default", "strict", "file-processor" ...
 * Where none was set, a box gets "default" and fh_confine() "strict". */
int fh_policy_syscalls(struct fh_policy *policy, const char *base,
		       struct fh_error *err);
int fh_policy_on_deny(struct fh_policy *policy, enum fh_deny action,
		      struct fh_error *err);
/** fh_policy_allow_syscall() - @name: "ptrace" or "@debug" */
int fh_policy_allow_syscall(struct fh_policy *policy, const char *name,
			    struct fh_error *err);
int fh_policy_deny_syscall(struct fh_policy *policy, const char *name,
			   struct fh_error *err);

/* --- limits --------------------------------------------------------------- */

enum fh_limit {
	FH_LIMIT_CPU_TIME,   /* milliseconds of each process */
	FH_LIMIT_FILE_SIZE,  /* bytes of each file written */
	FH_LIMIT_MEMORY,     /* bytes of the whole box */
	FH_LIMIT_OPEN_FILES, /* descriptors of each process */
	FH_LIMIT_PIDS,	     /* processes and threads of the whole box */
	FH_LIMIT_TIME,	     /* milliseconds of the run */
	FH_LIMIT_TMP_SIZE,   /* bytes of each private storage */
};

/** fh_policy_limit() - set a ceiling, in the unit that its name stands with.
 * fh_confine() takes CPU_TIME, FILE_SIZE and OPEN_FILES, of its own process */
int fh_policy_limit(struct fh_policy *policy, enum fh_limit limit,
		    uint64_t value, struct fh_error *err);

/* --- what a boxed program inherits; only fh_spawn() ------------------------ */

/** fh_policy_env() - @value: NULL keeps the caller's */
int fh_policy_env(struct fh_policy *policy, const char *name,
		  const char *value, struct fh_error *err);
/** fh_policy_keep_fd() - leave a descriptor open, under its number */
int fh_policy_keep_fd(struct fh_policy *policy, int fd, struct fh_error *err);

/* --- guarantees ------------------------------------------------------------ */

/** fh_policy_require() - refuse when it cannot be had */
int fh_policy_require(struct fh_policy *policy, enum fh_guarantee guarantee,
		      struct fh_error *err);
/** fh_policy_without() - go on when it cannot be had */
int fh_policy_without(struct fh_policy *policy, enum fh_guarantee guarantee,
		      struct fh_error *err);

/* --- presets --------------------------------------------------------------- */

#define FH_PRESET_DIRECTORIES_MAX 3

/** struct fh_preset - a whole policy for one kind of program */
struct fh_preset {
	const char *name; /* "web-server" */
	const char *help;
	/* What its directories are for: "static", "data", "logs"; NULL after
	 * the last. */
	const char *directories[FH_PRESET_DIRECTORIES_MAX + 1];
	uint64_t capabilities; /* that it keeps, a mask */
};

/** fh_preset_at() - Return: the preset of that index, NULL past the last */
const struct fh_preset *fh_preset_at(size_t index);

/**
 * fh_policy_preset() - everything that a kind of program needs
 * @name:        of fh_preset_at()
 * @directories: one for each that the preset names, in its order; an entry
 *               may be NULL to leave that one out; NULL for none at all
 * @n:           entries at @directories, at most as many as the preset has
 *
 * Made for fh_confine(); a box takes them too, but for "container-runtime".
 * Adds to what the policy has; set what shall differ afterwards.
 */
int fh_policy_preset(struct fh_policy *policy, const char *name,
		     const char *const *directories, size_t n,
		     struct fh_error *err);

/* --- the table of settings -------------------------------------------------- */

/** struct fh_setting - one setting: an option, a profile key, a name here */
struct fh_setting {
	const char *name;
	char letter;		   /* short option, or '\0' */
	const char *section;	   /* "filesystem" */
	const char *section_title; /* "Files" */
	const char *arg;	   /* what a value is: "SIZE"; NULL: a switch */
	const char *since;	   /* Linux version; NULL: any */
	const char *help;
	const char *reserved[4];   /* NULL; later fields take their place */
};

/**
 * fh_setting_at() - fills @ret with the setting of that index, sorted by name
 * Return: 0, -ENOENT past the last one, -EINVAL for NULL
 */
int fh_setting_at(size_t index, struct fh_setting *ret);

#ifdef __cplusplus
}
#endif

#endif
