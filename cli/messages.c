/* Prints errors, warnings and texts the way every command does. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cli.h"
#include "exit_codes.h"

/* Whole lines in one write: nobody else's output comes between. */
static void print_line(struct text *line)
{
	text_add(line, "\n");
	if (line->code == 0)
		write_exactly(STDERR_FILENO, line->data, line->len);
	text_done(line);
}

void print_error(const struct fh_error *err)
{
	char what[FH_ERROR_LINE_MAX] = "";
	struct text line = { 0 };

	fh_error_print(err, what, sizeof(what));
	text_add(&line, "fumehood: %s", what);
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

static int print_bytes(int r, const char *bytes, size_t len)
{
	struct fh_error err;

	if (r == 0)
		r = write_exactly(STDOUT_FILENO, bytes, len);
	if (r == 0)
		return 0;
	error_set(&err, FH_STAGE_SUPERVISE, r, "write to standard output");
	print_error(&err);
	return FH_EXIT_NOT_BOXED;
}

int print_text(const struct text *text)
{
	return print_bytes(text->code, text_string(text), text->len);
}

int print_string(const char *string)
{
	return print_bytes(0, string, strlen(string));
}
