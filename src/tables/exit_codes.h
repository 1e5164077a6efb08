/* The exit statuses that fumehood gives itself; the rest are the program's. */
#ifndef FH_TABLES_EXIT_CODES_H
#define FH_TABLES_EXIT_CODES_H

enum exit_code {
	EXIT_REFUSED = 1,	   /* why: no; attack: something got through */
	EXIT_TIMED_OUT = 124,
	EXIT_NOT_BOXED = 125,
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL_BASE = 128,
};

struct exit_code_info {
	int code;
	const char *meaning;
};

/* In order of their numbers; the manual is made from it. */
extern const struct exit_code_info exit_codes[];
extern const unsigned int n_exit_codes;

#endif
