/* Finds the command that the first word names, and runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli.h"
#include "tables/exit_codes.h"

#define BOX_USAGE "[OPTIONS] [--] PROGRAM [ARGS...]"

const struct command commands[] = {
	{ "run", "run a program in a box", BOX_USAGE, cmd_run, NULL },
	{ "show", "print policy, plan and guarantees, and stop there",
	  "[--json] [OPTIONS] [--] [PROGRAM [ARGS...]]", cmd_show, NULL },
	{ "why", "would this be allowed, and which rule decides",
	  "[OPTIONS] read|write|exec|connect|listen|syscall WHAT", cmd_why,
	  "Exit status 0 when it would be allowed, 1 when it would be refused." },
	{ "doctor", "what this kernel and this user can give", "[--json]",
	  cmd_doctor, NULL },
	{ "attack", "try to break out of a box made with these options",
	  "[--json] [OPTIONS]", cmd_attack,
	  "Exit status 1 when anything got through." },
	{ "help", "this text, or that of one command", "[COMMAND]", cmd_help,
	  NULL },
	{ "version", "version, licence and what it was built for", "",
	  cmd_version, NULL },
};
const size_t n_commands = sizeof(commands) / sizeof(*commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static const char *command_at(size_t i, void *ctx)
{
	(void)ctx;
	return commands[i].name;
}

static int unknown_command(const char *name)
{
	const char *nearest = nearest_name(name, command_at, n_commands, NULL);
	struct fh_error err;

	fh_fail(&err, FH_STAGE_PARSE, 0, "no command %s", name);
	if (nearest)
		fh_remedy(&err, "did you mean fumehood %s?", nearest);
	else
		fh_remedy(&err, "to box a program: fumehood run -- PROGRAM");
	print_error(&err);
	return EXIT_NOT_BOXED;
}

/* A closed standard stream would give its number to the next file opened,
 * and what is meant for a user would be written there. */
static int open_standard_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *name = argc > 1 ? argv[1] : "help";

	if (open_standard_streams() < 0)
		return EXIT_NOT_BOXED;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	command = command_find(name);
	if (!command)
		return unknown_command(name);
	return command->run(argc > 1 ? argc - 1 : 1,
			    argc > 1 ? argv + 1 : argv);
}
