/* Where profiles are, and which one a name means. */
#ifndef FH_PROFILE_PROFILE_FIND_H
#define FH_PROFILE_PROFILE_FIND_H

#include <limits.h>
#include <stdbool.h>

#include "profile/profile_file.h"

#define PROFILE_SUFFIX ".conf"
#define PROFILE_NAME_MAX 64

/* Directories, the first of which that has a name wins; what is built in comes
 * last. */
#define PROFILE_PLACES_MAX 4
struct profile_places {
	const char *directories[PROFILE_PLACES_MAX];
	size_t n;
	char home[PATH_MAX]; /* that of the user; "" for none */
};

/* Those of this process: it asks the environment for HOME. */
void profile_places_usual(struct profile_places *ret);

/* A profile that was found, and read. */
struct profile_source {
	char *file;	 /* for messages: a path, or "built-in/NAME.conf"; owned */
	char *directory; /* where it is; NULL for what is built in; owned */
	struct profile_bytes bytes;
};

void profile_source_done(struct profile_source *source);
bool profile_source_is_same(const struct profile_source *a,
			    const struct profile_source *b);

/* Letters, digits, dashes, dots and underscores; it begins with neither of the
 * former two. */
bool profile_name_is_good(const char *name);

/**
 * profile_find() - read the profile that a word means
 * @word: a file if it has a slash; else a name
 * @from: who extends it: its own directory comes first, a relative file starts
 *        there, and its name means another one; NULL
 *
 * Return: 0; -ENOENT with the nearest name, or for a file of that name in the
 *         working directory how it is meant; -EINVAL when there is only @from
 *         itself; what profile_file_read() returns; -EACCES for a directory that
 *         cannot be trusted; -ENOMEM
 */
int profile_find(const struct profile_places *places, const char *word,
		 const struct profile_source *from, struct profile_source *ret,
		 struct fh_error *err);

/* A name that profile_find() knows, and where. */
struct profile_name {
	char name[PROFILE_NAME_MAX + 1];
	const char *directory; /* of the places; NULL: built in */
	size_t place;	       /* which of them; built in comes last */
};

/* All of them, sorted by name, each once. @ret: freed with free(3).
 * Return: 0 or -ENOMEM */
int profile_names(const struct profile_places *places,
		  struct profile_name **ret, size_t *ret_n);

#endif
