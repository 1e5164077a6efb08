/* Verbs of two words: "profile list". */
#ifndef FH_CLI_SUBCOMMANDS_H
#define FH_CLI_SUBCOMMANDS_H

#include <stdbool.h>

/* What a second word does. @argv: what follows it, NULL at the end */
struct subcommand {
	const char *name; /* NULL after the last */
	int (*run)(const char *verb, char **argv);
};

/**
 * subcommand_run() - do what the second word says
 * @argv:    argv[0] is the verb
 * @example: for who wrote none, "fumehood profile list"
 *
 * --help anywhere prints the verb's help. Return: the exit status
 */
int subcommand_run(int argc, char **argv, const struct subcommand *table,
		   const char *example);

/**
 * operands_take() - the words that are no options
 * @json: set by --json; NULL where there is no such option
 *
 * They are moved to the front of @argv, with NULL behind. One that begins with a
 * dash comes after "--".
 * Return: how many there are; -1 after a message
 */
int operands_take(const char *verb, char **argv, bool *json);

/* Tells that words are missing. Return: FH_EXIT_NOT_BOXED */
int refuse_use(const char *verb, const char *what, const char *example);

#endif
