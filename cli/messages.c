/* Prints errors, warnings and texts the way every command does. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cli.h"
#include "plan/box.h"
#include "tables/exit_codes.h"

/* Whole lines in one write: nobody else's output comes between. */
static void print_line(struct text *line)
{
	text_add(line, "\n");
	if (line->code == 0)
		write_exactly(STDERR_FILENO, line->data, line->len);
	text_done(line);
}

/* A message that ends in what the kernel said, where it says something that
 * the sentence does not say already. */
static bool has_reason(const struct fh_error *err)
{
	return err->code && (err->code == -ENOMEM ||
			     err->stage == FH_STAGE_APPLY ||
			     err->stage == FH_STAGE_EXEC ||
			     err->stage == FH_STAGE_SUPERVISE ||
			     err->stage == FH_STAGE_PROBE) &&
	       !strchr(err->what, ':');
}

void print_error(const struct fh_error *err)
{
	struct text line = { 0 };

	text_add(&line, "fumehood: %s", err->what);
	if (has_reason(err))
		text_add(&line, ": %s", strerror(-err->code));
	if (err->stage == FH_STAGE_APPLY && err->step < N_STEPS)
		text_add(&line, " (step %s%s%s)", step_infos[err->step].name,
			 *err->origin ? ", asked by " : "", err->origin);
	if (*err->remedy)
		text_add(&line, "; %s", err->remedy);
	print_line(&line);
}

void print_warning(const char *fmt, ...)
{
	char raw[1024], harmless[1024];
	struct text line = { 0 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	escape_into(harmless, sizeof(harmless), raw);
	text_add(&line, "fumehood: %s", harmless);
	print_line(&line);
}

int refuse_argument(const char *command, const char *argument)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, 0, "%s: no argument %s is known",
		command, argument);
	error_remedy(&err, "fumehood help %s tells what it takes", command);
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

int print_text(const struct text *text)
{
	struct fh_error err;
	int r = text->code;

	if (r == 0)
		r = write_exactly(STDOUT_FILENO, text_string(text), text->len);
	if (r == 0)
		return 0;
	error_set(&err, FH_STAGE_SUPERVISE, r, "write to standard output");
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}
