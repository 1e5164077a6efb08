/* Tells the caller's log, if there is one. */
#ifndef FH_BASE_LOG_H
#define FH_BASE_LOG_H

#include <fumehood/log.h>

/* Control characters in the result are escaped, so names from outside may be
 * passed as they are; what is longer than a line is cut. NULL log is fine. */
void log_tell(const struct fh_log *log, enum fh_log_level level,
	      const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
