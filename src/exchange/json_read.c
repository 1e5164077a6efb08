/* Reads JSON: strictly, with a bound for everything that grows. */
#include "exchange/json_read.h"

#include <errno.h>
#include <string.h>

#define DIGITS "0123456789"

struct reader {
	const char *file;
	const char *at, *end;
	const char *line_begin;
	unsigned int line;
	unsigned int depth, n_values;
	struct arena *arena;
	struct fh_error *err;
};

static int fail_at(struct reader *reader, const char *at, const char *what)
{
	return error_set(reader->err, FH_STAGE_PARSE, -EINVAL, "%s:%u:%zu: %s",
			 reader->file, reader->line,
			 (size_t)(at - reader->line_begin) + 1, what);
}

static int fail(struct reader *reader, const char *what)
{
	return fail_at(reader, reader->at, what);
}

static int fail_memory(struct reader *reader)
{
	return error_set(reader->err, FH_STAGE_PARSE, -ENOMEM, "read %s",
			 reader->file);
}

/* The next byte, or -1 at the end. */
static int peek(const struct reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

static void skip_blanks(struct reader *reader)
{
	for (; reader->at < reader->end; reader->at++) {
		if (*reader->at == '\n') {
			reader->line++;
			reader->line_begin = reader->at + 1;
		} else if (*reader->at != ' ' && *reader->at != '\t' &&
			   *reader->at != '\r') {
			return;
		}
	}
}

/* Bytes of the character at hand, 0 if it is not UTF-8. */
static size_t character_size(const struct reader *reader)
{
	const unsigned char *s = (const unsigned char *)reader->at;
	size_t left = (size_t)(reader->end - reader->at);
	size_t n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2
		 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong ones, surrogates, and what is beyond U+10FFFF. */
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
	    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static int read_hex(struct reader *reader, unsigned int *ret)
{
	unsigned int value = 0;

	for (int i = 0; i < 4; i++, reader->at++) {
		int c = peek(reader);

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned int)c - '0';
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (unsigned int)c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (unsigned int)c - 'A' + 10;
		else
			return fail(reader, "four hexadecimal digits are needed");
	}
	*ret = value;
	return 0;
}

static char *put_character(char *to, unsigned int c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

/* After "\u": characters beyond U+FFFF come as two. */
static int read_unicode(struct reader *reader, char **to)
{
	const char *begin = reader->at - 2;
	unsigned int c = 0, low = 0;
	int r = read_hex(reader, &c);

	if (r == 0 && c >= 0xd800 && c < 0xdc00) {
		if (reader->end - reader->at < 2 || reader->at[0] != '\\' ||
		    reader->at[1] != 'u')
			return fail_at(reader, begin, "half a surrogate pair");
		reader->at += 2;
		r = read_hex(reader, &low);
		if (r == 0 && (low < 0xdc00 || low > 0xdfff))
			return fail_at(reader, begin, "half a surrogate pair");
		c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
	} else if (r == 0 && c >= 0xdc00 && c < 0xe000) {
		return fail_at(reader, begin, "half a surrogate pair");
	}
	if (r == 0 && !c)
		return fail_at(reader, begin, "U+0000 in a string");
	if (r == 0)
		*to = put_character(*to, c);
	return r;
}

static int read_escape(struct reader *reader, char **to)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	int c = ++reader->at < reader->end ? *reader->at : 0;
	const char *found = c ? strchr(names, c) : NULL;

	if (c == 'u') {
		reader->at++;
		return read_unicode(reader, to);
	}
	if (!found)
		return fail(reader, "no such escape");
	reader->at++;
	*(*to)++ = meant[found - names];
	return 0;
}

/* Where the string at hand ends, or the text; it is no longer when read. */
static size_t string_room(const struct reader *reader)
{
	const char *s = reader->at + 1;

	while (s < reader->end && *s != '"')
		s += *s == '\\' && reader->end - s > 1 ? 2 : 1;
	return (size_t)(s - reader->at) + 1;
}

static int read_string(struct reader *reader, const char **ret)
{
	char *string = arena_alloc(reader->arena, string_room(reader));
	char *to = string;
	int r = 0;

	if (!string)
		return fail_memory(reader);
	reader->at++;
	while (r == 0) {
		int c = peek(reader);
		size_t n;

		if (c < 0)
			return fail(reader, "a string without an end");
		if (c == '"')
			break;
		if (c < ' ')
			return fail(reader, "a control character in a string");
		if (c == '\\') {
			r = read_escape(reader, &to);
			continue;
		}
		n = character_size(reader);
		if (!n)
			return fail(reader, "bytes that are no UTF-8");
		memcpy(to, reader->at, n);
		to += n;
		reader->at += n;
	}
	if (r < 0)
		return r;
	reader->at++;
	*to = '\0';
	*ret = string;
	return 0;
}

static size_t skip_digits(struct reader *reader)
{
	const char *begin = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' &&
	       *reader->at <= '9')
		reader->at++;
	return (size_t)(reader->at - begin);
}

static bool fits(const char *digits, size_t n, uint64_t *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digits[i] - '0'),
					   &value))
			return false;
	*ret = value;
	return true;
}

static int read_number(struct reader *reader, struct json *value)
{
	const char *digits;
	size_t n;

	value->is_negative = peek(reader) == '-';
	reader->at += value->is_negative;
	digits = reader->at;
	n = skip_digits(reader);
	if (!n)
		return fail(reader, "no value");
	if (n > 1 && *digits == '0')
		return fail_at(reader, digits, "a number that begins with 0");
	value->is_whole = fits(digits, n, &value->magnitude);
	if (peek(reader) == '.') {
		value->is_whole = false;
		reader->at++;
		if (!skip_digits(reader))
			return fail(reader, "a digit is needed");
	}
	if (peek(reader) == 'e' || peek(reader) == 'E') {
		value->is_whole = false;
		reader->at++;
		if (peek(reader) == '+' || peek(reader) == '-')
			reader->at++;
		if (!skip_digits(reader))
			return fail(reader, "a digit is needed");
	}
	return 0;
}

static int read_word(struct reader *reader, struct json *value)
{
	static const char *const words[] = { "null", "false", "true" };

	for (int i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(reader->end - reader->at) < n ||
		    memcmp(reader->at, words[i], n) != 0)
			continue;
		value->type = (enum json_type)i;
		reader->at += n;
		return 0;
	}
	return fail(reader, "no value");
}

static int read_value(struct reader *reader, struct json **ret);

/* The name of a member, and the colon. */
static int read_name(struct reader *reader, const struct json *object,
		     unsigned int n, const char **ret)
{
	const char *begin = reader->at;
	int r;

	if (peek(reader) != '"')
		return fail(reader, "a name in quotes is needed");
	if (n == JSON_NAMES_MAX)
		return fail(reader, "more names than an object may have");
	r = read_string(reader, ret);
	if (r < 0)
		return r;
	if (json_find(object, *ret))
		return fail_at(reader, begin, "a name for the second time");
	skip_blanks(reader);
	if (peek(reader) != ':')
		return fail(reader, "a colon is needed");
	reader->at++;
	return 0;
}

/* From the bracket to the one that closes it. */
static int read_members(struct reader *reader, struct json *value)
{
	const int closing = value->type == JSON_OBJECT ? '}' : ']';
	struct json **last = &value->first;
	int r = 0;

	if (++reader->depth > JSON_DEPTH_MAX)
		return fail(reader, "nested too deeply");
	reader->at++;
	skip_blanks(reader);
	if (peek(reader) == closing)
		goto done;
	for (unsigned int n = 0;; n++) {
		const char *name = NULL;

		skip_blanks(reader);
		if (value->type == JSON_OBJECT)
			r = read_name(reader, value, n, &name);
		if (r == 0)
			r = read_value(reader, last);
		if (r < 0)
			return r;
		(*last)->name = name;
		last = &(*last)->next;
		skip_blanks(reader);
		if (peek(reader) == closing)
			break;
		if (peek(reader) != ',')
			return fail(reader, "a comma or a bracket is needed");
		reader->at++;
	}
done:
	reader->at++;
	reader->depth--;
	return 0;
}

static int read_value(struct reader *reader, struct json **ret)
{
	struct json *value;
	int r;

	skip_blanks(reader);
	if (reader->n_values++ == JSON_VALUES_MAX)
		return fail(reader, "more values than a text may have");
	value = arena_alloc(reader->arena, sizeof(*value));
	if (!value)
		return fail_memory(reader);
	value->line = reader->line;
	value->column = (unsigned int)(reader->at - reader->line_begin) + 1;
	switch (peek(reader)) {
	case '{':
	case '[':
		value->type = peek(reader) == '{' ? JSON_OBJECT : JSON_ARRAY;
		r = read_members(reader, value);
		break;
	case '"':
		value->type = JSON_STRING;
		r = read_string(reader, &value->string);
		break;
	case 'n':
	case 'f':
	case 't':
		r = read_word(reader, value);
		break;
	default:
		value->type = JSON_NUMBER;
		r = read_number(reader, value);
	}
	if (r == 0)
		*ret = value;
	return r;
}

int json_read(const char *file, const char *bytes, size_t size,
	      struct arena *arena, const struct json **ret,
	      struct fh_error *err)
{
	struct reader reader = {
		.file = file, .at = bytes, .end = bytes + size,
		.line_begin = bytes, .line = 1, .arena = arena, .err = err,
	};
	struct json *value = NULL;
	int r = read_value(&reader, &value);

	if (r < 0)
		return r;
	skip_blanks(&reader);
	if (reader.at < reader.end)
		return fail(&reader, "more than one value");
	*ret = value;
	return 0;
}

const struct json *json_find(const struct json *object, const char *name)
{
	const struct json *member = NULL;

	if (object->type == JSON_OBJECT)
		for (member = object->first; member; member = member->next)
			if (strcmp(member->name, name) == 0)
				break;
	return member;
}
