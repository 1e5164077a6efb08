/* Reads the lines of a profile. */
#include "profile/profile_lines.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* A text being read, line by line. */
struct reader {
	const char *file;
	profile_taker take;
	void *ctx;
	struct fh_error *err;
	char *section; /* lies in the text; NULL before the first */
	char *start;   /* of the line, which ends in NUL */
	unsigned int line;
};

static int refuse(const struct reader *reader, const char *where, int code,
		  const char *what)
{
	return error_set(reader->err, FH_STAGE_PARSE, code, "%s:%u:%u: %s",
			 reader->file, reader->line,
			 (unsigned int)(where - reader->start) + 1, what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

static char *skip_name(char *s)
{
	while ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
	       *s == '-' || *s == '_')
		s++;
	return s;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One escape. Return: how many bytes it has, or 0 for none that there is */
static size_t unescape(const char *from, char *ret)
{
	int high, low;

	switch (from[1]) {
	case '\\':
		*ret = '\\';
		return 2;
	case 'n':
		*ret = '\n';
		return 2;
	case 'x':
		high = hex_digit(from[2]);
		low = high < 0 ? -1 : hex_digit(from[3]);
		if (low < 0 || !(high | low))
			return 0;
		*ret = (char)(high << 4 | low);
		return 4;
	}
	return 0;
}

/* In place: it only gets shorter. */
static int unescape_all(const struct reader *reader, char *value)
{
	char *to = value;
	const char *from = value;

	while (*from) {
		size_t n = 1;

		if (*from != '\\')
			*to = *from;
		else
			n = unescape(from, to);
		if (!n) {
			refuse(reader, from, -EINVAL, "no such escape");
			error_remedy(reader->err, "there are \\\\, \\n and \\xNN");
			return -EINVAL;
		}
		from += n;
		to++;
	}
	*to = '\0';
	return 0;
}

static int read_section(struct reader *reader, char *s)
{
	char *name = s + 1;
	char *end = skip_name(name);

	if (end == name || *end != ']' || *skip_blanks(end + 1))
		return refuse(reader, end, -EINVAL,
			      "not a section: [name], of small letters, digits and dashes");
	*end = '\0';
	reader->section = name;
	return 0;
}

static int read_setting(struct reader *reader, char *name)
{
	char *end = skip_name(name);
	char *equals = skip_blanks(end);
	struct profile_line line;
	char *value;
	int r;

	if (end == name || *equals != '=')
		return refuse(reader, end == name ? name : equals, -EINVAL,
			      "neither \"name = value\", \"[section]\" nor a comment");
	if (!reader->section)
		return refuse(reader, name, -EINVAL,
			      "a setting before the first [section]");
	*end = '\0';
	value = skip_blanks(equals + 1);
	r = unescape_all(reader, value);
	if (r < 0)
		return r;
	line = (struct profile_line){
		.section = reader->section,
		.name = name,
		.value = value,
		.line = reader->line,
		.name_column = (unsigned int)(name - reader->start) + 1,
		.value_column = (unsigned int)(value - reader->start) + 1,
	};
	return reader->take(reader->ctx, &line, reader->err);
}

/* A byte that no line may have; NULL without one. */
static const char *bad_byte(const char *line, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)line[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return &line[i];
	}
	return NULL;
}

/* @line: with a byte behind it that may be changed */
static int read_line(struct reader *reader, char *line, size_t size)
{
	const char *bad = bad_byte(line, size);
	char *s;

	reader->start = line;
	if (bad)
		return refuse(reader, bad, -EINVAL,
			      *bad == '\r' ? "a carriage return: lines end in a line feed alone"
					   : "a control character");
	while (size && is_blank(line[size - 1]))
		size--;
	line[size] = '\0';
	s = skip_blanks(line);
	if (!*s || *s == '#' || *s == ';')
		return 0;
	return *s == '[' ? read_section(reader, s) : read_setting(reader, s);
}

static int fail_long(struct reader *reader, char *line)
{
	reader->start = line;
	return refuse(reader, line + PROFILE_LINE_MAX, -E2BIG,
		      "a line of more than 8192 bytes");
}

/* A last line without its line feed is moved to where it has room for a NUL. */
static int read_last(struct reader *reader, const char *line, size_t size)
{
	char copy[PROFILE_LINE_MAX + 1];
	int r;

	memcpy(copy, line, size);
	r = read_line(reader, copy, size);
	reader->start = reader->section = NULL;
	return r;
}

int profile_lines(const char *file, char *text, size_t size, profile_taker take,
		  void *ctx, struct fh_error *err)
{
	struct reader reader = { .file = file, .take = take, .ctx = ctx,
				 .err = err };
	int r = 0;

	while (size && r == 0) {
		char *end = memchr(text, '\n', size);
		size_t n = end ? (size_t)(end - text) : size;

		reader.line++;
		if (n > PROFILE_LINE_MAX)
			return fail_long(&reader, text);
		r = end ? read_line(&reader, text, n)
			: read_last(&reader, text, n);
		n += end != NULL;
		text += n;
		size -= n;
	}
	return r;
}
