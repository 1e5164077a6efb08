/* Decides what tty auto means here: whether somebody sits at a terminal. */
#include "terminal_auto.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli.h"
#include "exit_codes.h"

/* Only the controlling terminal tells its foreground group, and a session has but
 * one: those of which we are in the foreground are the same. */
static bool is_ours(int fd)
{
	return isatty(fd) && tcgetpgrp(fd) == getpgrp();
}

static bool is_interactive(void)
{
	return is_ours(STDIN_FILENO) && is_ours(STDOUT_FILENO) &&
	       (is_ours(STDERR_FILENO) || !isatty(STDERR_FILENO));
}

static int settle(struct fh_policy *policy, struct fh_error *err)
{
	autofree char *tty = NULL, *limit = NULL;
	int r = fh_policy_get(policy, "tty", &tty, err);

	if (r == 0)
		r = fh_policy_get(policy, "output-limit", &limit, err);
	if (r < 0 || strcmp(tty, "auto") != 0)
		return r;
	/* What is printed on a terminal does not pass through the limit. */
	return fh_policy_set(policy, "tty",
			     !*limit && is_interactive() ? "pty" : "none", err);
}

int terminal_settle(struct fh_policy *policy)
{
	struct fh_error err;

	if (settle(policy, &err) == 0)
		return 0;
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}
