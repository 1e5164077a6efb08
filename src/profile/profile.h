/* A profile as data: what it says, and what those say that it extends. */
#ifndef FH_PROFILE_PROFILE_H
#define FH_PROFILE_PROFILE_H

#include "base/arena.h"
#include "profile/profile_find.h"
#include "profile/profile_setting.h"

#define PROFILE_DEPTH_MAX 8	    /* profiles that extend each other */
#define PROFILE_SOURCES_MAX 64	    /* of one profile, in all */
#define PROFILE_ENTRIES_MAX 131072  /* the same */

struct profile {
	struct arena arena; /* the strings */
	const char *file;
	const char *description; /* its own; "" without one */
	/* In the order in which they take effect: of what is extended first. */
	struct profile_entry *entries;
	size_t n_entries;
};

/**
 * profile_open() - find, read and check the names of a profile
 * @word: as fh_policy_load(): a name, or a file if it has a slash
 * @ret:  freed with profile_done(), also when this fails
 *
 * A profile that several extend is there once, where it is first. Values are not
 * looked at: profile_check() does.
 *
 * Return: as fh_policy_load(), but for values
 */
int profile_open(const struct profile_places *places, const char *word,
		 struct profile *ret, struct fh_error *err);

/* The same of a text that is at hand. @source: taken over, also on failure */
int profile_open_source(const struct profile_places *places,
			struct profile_source *source, struct profile *ret,
			struct fh_error *err);

void profile_done(struct profile *profile);

/* Could it be loaded, with the right arguments? Return: 0 or as
 * profile_setting_apply() */
int profile_check(const struct profile *profile, struct fh_error *err);

/* Sets all of it, or nothing. @argv: as fh_policy_load() */
int profile_apply(const struct profile *profile, char *const argv[],
		  struct fh_policy *policy, struct fh_error *err);

/* Adds it in its canonical form, as fh_profile_print(). */
struct text;
void profile_print(const struct profile *profile, struct text *ret);
void profile_print_json(const struct profile *profile, struct text *ret);

/* Adds a line or an object for each name there is, as fh_profile_list().
 * Return: 0 or -ENOMEM */
int profile_list(const struct profile_places *places, bool is_json,
		 struct text *ret);

#endif
