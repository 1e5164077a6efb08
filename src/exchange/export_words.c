/* Quotes words for shells and units, so that no name says more than its bytes. */
#include "exchange/export_words.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
/* That no shell takes for anything else, wherever they stand. */
#define HARMLESS LETTERS DIGITS "%+,-./:@_"

void shell_word(struct text *text, const char *word)
{
	size_t n = strspn(word, HARMLESS);

	if (n && !word[n]) {
		text_add_bytes(text, word, n);
		return;
	}
	text_add(text, "'");
	for (; *word; word += n + (word[n] != '\0')) {
		n = strcspn(word, "'");
		text_add_bytes(text, word, n);
		if (word[n])
			text_add(text, "'\\''");
	}
	text_add(text, "'");
}

bool shell_is_name(const char *name)
{
	size_t n = strspn(name, LETTERS DIGITS "_");

	return n && !name[n] && !strchr(DIGITS, *name);
}

void unit_word(struct text *text, const char *word)
{
	text_add(text, "\"");
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c == '%')
			text_add(text, "%%%%");
		else if (c < ' ' || c >= 0x7f || strchr("\"'\\", c))
			text_add(text, "\\x%02x", c);
		else
			text_add_bytes(text, word, 1);
	}
	text_add(text, "\"");
}

static bool is_plain(const char *path, const char *forbidden)
{
	const unsigned char *s = (const unsigned char *)path;

	while (*s) {
		size_t n = utf8_printable(s);

		if (!n || (n == 1 && (strchr("\"'\\", *s) ||
				      strchr(forbidden, *s))))
			return false;
		s += n;
	}
	return true;
}

int unit_path(struct text *text, const char *path, const char *forbidden,
	      struct fh_error *err)
{
	if (!is_plain(path, forbidden))
		return error_set(err, FH_STAGE_PLAN, -EINVAL,
				 "%s: no unit can have a path with such characters",
				 path);
	text_add(text, "\"");
	for (; *path; path++) {
		text_add_bytes(text, path, 1);
		if (*path == '%')
			text_add_bytes(text, path, 1);
	}
	text_add(text, "\"");
	return 0;
}

int export_source(const struct mount_op *op, char ret[], struct fh_error *err)
{
	const char *name = op->is_same_place ? op->target : op->source;

	if (realpath(name, ret))
		return 0;
	return error_set(err, FH_STAGE_PREPARE, -errno, "%s: %s", name,
			 strerror(errno));
}
