/* Ends this process the way another one ended. */
#ifndef FH_CLI_END_AS_H
#define FH_CLI_END_AS_H

#include <fumehood/result.h>

/* The signal that a run is to be ended by: what ended the program; 0 when it was
 * none. */
int end_signal(const struct fh_result *result);

/* Ends by the signal, and leaves no second core; where that is survived, or 0 was
 * given, returns. */
void end_by_signal(int sig);

#endif
