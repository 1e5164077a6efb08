/* Decides what tty auto means here. */
#ifndef FH_CLI_TERMINAL_AUTO_H
#define FH_CLI_TERMINAL_AUTO_H

#include <fumehood/policy.h>

/**
 * terminal_settle() - put pty or none in the place of auto
 *
 * For run, and for all that tell what run would do. A policy that says something else
 * stays as it is. Prints its own errors. Return: 0 or FH_EXIT_NOT_BOXED
 */
int terminal_settle(struct fh_policy *policy);

#endif
