/* What the commands share: options from the settings table, and messages. */
#ifndef FH_CLI_CLI_H
#define FH_CLI_CLI_H

#include <fumehood/fumehood.h>

#include "base/error.h"
#include "base/text.h"

/**
 * options_parse() - options of run and its kin into a policy
 * @own:      further options that the command takes, or NULL; letters and arguments of
 *            those that have some are in verbs[]
 * @policy:   NULL for a command that takes none of the settings
 * @ret_rest: index of the first argument that is no option
 *
 * Stops at "--" or at the first word that does not start with "-".
 * Return: 0; FH_EXIT_NOT_BOXED after a message; -1 after printing --help
 */
struct own_switch {
	const char *name; /* "json"; the last has none */
	bool *is_set;	  /* NULL for one with an argument */
	const char **values; /* room for .size arguments */
	size_t size;
	size_t *n;
};
int options_parse(const char *command, int argc, char **argv,
		  const struct own_switch *own, struct fh_policy *policy,
		  int *ret_rest);

/* Prints "fumehood: what: why" and the remedy on stderr. */
void print_error(const struct fh_error *err);
/* Tells that a command does not know an argument. Return: FH_EXIT_NOT_BOXED */
int refuse_argument(const char *command, const char *argument);
void print_warning(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* Writes to stdout. Return: 0, or FH_EXIT_NOT_BOXED after a message */
int print_text(const struct text *text);
int print_string(const char *string);

/* Prints the help of one command, or with NULL of them all; exit status. */
int print_help(const char *name);

/* The kernel's facts, and a plan by them. They print their own errors. */
struct fh_kernel *probe_kernel(void);
struct fh_plan *plan_for(const struct fh_policy *policy);

/* Runs argv in a box; shared by run and attack. Returns the exit status. */
int run_boxed(const struct fh_policy *policy, char **argv);

int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_broker(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_attack(int argc, char **argv);
int cmd_learn(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_kill(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
