/* Tells the caller's log one line, escaped. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void log_tell(const struct fh_log *log, enum fh_log_level level,
	      const char *fmt, ...)
{
	char raw[1024], harmless[1024];
	va_list args;

	if (!log || !log->write)
		return;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(harmless, sizeof(harmless), raw);
	log->write(log->ctx, level, harmless);
}
