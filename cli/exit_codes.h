/* The exit statuses that fumehood gives itself; the rest are the program's. */
#ifndef FH_CLI_EXIT_CODES_H
#define FH_CLI_EXIT_CODES_H

#include <fumehood/result.h>

/* The rest is enum fh_exit. */
#define EXIT_REFUSED 1 /* why: no; attack: something got through */

struct exit_code_info {
	int code;
	const char *meaning;
};

/* In order of their numbers; the manual is made from it. */
extern const struct exit_code_info exit_codes[];
extern const unsigned int n_exit_codes;

#endif
