/* Looks for open sockets that could reach more than they do now. */
#ifndef FH_CONFINE_CONFINE_SOCKETS_H
#define FH_CONFINE_CONFINE_SOCKETS_H

#include "plan/plan.h"

/**
 * confine_look_at_sockets() - is the guarantee network held fully after all?
 *
 * Open descriptors stay: one that is a socket which neither Landlock nor the
 * filter keeps from reaching others makes it held in part, with the reason.
 * Return: 0 or -ENOMEM
 */
int confine_look_at_sockets(struct fh_plan *plan, struct fh_error *err);

#endif
