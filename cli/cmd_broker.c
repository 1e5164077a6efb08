/* fumehood broker: what a profile for privilege separation comes to. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cli.h"
#include "exit_codes.h"
#include "subcommands.h"

#define EXAMPLE "fumehood broker show app.conf"

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

static int broker_show(const char *verb, char **argv)
{
	bool json = false;
	int n = operands_take(verb, argv, &json);

	if (n < 0)
		return FH_EXIT_NOT_BOXED;
	if (n > 1)
		return refuse_argument(verb, argv[1]);
	return n ? show(argv[0], json) : refuse_use(verb, "no profile", EXAMPLE);
}

static const struct subcommand subcommands[] = {
	{ "show", broker_show },
	{ 0 },
};

int cmd_broker(int argc, char **argv)
{
	return subcommand_run(argc, argv, subcommands, EXAMPLE);
}
