/* Takes one line of a log of strace apart; nothing in it is believed. */
#include "learn/strace_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whatever the locale. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* --- where the call begins ---------------------------------------------------- */

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* "[pid 12] ", "12 " or nothing. */
static const char *take_pid(const char *s, pid_t *ret)
{
	bool has_word = strncmp(s, "[pid", 4) == 0;
	const char *digits = skip_blanks(has_word ? s + 4 : s);
	size_t n = strspn(digits, "0123456789");
	const char *end = digits + n;

	if (!n || n > 9 || (has_word ? *end != ']' : *end != ' '))
		return s;
	*ret = (pid_t)strtol(digits, NULL, 10);
	return skip_blanks(end + 1);
}

/* Times of -t, -tt, -ttt, -r, and what -i and -n put in brackets. */
static const char *skip_marks(const char *s)
{
	for (;;) {
		size_t n = strspn(s, "0123456789:.+()");

		if (strncmp(s, "+++ ", 4) == 0)
			return s;
		if (n && s[n] == ' ') {
			s = skip_blanks(s + n);
		} else if (*s == '(' && s[1] == '+') {
			s = skip_blanks(s + 2);
		} else if (*s == '[' && strchr(s, ']')) {
			s = skip_blanks(strchr(s, ']') + 1);
		} else {
			return s;
		}
	}
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]) || is_letter(s[n]))
		n++;
	return n;
}

static bool take_name(const char *s, size_t n, char ret[STRACE_NAME_MAX])
{
	if (!n || n >= STRACE_NAME_MAX)
		return false;
	memcpy(ret, s, n);
	ret[n] = '\0';
	return true;
}

/* "<... read resumed>", "<... read resumed> " */
static void take_resumed(const char *s, struct strace_line *ret)
{
	size_t n = name_length(s += 5);

	if (!take_name(s, n, ret->name) ||
	    strncmp(s + n, " resumed>", 9) != 0)
		return;
	ret->kind = STRACE_RESUMED;
	ret->text = s + n + 9;
}

void strace_line_parse(char *line, struct strace_line *ret)
{
	static const char unfinished[] = "<unfinished ...>";
	const char *s = skip_blanks(line);
	char *cut;
	size_t n;

	*ret = (struct strace_line){ .kind = STRACE_UNKNOWN };
	s = skip_marks(take_pid(s, &ret->pid));
	if (!*s || strncmp(s, "+++ ", 4) == 0 || strncmp(s, "--- ", 4) == 0 ||
	    strncmp(s, "strace: ", 8) == 0) {
		ret->kind = STRACE_NOISE;
		return;
	}
	if (strncmp(s, "<... ", 5) == 0) {
		take_resumed(s, ret);
		return;
	}
	n = name_length(s);
	if (s[n] != '(' || !take_name(s, n, ret->name))
		return;
	ret->text = s;
	ret->kind = STRACE_CALL;
	n = strlen(s);
	if (n < sizeof(unfinished) ||
	    strcmp(s + n - (sizeof(unfinished) - 1), unfinished) != 0)
		return;
	ret->kind = STRACE_UNFINISHED;
	cut = line + (s - line) + n - (sizeof(unfinished) - 1);
	*cut = '\0';
}

/* --- arguments ------------------------------------------------------------------ */

/* Behind the closing quote; the end where there is none. */
static const char *skip_string(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		if (*s == '\\' && s[1])
			s++;
	return *s ? s + 1 : s;
}

/* A descriptor's path, or a comment of strace's. */
static const char *skip_decoration(const char *s)
{
	const char *end = strchr(s, '>');

	return end ? end + 1 : s + 1;
}

static bool is_decoration(const char *first, const char *s)
{
	return *s == '<' && s > first &&
	       (is_digit(s[-1]) || s[-1] == 'D') &&
	       s[1] != '<';
}

static void add_argument(struct strace_call *call, const char *from,
			 const char *to)
{
	from = skip_blanks(from);
	if (call->n < STRACE_ARGUMENTS_MAX && to >= from)
		call->arguments[call->n++] =
			(struct strace_part){ from, (size_t)(to - from) };
}

/* Return: the closing parenthesis; NULL when there is none */
static const char *split(const char *s, struct strace_call *ret)
{
	const char *first = s, *from = s;
	int depth = 0;

	while (*s) {
		if (*s == '"') {
			s = skip_string(s);
			continue;
		}
		if (is_decoration(first, s)) {
			s = skip_decoration(s);
			continue;
		}
		if (strchr("([{", *s))
			depth++;
		if (*s == ',' && depth == 0) {
			add_argument(ret, from, s);
			from = s + 1;
		}
		if (strchr(")]}", *s) && depth-- == 0) {
			add_argument(ret, from, s);
			return *s == ')' ? s : NULL;
		}
		s++;
	}
	return NULL;
}

static bool take_result(const char *s, struct strace_call *ret)
{
	char *end;
	size_t n;

	s = skip_blanks(s);
	if (*s != '=')
		return false;
	s = skip_blanks(s + 1);
	if (*s == '?')
		return true;
	errno = 0;
	ret->result = strtol(s, &end, 0);
	if (end == s)
		return false;
	if (*end == '<' && strchr(end, '>')) {
		ret->file.text = end;
		ret->file.len = strlen(end);
	}
	end += strspn(end, " ");
	n = strspn(end, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	if (ret->result == -1 && n && n < sizeof(ret->error))
		memcpy(ret->error, end, n);
	return true;
}

bool strace_call_parse(const char *text, struct strace_call *ret)
{
	const char *open = strchr(text, '('), *close;

	*ret = (struct strace_call){ 0 };
	close = open ? split(open + 1, ret) : NULL;
	return close && take_result(close + 1, ret);
}

/* --- what stands in an argument --------------------------------------------------- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	     : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* *s: behind a backslash. Return: the character; -EINVAL */
static int unescape(const char **s, const char *end)
{
	static const char plain[] = "n\nt\tr\rv\vf\fa\ab\b";
	int value = 0, n = 0;

	if (*s == end)
		return -EINVAL;
	if (**s == 'x' && end - *s > 2 && hex_digit((*s)[1]) >= 0 &&
	    hex_digit((*s)[2]) >= 0) {
		value = hex_digit((*s)[1]) * 16 + hex_digit((*s)[2]);
		*s += 3;
		return value;
	}
	for (; n < 3 && *s < end && **s >= '0' && **s <= '7'; n++)
		value = value * 8 + *(*s)++ - '0';
	if (n)
		return value & 0xff;
	for (const char *p = plain; *p; p += 2)
		if (*p == **s)
			value = p[1];
	if (!value)
		value = (unsigned char)**s;
	(*s)++;
	return value;
}

static int decode(const char *s, const char *end, char *ret, size_t size)
{
	size_t n = 0;

	while (s < end) {
		int c = (unsigned char)*s++;

		if (c == '\\')
			c = unescape(&s, end);
		if (c <= 0)
			return -EINVAL;
		if (n + 1 >= size)
			return -ENAMETOOLONG;
		ret[n++] = (char)c;
	}
	ret[n] = '\0';
	return (int)n;
}

int strace_string(const struct strace_part *part, char *ret, size_t size)
{
	const char *end;

	if (!part->len || *part->text != '"')
		return -EINVAL;
	end = skip_string(part->text);
	if (end > part->text + part->len || end < part->text + 2 ||
	    end[-1] != '"')
		return -EINVAL;
	if (part->text + part->len - end >= 3 && strncmp(end, "...", 3) == 0)
		return -ENODATA;
	return decode(part->text + 1, end - 1, ret, size);
}

int strace_decoration(const struct strace_part *part, char *ret, size_t size)
{
	const char *open = memchr(part->text, '<', part->len), *close;

	if (!open)
		return -EINVAL;
	close = memchr(open, '>', part->len - (size_t)(open - part->text));
	if (!close || open[1] != '/')
		return -EINVAL;
	return decode(open + 1, close, ret, size);
}

bool strace_has_word(const struct strace_part *part, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= part->len; i++) {
		const char *s = part->text + i;
		bool is_begin = i == 0 || !name_length(s - 1);

		if (is_begin && memcmp(s, word, n) == 0 &&
		    (i + n == part->len || !name_length(s + n)))
			return true;
	}
	return false;
}

struct strace_part strace_behind(const struct strace_part *part,
				 const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i + n <= part->len; i++)
		if (memcmp(part->text + i, key, n) == 0)
			return (struct strace_part){ part->text + i + n,
						     part->len - i - n };
	return (struct strace_part){ 0 };
}
