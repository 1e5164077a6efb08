/* Which role this image of the program has, told across execve. */
#ifndef FH_BROKER_ROLES_H
#define FH_BROKER_ROLES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "broker/helper.h"

#define ROLE_VARIABLE "FUMEHOOD_BROKER"
#define ROLE_VERSION "1"

/*
 * No function is bound late in a role: what binds it puts all registers on the stack,
 * with what was copied last, and leaves them there. For a program that was not linked
 * with -z now; the value tells ours from one of the user's own.
 */
#define ROLE_BIND_NOW "LD_BIND_NOW=fumehood"

/* The monitor is the process that was started; the others are its children. */
enum role_name {
	ROLE_MONITOR,
	ROLE_WORKER,
	ROLE_HELPERS, /* and enum helper_kind */
	N_ROLES = ROLE_HELPERS + N_HELPERS,
	ROLE_NONE = N_ROLES, /* not divided yet */
};
extern const char *const role_names[N_ROLES];

/* Both ends close-on-exec; -1: there is none. */
struct role_peer {
	int socket;
	int pidfd;
};

struct role {
	enum role_name name;
	pid_t monitor;
	struct role_peer peers[N_ROLES]; /* the monitor's: one a child */
	int socket;			 /* a child's, to the monitor */
};

/**
 * role_take() - learn it from the environment, and take both variables out of it
 * Return: 0; -EINVAL when the variable is there but fits not this process
 */
int role_take(struct role *ret, struct fh_error *err);
/* Closes what it holds. */
void role_done(struct role *role);

/**
 * role_divide() - be executed anew, once for each role
 * @is_wanted: of the children
 * @keep:      descriptors that the worker inherits besides; may be NULL
 *
 * Return: a negative errno; else it does not
 */
int role_divide(const bool is_wanted[N_ROLES], char *const argv[],
		const int *keep, size_t n_keep, struct fh_error *err);

/* Closes all but those and the standard ones; -1 and the same twice may be among
 * them, and they are sorted by it. Return: 0 or a negative errno */
int role_close_but(int *keep, size_t n_keep);

/* Ends a child and takes its place in the process table back. */
void role_end(struct role_peer *peer);

#endif
