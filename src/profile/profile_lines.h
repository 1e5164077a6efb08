/* The lines of a profile: sections, names and values, with where they stand. */
#ifndef FH_PROFILE_PROFILE_LINES_H
#define FH_PROFILE_PROFILE_LINES_H

#include <stddef.h>

#include "base/error.h"

/*
 *	# a comment; so is what starts with a semicolon
 *	[section]
 *	name = value
 *
 * Blanks around each part do not count. A value reaches to the end of its line,
 * "#" and quotes included; in it \\, \n and \xNN stand for a backslash, a line feed
 * and any other byte but NUL: a blank at its end is written \x20. Control
 * characters have no business in the file, carriage returns included.
 */
#define PROFILE_SIZE_MAX (1u << 20)
#define PROFILE_LINE_MAX 8192u

struct profile_line {
	const char *section;
	const char *name;
	const char *value; /* unescaped; "" is one */
	unsigned int line; /* from 1 */
	unsigned int name_column; /* in bytes, from 1 */
	unsigned int value_column;
};

/* Who is told each line. What it returns but 0 ends the reading. */
typedef int (*profile_taker)(void *ctx, const struct profile_line *line,
			     struct fh_error *err);

/**
 * profile_lines() - tell the lines of a text
 * @file: its name, for messages
 * @text: changed; no NUL is needed at its end
 *
 * Return: 0; -EINVAL for what is no such line, -E2BIG for one that is too long,
 *         with FILE:LINE:COLUMN; what @take returned
 */
int profile_lines(const char *file, char *text, size_t size, profile_taker take,
		  void *ctx, struct fh_error *err);

/**
 * profile_lines_of() - the same of a file that can be trusted
 * @path: regular, of root or the user, and not writable by others; where a link
 *        leads is looked at, not the link
 *
 * Return: also -EACCES for one that cannot be trusted; -EFBIG; -ENOMEM; what
 *         opening and reading say
 */
int profile_lines_of(const char *path, profile_taker take, void *ctx,
		     struct fh_error *err);

#endif
