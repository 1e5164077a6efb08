/* Finds the command that the first word names, and runs it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli.h"
#include "exit_codes.h"
#include "verbs.h"

/* What each verb of verbs.c does; argv[0] is its name. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "attack", cmd_attack }, { "broker", cmd_broker },
	{ "doctor", cmd_doctor }, { "help", cmd_help },
	{ "kill", cmd_kill },	  { "learn", cmd_learn },
	{ "profile", cmd_profile }, { "ps", cmd_ps },
	{ "run", cmd_run },	  { "show", cmd_show },
	{ "version", cmd_version }, { "why", cmd_why },
};

static const char *verb_at(size_t i, void *ctx)
{
	(void)ctx;
	return verbs[i].name;
}

static int unknown_command(const char *name)
{
	const char *nearest = nearest_name(name, verb_at, n_verbs, NULL);
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, 0, "no command %s", name);
	if (nearest)
		error_remedy(&err, "did you mean fumehood %s?", nearest);
	else
		error_remedy(&err, "to box a program: fumehood run -- PROGRAM");
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
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
	const char *name = argc > 1 ? argv[1] : "help";

	if (open_standard_streams() < 0)
		return FH_EXIT_NOT_BOXED;
	/* Ignored by the caller, it would take our children's status away. */
	signal(SIGCHLD, SIG_DFL);
	/* A reader that went away, or a limit on files, must not take the
	 * program's status with it; the program gets both back as usual. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc > 1 ? argc - 1 : 1,
					       argc > 1 ? argv + 1 : argv);
	return unknown_command(name);
}
