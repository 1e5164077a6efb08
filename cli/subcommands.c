/* Takes apart the words after a verb that has further verbs. */
#include "subcommands.h"

#include <string.h>

#include "base/nearest.h"
#include "cli.h"
#include "exit_codes.h"

static bool is_word(const char *argument, const char *word)
{
	return strcmp(argument, word) == 0;
}

int refuse_use(const char *verb, const char *what, const char *example)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, 0, "%s: %s", verb, what);
	error_remedy(&err, "write it like %s", example);
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

static const char *name_at(size_t i, void *ctx)
{
	const struct subcommand *const *table = ctx;

	return (*table)[i].name;
}

static int refuse_word(const char *verb, const char *word,
		       const struct subcommand *table, size_t n)
{
	const char *nearest = nearest_name(word, name_at, n, &table);
	struct fh_error err;

	if (!nearest)
		return refuse_argument(verb, word);
	error_set(&err, FH_STAGE_PARSE, 0, "%s: no argument %s is known", verb,
		  word);
	error_remedy(&err, "did you mean %s?", nearest);
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

int subcommand_run(int argc, char **argv, const struct subcommand *table,
		   const char *example)
{
	size_t n = 0;

	for (int i = 1; i < argc && !is_word(argv[i], "--"); i++)
		if (is_word(argv[i], "--help") || is_word(argv[i], "-h"))
			return print_help(argv[0]);
	if (argc == 1)
		return refuse_use(argv[0], "no word what to do", example);
	for (; table[n].name; n++)
		if (is_word(argv[1], table[n].name))
			return table[n].run(argv[0], argv + 2);
	return refuse_word(argv[0], argv[1], table, n);
}

int operands_take(const char *verb, char **argv, bool *json)
{
	bool has_ended = false;
	int n = 0;

	for (char **word = argv; *word; word++) {
		if (!has_ended && json && is_word(*word, "--json")) {
			*json = true;
		} else if (!has_ended && is_word(*word, "--")) {
			has_ended = true;
		} else if (!has_ended && **word == '-') {
			refuse_argument(verb, *word);
			return -1;
		} else {
			argv[n++] = *word;
		}
	}
	argv[n] = NULL;
	return n;
}
