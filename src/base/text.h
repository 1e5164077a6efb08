/* A growing string that remembers its first failure instead of returning one
 * from every call. */
#ifndef FH_BASE_TEXT_H
#define FH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_MAX (16u << 20) /* no text of ours is longer: 16 MiB */

struct text {
	char *data; /* NUL-terminated once anything was added */
	size_t len;
	size_t size;
	int code; /* first failure, negative errno; 0 while all is well */
};

void text_add(struct text *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t len);

/* Adds a string from outside with control characters, backslashes and bytes
 * that are not UTF-8 escaped as \xNN, so that it cannot drive a terminal. */
void text_add_escaped(struct text *text, const char *string);

/* The same for a value at the end of a line, of which a reader would not count
 * blanks at either end: those are escaped as well. */
void text_add_value(struct text *text, const char *string);

/* Adds a string as a JSON string literal, quotes included. Bytes that are not
 * UTF-8 become U+FFFD: JSON has no other way to carry them. */
void text_add_json(struct text *text, const char *string);

/* The text so far; "" when nothing was added. Borrowed. */
const char *text_string(const struct text *text);

/* A part that failed makes the whole fail. */
static inline void text_inherit(struct text *text, const struct text *part)
{
	if (!text->code)
		text->code = part->code;
}

void text_done(struct text *text);

#define autotext __attribute__((cleanup(text_done))) struct text

/* Escapes into a fixed buffer and truncates with "..." when it is too small. */
void escape_into(char *ret, size_t size, const char *string);

/* Bytes in the UTF-8 sequence at s if it is valid and printable, else 0. */
size_t utf8_printable(const unsigned char *s);

#endif
