/* Reads a string of JSON: UTF-8, with its escapes. */
#include <errno.h>
#include <string.h>

#include "exchange/json_reader.h"

/* Bytes of the character at hand, 0 if it is not UTF-8. */
static size_t character_size(const struct json_reader *reader)
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

static int read_hex(struct json_reader *reader, unsigned int *ret)
{
	unsigned int value = 0;

	for (int i = 0; i < 4; i++, reader->at++) {
		int c = json_peek(reader);

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned int)c - '0';
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (unsigned int)c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (unsigned int)c - 'A' + 10;
		else
			return json_fail(reader, "four hexadecimal digits are needed");
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
static int read_unicode(struct json_reader *reader, char **to)
{
	const char *begin = reader->at - 2;
	unsigned int c = 0, low = 0;
	int r = read_hex(reader, &c);

	if (r == 0 && c >= 0xd800 && c < 0xdc00) {
		if (reader->end - reader->at < 2 || reader->at[0] != '\\' ||
		    reader->at[1] != 'u')
			return json_fail_at(reader, begin, "half a surrogate pair");
		reader->at += 2;
		r = read_hex(reader, &low);
		if (r == 0 && (low < 0xdc00 || low > 0xdfff))
			return json_fail_at(reader, begin, "half a surrogate pair");
		c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
	} else if (r == 0 && c >= 0xdc00 && c < 0xe000) {
		return json_fail_at(reader, begin, "half a surrogate pair");
	}
	if (r == 0 && !c)
		return json_fail_at(reader, begin, "U+0000 in a string");
	if (r == 0)
		*to = put_character(*to, c);
	return r;
}

static int read_escape(struct json_reader *reader, char **to)
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
		return json_fail(reader, "no such escape");
	reader->at++;
	*(*to)++ = meant[found - names];
	return 0;
}

/* Where the string at hand ends, or the text; it is no longer when read. */
static size_t string_room(const struct json_reader *reader)
{
	const char *s = reader->at + 1;

	while (s < reader->end && *s != '"')
		s += *s == '\\' && reader->end - s > 1 ? 2 : 1;
	return (size_t)(s - reader->at) + 1;
}

int json_read_string(struct json_reader *reader, const char **ret)
{
	char *string = arena_alloc(reader->arena, string_room(reader));
	char *to = string;
	int r = 0;

	if (!string)
		return json_fail_memory(reader);
	reader->at++;
	while (r == 0) {
		int c = json_peek(reader);
		size_t n;

		if (c < 0)
			return json_fail(reader, "a string without an end");
		if (c == '"')
			break;
		if (c < ' ')
			return json_fail(reader, "a control character in a string");
		if (c == '\\') {
			r = read_escape(reader, &to);
			continue;
		}
		n = character_size(reader);
		if (!n)
			return json_fail(reader, "bytes that are no UTF-8");
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
