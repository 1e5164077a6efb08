/* fumehood kill: ends boxes that run, or signals their programs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cli.h"
#include "exit_codes.h"
#include "signal_names.h"
#include "subcommands.h"

#define EXAMPLE "fumehood kill 4242"

static int parse_id(const char *text, pid_t *ret)
{
	char *end;
	long id;

	errno = 0;
	id = strtol(text, &end, 10);
	if (*text < '1' || *text > '9' || *end || errno || id > INT32_MAX)
		return -EINVAL;
	*ret = (pid_t)id;
	return 0;
}

/* Each is sent it, though one before it is gone. */
static int kill_all(char **ids, int sig)
{
	int code = 0;

	for (; *ids; ids++) {
		struct fh_error err;
		pid_t id;

		if (parse_id(*ids, &id) < 0)
			return refuse_argument("kill", *ids);
		if (fh_boxes_kill(id, sig, &err) == 0)
			continue;
		print_error(&err);
		code = EXIT_REFUSED;
	}
	return code;
}

static int refuse_signal(const char *name)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, -EINVAL, "kill: no signal %s is known",
		  name);
	error_remedy(&err, "write it like -s TERM");
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

int cmd_kill(int argc, char **argv)
{
	const char *name = "KILL";
	size_t n = 0;
	const struct own_switch own[] = {
		{ .name = "signal", .values = &name, .size = 1, .n = &n },
		{ 0 },
	};
	int rest = 0, sig;
	int r = options_parse(argv[0], argc, argv, own, NULL, &rest);

	if (r != 0)
		return r < 0 ? 0 : r;
	sig = signal_parse(name);
	if (sig < 0)
		return refuse_signal(name);
	if (rest == argc)
		return refuse_use("kill", "no box", EXAMPLE);
	return kill_all(argv + rest, sig);
}
