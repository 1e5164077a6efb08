/* fumehood profile export and import: policies for other tools, and from them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "exit_codes.h"
#include "profile_exchange.h"
#include "subcommands.h"
#include "whole_file.h"

#define EXPORT_EXAMPLE "fumehood profile export pdftotext --to oci"
#define IMPORT_EXAMPLE "fumehood profile import seccomp.json --from oci"

/* What the words come to. */
struct words {
	const char *operand;
	const char *target; /* of --to, --from */
	const char *output; /* of -o */
	char **program;	    /* after "--", NULL: none */
};

static int fail(const struct fh_error *err)
{
	print_error(err);
	return FH_EXIT_NOT_BOXED;
}

/* Which word of an option's is that, and where is its value? "--to=oci" is one. */
static bool take_option(char ***argv, const char *name, const char **ret)
{
	size_t n = strlen(name);
	char *word = **argv;

	if (strncmp(word, name, n) != 0)
		return false;
	if (word[n] == '=' && name[1] == '-') {
		*ret = word + n + 1;
		return true;
	}
	if (word[n] || !(*argv)[1])
		return false;
	*ret = *++*argv;
	return true;
}

/* @option: --to or --from; @output: -o, or NULL where there is none.
 * Return: 0, or the exit status after a message */
static int take_words(const char *verb, char **argv, const char *option,
		      const char *output, struct words *ret)
{
	for (; *argv; argv++) {
		if (take_option(&argv, option, &ret->target) ||
		    (output && take_option(&argv, output, &ret->output)))
			continue;
		if (strcmp(*argv, "--") == 0) {
			ret->program = argv + 1;
			break;
		}
		if (**argv == '-' || ret->operand)
			return refuse_argument(verb, *argv);
		ret->operand = *argv;
	}
	return 0;
}

static int find_target(const char *verb, const char *name,
		       enum fh_target *ret)
{
	for (int target = 0; fh_target_name(target); target++)
		if (strcmp(fh_target_name(target), name) == 0) {
			*ret = (enum fh_target)target;
			return 0;
		}
	return refuse_argument(verb, name);
}

/* One line each, on the stream for messages. */
static void print_losses(const char *target, char *losses)
{
	char *line, *rest = NULL;

	for (line = strtok_r(losses, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		print_warning("not for %s: %s", target, line);
}

static int export_profile(const struct words *words, enum fh_target target)
{
	struct fh_policy *policy = fh_policy_new();
	char *text = NULL, *losses = NULL;
	int r = FH_EXIT_NOT_BOXED;
	struct fh_error err;

	if (!policy)
		error_set(&err, FH_STAGE_PARSE, -ENOMEM, "export %s",
			  words->operand);
	if (!policy ||
	    fh_policy_load(policy, words->operand, words->program, &err) < 0 ||
	    fh_policy_export(policy, target, words->program, &text, &losses,
			     &err) < 0) {
		print_error(&err);
	} else {
		r = print_string(text);
		print_losses(words->target, losses);
	}
	free(text);
	free(losses);
	fh_policy_free(policy);
	return r;
}

int profile_export(const char *verb, char **argv)
{
	enum fh_target target = FH_TARGET_OCI;
	struct words words = { 0 };
	int r = take_words(verb, argv, "--to", NULL, &words);

	if (r)
		return r;
	if (!words.operand)
		return refuse_use(verb, "no profile", EXPORT_EXAMPLE);
	if (!words.target)
		return refuse_use(verb, "for whom? --to is missing",
				  EXPORT_EXAMPLE);
	if (words.program && !*words.program)
		return refuse_use(verb, "no program after --",
				  EXPORT_EXAMPLE);
	r = find_target(verb, words.target, &target);
	return r ? r : export_profile(&words, target);
}

/* Whole or not at all: half of a profile refuses less than it should. What others
 * may write is no profile that can be trusted. */
static int write_file(const char *path, const char *text)
{
	struct fh_error err;
	struct stat st;
	int r;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		error_set(&err, FH_STAGE_PARSE, -EINVAL,
			  "write %s: no regular file", path);
		return fail(&err);
	}
	r = whole_file_write(path, text, 0644, false);
	if (r == 0)
		return 0;
	error_set(&err, FH_STAGE_PARSE, r, "write %s: %s", path, strerror(-r));
	return fail(&err);
}

int profile_import(const char *verb, char **argv)
{
	enum fh_target from = FH_TARGET_OCI;
	struct words words = { 0 };
	struct fh_error err;
	char *text = NULL;
	int r = take_words(verb, argv, "--from", "-o", &words);

	if (r)
		return r;
	if (!words.operand)
		return refuse_use(verb, "no file", IMPORT_EXAMPLE);
	if (!words.target)
		return refuse_use(verb, "of whom? --from is missing",
				  IMPORT_EXAMPLE);
	if (words.program)
		return refuse_argument(verb, "--");
	r = find_target(verb, words.target, &from);
	if (r)
		return r;
	if (fh_profile_import(from, words.operand, &text, &err) < 0)
		return fail(&err);
	r = words.output ? write_file(words.output, text) : print_string(text);
	free(text);
	return r;
}
