/* The profiles that are compiled in: the files of profiles/, by tools/builtin_profiles.sh. */
#ifndef FH_PROFILE_PROFILE_BUILTIN_H
#define FH_PROFILE_PROFILE_BUILTIN_H

#include <stddef.h>

struct builtin_profile {
	const char *name;
	const char *text;
	size_t size;
};

extern const struct builtin_profile builtin_profiles[]; /* sorted */
extern const size_t n_builtin_profiles;

/* Where the same files were to be installed. */
extern const char builtin_profiles_directory[];

#endif
