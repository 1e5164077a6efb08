/* The first process, once it is the monitor. */
#ifndef FH_BROKER_ROLE_MONITOR_H
#define FH_BROKER_ROLE_MONITOR_H

#include "broker/roles.h"

/**
 * role_monitor() - confine it, wait until all stand, serve, end the helpers
 * @role: taken over
 *
 * Return: FH_BROKER_IS_MONITOR when the worker has ended; or a negative errno,
 *         and then no other role is left
 */
int role_monitor(const struct fh_broker *broker, struct role *role,
		 const char *program, const struct fh_log *log,
		 struct fh_broker_result *ret, struct fh_error *err);

#endif
