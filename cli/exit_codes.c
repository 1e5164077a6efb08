/* What each exit status means, for the manual and --help. */
#include "exit_codes.h"

const struct exit_code_info exit_codes[] = {
	{ FH_EXIT_TIMED_OUT, "the time limit ended the run" },
	{ FH_EXIT_NOT_BOXED,
	  "fumehood could not box the program, which never started" },
	{ FH_EXIT_NOT_EXECUTABLE, "the program is there but cannot be executed" },
	{ FH_EXIT_NOT_FOUND, "no such program in the box" },
	{ FH_EXIT_SIGNAL_BASE, "plus n: signal n killed the program" },
};
const unsigned int n_exit_codes = sizeof(exit_codes) / sizeof(*exit_codes);
