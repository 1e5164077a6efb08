/* Words as other tools read them. */
#ifndef FH_EXCHANGE_EXPORT_WORDS_H
#define FH_EXCHANGE_EXPORT_WORDS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "plan/box.h"

/* One word of a shell, whatever is in it. */
void shell_word(struct text *text, const char *word);

/* Can a shell have a variable of that name? */
bool shell_is_name(const char *name);

/* One word of a unit's line that takes C escapes; any bytes. */
void unit_word(struct text *text, const char *word);

/* The same for a path on a line that may take none: in quotes, and "%" doubled.
 * @forbidden: further characters that cannot be there
 * Return: 0; -EINVAL for what no such line can hold */
int unit_path(struct text *text, const char *path, const char *forbidden,
	      struct fh_error *err);

/* Where a bound source lies: absolute and without links; -ENAMETOOLONG or what
 * realpath() says. */
int export_source(const struct mount_op *op, char ret[], struct fh_error *err);

#endif
