/* What the user wants of a box, before anybody asked what can be had. */
#ifndef FH_POLICY_POLICY_H
#define FH_POLICY_POLICY_H

#include <fumehood/policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum grant_kind {
	GRANT_PATH,   /* the same place inside as outside */
	GRANT_BIND,   /* source outside, another target inside */
	GRANT_HIDE,   /* masked, whatever lies above it */
	GRANT_TMPFS,  /* private empty storage */
	GRANT_DEVICE, /* a device node, read and write and ioctl */
};

struct grant {
	enum grant_kind kind;
	unsigned int access; /* FH_READ, FH_WRITE, FH_EXEC */
	bool is_optional;
	bool is_least; /* not where what lies around it gives as much */
	bool is_file;  /* the source was a regular file, and has to be one */
	char *source; /* as given; NULL for tmpfs */
	char *target; /* only GRANT_BIND, GRANT_HIDE and GRANT_TMPFS */
	uint64_t size; /* bytes, only GRANT_TMPFS; 0 = tmp-size */
	const char *origin; /* "--read"; one of the policy's origins, or static */
	size_t origin_at;   /* which of the origins, from 1; 0: static */
};

enum tty_mode { TTY_NONE, TTY_INHERIT, TTY_PTY, TTY_AUTO };
enum report_format { REPORT_NONE, REPORT_TEXT, REPORT_JSON };

#define POLICY_GRANTS_MAX 65536
#define POLICY_LIST_MAX 4096   /* names, ports, variables: each list */
#define POLICY_UNLIMITED UINT64_MAX

struct name_list {
	char **names;
	size_t n;
};

struct port_list {
	uint16_t *ports;
	size_t n;
};

struct syscall_wish {
	char *name;
	bool is_deny;
};

/* Whose policy it is, where a broker made it. Set in code, never by name, and
 * never printed. */
enum policy_role { POLICY_ROLE_NONE, POLICY_ROLE_WORKER, POLICY_ROLE_MONITOR };

struct fh_policy {
	enum policy_role role;
	/* Which rows of settings[] were set, by index; defaults are not. */
	uint64_t is_set;
	/* Grows with every change: a plan knows whether it is of today. */
	uint64_t version;
	struct name_list origins; /* what grants point to as theirs */

	struct grant *grants;
	size_t n_grants;

	char *root; /* directory that gives the system trees; NULL = host's */
	char *home; /* path of $HOME inside; NULL = the caller's */
	char *cwd;  /* NULL = where the caller stands, if granted */
	char *hostname;

	uint64_t net;	      /* enum fh_net */
	struct port_list connect;
	struct port_list listen;

	uint64_t syscalls; /* enum syscall_policy */
	uint64_t on_deny;  /* enum fh_deny */
	struct syscall_wish *syscall_changes;
	size_t n_syscall_changes;

	uint64_t memory; /* bytes; POLICY_UNLIMITED = not asked */
	uint64_t pids;
	uint64_t cpus; /* thousandths of a processor; not asked = unlimited */
	uint64_t swap;	    /* bytes; not asked: none, where memory is asked */
	uint64_t io_weight; /* 1 to 10000 */
	uint64_t cpu_time_ms;
	uint64_t timeout_ms;
	uint64_t grace_ms; /* from being asked to end to being ended */
	uint64_t output_limit;
	uint64_t file_size;
	uint64_t open_files;
	uint64_t tmp_size;
	uint64_t tmp_files;

	struct name_list env;	   /* "NAME=value", or "NAME" to keep */
	struct name_list keep_env; /* names */
	int *keep_fds;
	size_t n_keep_fds;
	uint64_t uid; /* POLICY_UNLIMITED = the caller's */
	uint64_t gid;
	uint64_t keep_caps; /* mask */
	uint64_t tty;	    /* enum tty_mode */
	bool no_write_exec;

	/* No settings, but what the broker's own helpers need of the host. */
	bool lets_udp_out;   /* UDP to any port where Landlock holds no UDP ports */
	bool lets_unix_path; /* sockets with a path */

	uint32_t required; /* GUARANTEE_BIT mask */
	uint32_t demanded; /* those of them that somebody named */
	uint32_t without;  /* lost on purpose */

	uint64_t report; /* enum report_format */
	char *report_path; /* NULL = stderr */
	uint64_t status_fd;
	bool is_quiet;
	bool is_verbose;
	bool is_explaining;
};

/* The default policy of PRODUCT's section 3; NULL when out of memory. */
struct fh_policy *policy_new(void);
void policy_free(struct fh_policy *policy);

/* A policy of the same content; NULL when out of memory. */
struct fh_policy *policy_copy(const struct fh_policy *policy);

/* Exchanges the contents: what was built on a copy takes effect at once. */
void policy_swap(struct fh_policy *a, struct fh_policy *b);

/**
 * policy_set() - set by name, as an option or a profile line would
 * @name:   a name of the settings table, "memory"
 * @value:  text; NULL, or "yes", for switches
 * @origin: who asks, for messages: "--memory"; copied. NULL: the name
 *
 * Return: 0; -ENOENT for an unknown name, also in @value; -EINVAL or -ERANGE
 *         for a bad value; -E2BIG when a list is full or a string too long;
 *         -ENOMEM. The policy is as it was when it fails
 */
int policy_set(struct fh_policy *policy, const char *name,
		  const char *value, const char *origin, struct fh_error *err);

/* Tells that there is no setting of that name. Return: -ENOENT */
int policy_refuse_name(const char *name, struct fh_error *err);

/* Was this row of settings[] set, rather than left at its default? */
bool policy_is_set(const struct fh_policy *policy, const char *name);

struct setting;

/**
 * struct policy_values - who is told the values of a setting
 * @take: called for each, in the form that policy_set() takes
 * @omits_defaults: leave out what a new policy has as well
 */
struct policy_values {
	void (*take)(void *ctx, const struct setting *setting,
		     const char *value);
	void *ctx;
	bool omits_defaults;
};

/* Tells the values of one setting, in the order of a list.
 * Return: 0 or -ENOMEM */
int policy_tell(const struct fh_policy *policy, const struct setting *setting,
		const struct policy_values *values);

/* Adds what was set: sections of "name = value", or one JSON object.
 * Return: 0 or -ENOMEM */
struct text;
int policy_print(const struct fh_policy *policy, struct text *ret);
int policy_print_json(const struct fh_policy *policy, struct text *ret);

/* As fh_policy_preset(), with arguments that were checked. */
int policy_preset(struct fh_policy *policy, const char *name,
		  const char *const *directories, size_t n,
		  struct fh_error *err);

/**
 * policy_check() - refuse wishes that contradict each other
 * Return: 0 or -EINVAL
 */
int policy_check(const struct fh_policy *policy, struct fh_error *err);

/* auto is for the command to decide: to the library it is none. */
static inline enum tty_mode policy_tty(const struct fh_policy *policy)
{
	return policy->tty == TTY_AUTO ? TTY_NONE : (enum tty_mode)policy->tty;
}

static inline uint32_t policy_required(const struct fh_policy *policy)
{
	return policy->required & ~policy->without;
}

#endif
