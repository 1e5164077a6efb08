/* What --status-fd tells, for the manual. */
#ifndef FH_CLI_STATUS_EVENTS_H
#define FH_CLI_STATUS_EVENTS_H

#include <stddef.h>

enum status_event {
	STATUS_STARTED,
	STATUS_STOPPED,
	STATUS_CONTINUED,
	STATUS_ENDED,
	STATUS_FAILED,
	N_STATUS_EVENTS,
};

struct status_event_info {
	const char *name;
	const char *members; /* besides "event", as JSON; "" for none */
	const char *meaning;
};

extern const struct status_event_info status_events[N_STATUS_EVENTS];

#endif
