/* Which Linux this is, for what cannot be tried without doing harm. */
#ifndef FH_SYS_VERSION_H
#define FH_SYS_VERSION_H

#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static inline unsigned int version_part(const char **at)
{
	unsigned int part = 0;

	while (**at >= '0' && **at <= '9' && part < 10000)
		part = part * 10 + (unsigned int)(*(*at)++ - '0');
	if (**at == '.')
		(*at)++;
	return part;
}

/* What cannot be told is old. */
static inline bool version_is_before(unsigned int major, unsigned int minor)
{
	struct utsname names;
	const char *at = names.release;
	unsigned int x, y;

	if (syscall(SYS_uname, &names) < 0)
		return true;
	x = version_part(&at);
	y = version_part(&at);
	return x < major || (x == major && y < minor);
}

#endif
