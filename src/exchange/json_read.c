/* Reads JSON: strictly, with a bound for everything that grows. */
#include "exchange/json_reader.h"

#include <errno.h>
#include <string.h>

int json_fail_at(struct json_reader *reader, const char *at, const char *what)
{
	return error_set(reader->err, FH_STAGE_PARSE, -EINVAL, "%s:%u:%zu: %s",
			 reader->file, reader->line,
			 (size_t)(at - reader->line_begin) + 1, what);
}

int json_fail(struct json_reader *reader, const char *what)
{
	return json_fail_at(reader, reader->at, what);
}

int json_fail_memory(struct json_reader *reader)
{
	return error_set(reader->err, FH_STAGE_PARSE, -ENOMEM, "read %s",
			 reader->file);
}

static void skip_blanks(struct json_reader *reader)
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

static size_t skip_digits(struct json_reader *reader)
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

static int read_number(struct json_reader *reader, struct json *value)
{
	const char *digits;
	size_t n;

	value->is_negative = json_peek(reader) == '-';
	reader->at += value->is_negative;
	digits = reader->at;
	n = skip_digits(reader);
	if (!n)
		return json_fail(reader, "no value");
	if (n > 1 && *digits == '0')
		return json_fail_at(reader, digits, "a number that begins with 0");
	value->is_whole = fits(digits, n, &value->magnitude);
	if (json_peek(reader) == '.') {
		value->is_whole = false;
		reader->at++;
		if (!skip_digits(reader))
			return json_fail(reader, "a digit is needed");
	}
	if (json_peek(reader) == 'e' || json_peek(reader) == 'E') {
		value->is_whole = false;
		reader->at++;
		if (json_peek(reader) == '+' || json_peek(reader) == '-')
			reader->at++;
		if (!skip_digits(reader))
			return json_fail(reader, "a digit is needed");
	}
	return 0;
}

static int read_word(struct json_reader *reader, struct json *value)
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
	return json_fail(reader, "no value");
}

static int read_value(struct json_reader *reader, struct json **ret);

/* The name of a member, and the colon. */
static int read_name(struct json_reader *reader, const struct json *object,
		     unsigned int n, const char **ret)
{
	const char *begin = reader->at;
	int r;

	if (json_peek(reader) != '"')
		return json_fail(reader, "a name in quotes is needed");
	if (n == JSON_NAMES_MAX)
		return json_fail(reader, "more names than an object may have");
	r = json_read_string(reader, ret);
	if (r < 0)
		return r;
	if (json_find(object, *ret))
		return json_fail_at(reader, begin, "a name for the second time");
	skip_blanks(reader);
	if (json_peek(reader) != ':')
		return json_fail(reader, "a colon is needed");
	reader->at++;
	return 0;
}

/* From the bracket to the one that closes it. */
static int read_members(struct json_reader *reader, struct json *value)
{
	const int closing = value->type == JSON_OBJECT ? '}' : ']';
	struct json **last = &value->first;
	int r = 0;

	if (++reader->depth > JSON_DEPTH_MAX)
		return json_fail(reader, "nested too deeply");
	reader->at++;
	skip_blanks(reader);
	if (json_peek(reader) == closing)
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
		if (json_peek(reader) == closing)
			break;
		if (json_peek(reader) != ',')
			return json_fail(reader, "a comma or a bracket is needed");
		reader->at++;
	}
done:
	reader->at++;
	reader->depth--;
	return 0;
}

static int read_value(struct json_reader *reader, struct json **ret)
{
	struct json *value;
	int r;

	skip_blanks(reader);
	if (reader->n_values++ == JSON_VALUES_MAX)
		return json_fail(reader, "more values than a text may have");
	value = arena_alloc(reader->arena, sizeof(*value));
	if (!value)
		return json_fail_memory(reader);
	value->line = reader->line;
	value->column = (unsigned int)(reader->at - reader->line_begin) + 1;
	switch (json_peek(reader)) {
	case '{':
	case '[':
		value->type = json_peek(reader) == '{' ? JSON_OBJECT : JSON_ARRAY;
		r = read_members(reader, value);
		break;
	case '"':
		value->type = JSON_STRING;
		r = json_read_string(reader, &value->string);
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
	struct json_reader reader = {
		.file = file, .at = bytes, .end = bytes + size,
		.line_begin = bytes, .line = 1, .arena = arena, .err = err,
	};
	struct json *value = NULL;
	int r = read_value(&reader, &value);

	if (r < 0)
		return r;
	skip_blanks(&reader);
	if (reader.at < reader.end)
		return json_fail(&reader, "more than one value");
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
