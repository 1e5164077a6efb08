/* Finds out whether the box refused a signal to a process outside. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "explain/doubt.h"
#include "sys/landlock_calls.h"

/*
 * A number may have been a process of the box's own that is gone, and that outside
 * there is another of this number would say nothing. The kernel gives them in their
 * order: what is above all that there ever were in the box was meant to be outside.
 */
#define NUMBERS_SPARE 64 /* of init, its helpers, and forks that failed */

static bool is_outside_only(const struct doubt *doubt, pid_t pid)
{
	return (uint64_t)pid > trace_made(doubt->trace) + NUMBERS_SPARE;
}

static bool blame(struct doubt *doubt, enum fh_layer layer, pid_t pid,
		  const char *rule)
{
	char object[32];

	snprintf(object, sizeof(object), "process %d", (int)pid);
	doubt_blame(doubt, layer,
		    doubt->observed.call == CALL_pidfd_open ? "see" : "signal",
		    object);
	doubt_rule(doubt, "%s", rule);
	return true;
}

bool doubt_process(struct doubt *doubt)
{
	pid_t pid = (pid_t)doubt->observed.args[0];

	/* Groups, and all there are, have no number of a process. */
	if (pid <= 1 || kill(pid, 0) < 0)
		return false;
	if (doubt->code == ESRCH && doubt->plan->has_namespaces &&
	    is_outside_only(doubt, pid))
		return blame(doubt, FH_LAYER_PROCESSES, pid,
			     "the box has its own processes, and sees no others");
	if (doubt->code == EPERM && !doubt->plan->has_namespaces &&
	    doubt->plan->landlock.scoped & LL_SCOPE_SIGNAL)
		return blame(doubt, FH_LAYER_LANDLOCK, pid,
			     "signals reach only the processes of the box");
	return false;
}
