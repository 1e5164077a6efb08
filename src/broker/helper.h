/* The monitor's own helpers: what may parse a network or load modules does it in
 * a process apart. */
#ifndef FH_BROKER_HELPER_H
#define FH_BROKER_HELPER_H

#include "broker/broker.h"

enum helper_kind {
	HELPER_AUTHENTICATOR, /* PAM, in a child for each attempt */
	HELPER_RESOLVER,      /* getaddrinfo(), in a child for each name */
	N_HELPERS,
};

/* The kind that answers such a request, or N_HELPERS when the monitor does. */
enum helper_kind helper_for(enum fh_broker_kind kind);

/* Requests that are under way at once in one helper. */
#define HELPER_ATTEMPTS_MAX FH_BROKER_PENDING_MAX
/* Then an attempt is ended and answered -ETIMEDOUT. */
#define HELPER_ATTEMPT_MS 60000

/**
 * helper_policy() - what a helper confines itself by, for showing it as well
 * @broker: guarantees that the monitor's policy gives up are given up here, too
 * @kernel: of the process that is split: its uid and capabilities
 * @ret:    freed with policy_free()
 * Return: 0; -ENOMEM
 */
struct fh_kernel;
int helper_policy(enum helper_kind kind, const struct fh_broker *broker,
		  const struct fh_kernel *kernel, struct fh_policy **ret,
		  struct fh_error *err);

/* A name that may be asked for, by form: letters, digits, "-" and "_" between
 * dots, and nothing that would be read as a number. */
bool helper_is_host_name(const char *name);

/* Does a row "*", "*.example.org" or "db.example.org" cover this name? */
bool helper_covers_name(const char *pattern, const char *name);

/**
 * helper_serve() - be that helper until the monitor closes its end
 * @socket: to the monitor
 *
 * Confines itself, sends WIRE_STANDING or WIRE_FAILED, then answers requests of
 * its kind, checked against the table once more; each answer is -EACCES,
 * -EAGAIN, -ENODATA, -ETIMEDOUT or 0, and of the resolver addresses.
 * The monitor is believed, but what it says is still checked for form: what has none ends the helper.
 */
_Noreturn void helper_serve(enum helper_kind kind,
			    const struct fh_broker *broker, int socket,
			    const struct fh_log *log);

#endif
