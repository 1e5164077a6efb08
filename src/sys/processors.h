/* How many processors there are. */
#ifndef FH_SYS_PROCESSORS_H
#define FH_SYS_PROCESSORS_H

#include <stdint.h>

/* How many may run at once, whatever the caller itself is bound to: what it starts
 * may undo that. At least 1, and rather too many. */
uint32_t processors_online(void);

#endif
