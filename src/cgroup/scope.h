/* A transient scope of the systemd user manager, asked for over D-Bus. */
#ifndef FH_CGROUP_SCOPE_H
#define FH_CGROUP_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Connected, authenticated, and nothing asked yet. */
struct scope_bus;

/**
 * scope_connect() - to /run/user/UID/bus or, without it, to the manager's own socket
 *
 * A path of the kernel's user id, not of the environment, whose socket belongs to the user
 * or root. Nothing that comes from there is believed further than that it is waited for: what
 * it did is read from the kernel.
 * Return: 0; -ENOENT without a user manager; -EACCES when another user listens there;
 *         -ESRCH when somebody of another pid namespace does, who would take our pids
 *         for others; -ECONNREFUSED and the like; -EPROTO; -ETIMEDOUT
 */
int scope_connect(struct scope_bus **ret, struct fh_error *err);
void scope_close(struct scope_bus *bus);

/* The same for a socket by name. @has_names: it is a bus, not the manager's own */
int scope_connect_to(const char *path, bool has_names, struct scope_bus **ret,
		     struct fh_error *err);

/**
 * scope_start() - StartTransientUnit with Delegate, and wait for the job
 * @name: "fumehood-....scope"
 * @pids: go into it, @n of them
 * @timeout_ms: for all of it
 * Return: 0; -ETIMEDOUT; -EPROTO; -EACCES and -EIO with what the manager said
 */
int scope_start(struct scope_bus *bus, const char *name, const pid_t *pids,
		size_t n, const char *description, int timeout_ms,
		struct fh_error *err);

/* Is there anybody to ask? Connects and closes. Return: as scope_connect() */
int scope_try(struct fh_error *err);

#endif
