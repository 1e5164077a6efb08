/* Path names as text: what can be decided without touching a file system. */
#ifndef FH_BASE_PATH_H
#define FH_BASE_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * path_normalise() - absolute path without "//", "." or a trailing slash
 * @base: absolute directory that a relative path starts from
 *
 * ".." is kept out: it means another place once symlinks are involved, so
 * resolving it on text would be a guess.
 * Return: 0; -EINVAL for "" or a ".." component; -ENAMETOOLONG
 */
int path_normalise(const char *base, const char *path, char ret[PATH_MAX]);

/**
 * path_append() - add the components of a path, without "//" and "."
 * @len:        how many characters @ret holds; no NUL is written
 * @may_ascend: whether ".." may be one of them, kept as it is
 *
 * Return: 0; -EINVAL for a ".." that may not be; -ENAMETOOLONG
 */
int path_append(char ret[PATH_MAX], size_t *len, const char *part,
		bool may_ascend);

/* Is path the directory itself or beneath it? Both normalised. */
bool path_is_within(const char *path, const char *directory);

/* Order in which a parent always comes before what is beneath it. */
int path_compare(const char *a, const char *b);

#endif
