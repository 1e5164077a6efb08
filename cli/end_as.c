/* Has a supervisor see by which signal a program ended. */
#include "end_as.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define SIGNAL_LAST 64 /* of the kernel */

/* What has an exit status of its own is not among them: timeout, and what never
 * started. */
static bool is_by_signal(int reason)
{
	switch (reason) {
	case FH_END_SIGNALLED:
	case FH_END_LIMIT:
	case FH_END_REFUSED_SYSCALL:
	case FH_END_KILLED:
	case FH_END_MEMORY:
	case FH_END_OUTPUT:
		return true;
	default:
		return false;
	}
}

int end_signal(const struct fh_result *result)
{
	int sig = result->exit_code - FH_EXIT_SIGNAL_BASE;

	return is_by_signal(result->reason) && sig >= 1 && sig <= SIGNAL_LAST
		       ? sig : 0;
}

/* Not dumpable: to a core_pattern that is a pipe no limit applies. */
static void leave_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void end_by_signal(int sig)
{
	sigset_t only;

	if (sig <= 0)
		return;
	leave_no_core();
	signal(sig, SIG_DFL);
	sigemptyset(&only);
	sigaddset(&only, sig);
	kill(getpid(), sig); /* to arrive the moment it is unblocked */
	sigprocmask(SIG_UNBLOCK, &only, NULL);
}
