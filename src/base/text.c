/* Builds strings and makes strings from outside harmless to print. */
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int text_reserve(struct text *text, size_t more)
{
	size_t want, size;
	char *data;

	if (text->code)
		return text->code;
	if (more > TEXT_MAX - text->len - 1)
		return text->code = -EFBIG;
	want = text->len + more + 1;
	if (want <= text->size)
		return 0;
	for (size = text->size ? text->size : 256; size < want; size *= 2)
		;
	data = realloc(text->data, size);
	if (!data)
		return text->code = -ENOMEM;
	text->data = data;
	text->size = size;
	return 0;
}

void text_add_bytes(struct text *text, const char *bytes, size_t len)
{
	if (text_reserve(text, len) < 0)
		return;
	memcpy(text->data + text->len, bytes, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0) {
		text->code = text->code ? text->code : -EINVAL;
		return;
	}
	if (text_reserve(text, (size_t)n) < 0)
		return;
	va_start(args, fmt);
	vsnprintf(text->data + text->len, (size_t)n + 1, fmt, args);
	va_end(args);
	text->len += (size_t)n;
}

static uint32_t utf8_decode(const unsigned char *s, size_t *ret_len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : (s[0] & 0xe0) == 0xc0 ? 2
		   : (s[0] & 0xf0) == 0xe0 ? 3 : (s[0] & 0xf8) == 0xf0 ? 4 : 0;
	uint32_t rune;

	*ret_len = 0;
	if (!len)
		return 0;
	rune = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (s[i] & 0x3f);
	}
	if (rune < least[len] || rune > 0x10ffff ||
	    (rune >= 0xd800 && rune < 0xe000))
		return 0;
	*ret_len = len;
	return rune;
}

/* Zero-width and direction marks print as nothing or reorder what follows. */
static bool is_deceptive(uint32_t rune)
{
	return rune == 0x61c || (rune >= 0x200b && rune <= 0x200f) ||
	       (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff;
}

size_t utf8_printable(const unsigned char *s)
{
	size_t len;
	uint32_t rune = utf8_decode(s, &len);

	if (!len || rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ||
	    is_deceptive(rune))
		return 0;
	return len;
}

void text_add_escaped(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	while (*s) {
		size_t len = *s == '\\' ? 0 : utf8_printable(s);

		if (len)
			text_add_bytes(text, (const char *)s, len);
		else if (*s == '\n')
			text_add(text, "\\n");
		else if (*s == '\\')
			text_add(text, "\\\\");
		else
			text_add(text, "\\x%02x", *s);
		s += len ? len : 1;
	}
}

void text_add_value(struct text *text, const char *string)
{
	size_t n = strlen(string);
	bool has_end = n && (string[n - 1] == ' ');
	char *middle;

	for (; *string == ' '; string++, n--)
		text_add(text, "\\x20");
	if (!n || !has_end) {
		text_add_escaped(text, string);
		return;
	}
	middle = strndup(string, n - 1);
	if (!middle)
		text->code = text->code ? text->code : -ENOMEM;
	else
		text_add_escaped(text, middle);
	free(middle);
	text_add(text, "\\x20");
}

void text_add_json(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	text_add(text, "\"");
	while (*s) {
		size_t len;
		uint32_t rune = utf8_decode(s, &len);

		if (!len)
			text_add(text, "\\ufffd");
		else if (rune == '"' || rune == '\\')
			text_add(text, "\\%c", (int)rune);
		else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ||
			 is_deceptive(rune))
			text_add(text, "\\u%04x", rune);
		else
			text_add_bytes(text, (const char *)s, len);
		s += len ? len : 1;
	}
	text_add(text, "\"");
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

void escape_into(char *ret, size_t size, const char *string)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)string;
	size_t n = 0;

	if (size < 5) {
		if (size)
			ret[0] = '\0';
		return;
	}
	while (*s) {
		size_t len = utf8_printable(s);
		size_t need = len ? len : 4;

		if (n + need + 4 > size) {
			memcpy(ret + n, "...", 3);
			n += 3;
			break;
		}
		if (len) {
			memcpy(ret + n, s, len);
		} else {
			ret[n] = '\\';
			ret[n + 1] = 'x';
			ret[n + 2] = hex[*s >> 4];
			ret[n + 3] = hex[*s & 15];
		}
		n += need;
		s += len ? len : 1;
	}
	ret[n] = '\0';
}
