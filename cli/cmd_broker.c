/* fumehood broker: what a profile for privilege separation comes to. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "exit_codes.h"

static int show(const char *profile, bool json)
{
	struct fh_broker *broker = fh_broker_new();
	struct fh_error err;
	char *text = NULL;
	int r = FH_EXIT_NOT_BOXED;

	if (!broker) {
		error_set(&err, FH_STAGE_PARSE, -ENOMEM, "read %s", profile);
		print_error(&err);
	} else if (fh_broker_load(broker, profile, &err) < 0 ||
		   fh_broker_print(broker, json ? FH_JSON : FH_TEXT, &text,
				   &err) < 0) {
		print_error(&err);
	} else {
		r = print_string(text);
	}
	free(text);
	fh_broker_free(broker);
	return r;
}

static int refuse_use(const char *what)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, 0, "broker: %s", what);
	error_remedy(&err, "write it like fumehood broker show app.conf");
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

static bool is_word(const char *argument, const char *word)
{
	return argument && strcmp(argument, word) == 0;
}

/* A profile whose name begins with a dash comes after "--". */
static int cmd_broker_show(char **argv)
{
	bool json = false, has_ended = false;
	const char *profile = NULL;

	for (; *argv; argv++) {
		if (!has_ended && is_word(*argv, "--json"))
			json = true;
		else if (!has_ended && is_word(*argv, "--"))
			has_ended = true;
		else if (profile || (!has_ended && **argv == '-'))
			return refuse_argument("broker", *argv);
		else
			profile = *argv;
	}
	return profile ? show(profile, json) : refuse_use("no profile");
}

int cmd_broker(int argc, char **argv)
{
	if (argc == 1)
		return refuse_use("no word what to do");
	for (int i = 1; i < argc && !is_word(argv[i], "--"); i++)
		if (is_word(argv[i], "--help") || is_word(argv[i], "-h"))
			return print_help("broker");
	if (!is_word(argv[1], "show"))
		return refuse_argument("broker", argv[1]);
	return cmd_broker_show(argv + 2);
}
