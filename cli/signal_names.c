/* The names of the signals that a program can be sent. */
#include "signal_names.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define NAMED(name) [SIG##name] = #name

static const char *const names[] = {
	NAMED(HUP),  NAMED(INT),    NAMED(QUIT), NAMED(ILL),  NAMED(TRAP),
	NAMED(ABRT), NAMED(BUS),    NAMED(FPE),	 NAMED(KILL), NAMED(USR1),
	NAMED(SEGV), NAMED(USR2),   NAMED(PIPE), NAMED(ALRM), NAMED(TERM),
	NAMED(CHLD), NAMED(CONT),   NAMED(STOP), NAMED(TSTP), NAMED(TTIN),
	NAMED(TTOU), NAMED(URG),    NAMED(XCPU), NAMED(XFSZ), NAMED(VTALRM),
	NAMED(PROF), NAMED(WINCH),  NAMED(IO),	 NAMED(PWR),  NAMED(SYS),
};

static int parse_number(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *text >= '1' && *text <= '9' && !*end && number <= 64
		       ? (int)number : -EINVAL;
}

int signal_parse(const char *name)
{
	const char *rest = strncmp(name, "SIG", 3) == 0 ? name + 3 : name;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i] && strcmp(names[i], rest) == 0)
			return (int)i;
	return parse_number(name);
}
