/* The events of --status-fd, and what each of them has. */
#include "status_events.h"

const struct status_event_info status_events[N_STATUS_EVENTS] = {
	[STATUS_STARTED] = { "started", "\"pid\": N, \"id\": N",
		"all fences stand, and the program is about to be executed; pid is the command's own, id the box's, for fumehood kill" },
	[STATUS_STOPPED] = { "stopped", "", "the program was stopped" },
	[STATUS_CONTINUED] = { "continued", "", "the program goes on" },
	[STATUS_ENDED] = { "ended",
		"\"reason\": \"exited\", \"exit_code\": N, \"status\": N or \"signal\": N",
		"nothing of it is left; reason and the others as in the report, status or signal where it is known; always the last" },
	[STATUS_FAILED] = { "failed",
		"\"what\": \"...\", \"reason\": \"...\", \"remedy\": \"...\", \"exit_code\": N",
		"the program was not started; always the last. After started, too: where the kernel refused to execute it" },
};
