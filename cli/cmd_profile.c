/* fumehood profile: policies in files, listed, printed, checked and exchanged. */
#include <stdbool.h>
#include <stdlib.h>

#include "cli.h"
#include "exit_codes.h"
#include "profile_exchange.h"
#include "subcommands.h"

#define EXAMPLE "fumehood profile show pdftotext"

static int fail(const struct fh_error *err)
{
	print_error(err);
	return FH_EXIT_NOT_BOXED;
}

static int profile_list(const char *verb, char **argv)
{
	bool json = false;
	int n = operands_take(verb, argv, &json), r;
	struct fh_error err;
	char *text = NULL;

	if (n < 0)
		return FH_EXIT_NOT_BOXED;
	if (n > 0)
		return refuse_argument(verb, argv[0]);
	if (fh_profile_list(json ? FH_JSON : FH_TEXT, &text, &err) < 0)
		return fail(&err);
	r = print_string(text);
	free(text);
	return r;
}

static int profile_show(const char *verb, char **argv)
{
	bool json = false;
	int n = operands_take(verb, argv, &json), r;
	struct fh_error err;
	char *text = NULL;

	if (n < 0)
		return FH_EXIT_NOT_BOXED;
	if (n > 1)
		return refuse_argument(verb, argv[1]);
	if (n == 0)
		return refuse_use(verb, "no profile", EXAMPLE);
	if (fh_profile_print(argv[0], json ? FH_JSON : FH_TEXT, &text, &err) <
	    0)
		return fail(&err);
	r = print_string(text);
	free(text);
	return r;
}

/* Each is looked at, though one before it is wrong. */
static int profile_check(const char *verb, char **argv)
{
	int n = operands_take(verb, argv, NULL), r = 0;

	if (n == 0)
		return refuse_use(verb, "no profile",
				  "fumehood profile check ./app.conf");
	for (int i = 0; i < n; i++) {
		struct fh_error err;
		char *text = NULL;

		if (fh_profile_print(argv[i], FH_TEXT, &text, &err) < 0)
			r = fail(&err);
		free(text);
	}
	return n < 0 ? FH_EXIT_NOT_BOXED : r;
}

/* The words of verbs.c. */
static const struct subcommand subcommands[] = {
	{ "list", profile_list },
	{ "show", profile_show },
	{ "check", profile_check },
	{ "export", profile_export },
	{ "import", profile_import },
	{ 0 },
};

int cmd_profile(int argc, char **argv)
{
	return subcommand_run(argc, argv, subcommands, EXAMPLE);
}
