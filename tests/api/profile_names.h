/* Which public functions are about profiles, learning and refusals. */
#ifndef FH_TESTS_API_PROFILE_NAMES_H
#define FH_TESTS_API_PROFILE_NAMES_H

#include <stdbool.h>
#include <string.h>

static inline bool is_about_profiles(const char *name)
{
	static const char *const beginnings[] = {
		"fh_box_follow",   "fh_box_print",     "fh_box_refusal",
		"fh_layer_",	   "fh_learner_",      "fh_policy_export",
		"fh_policy_load",  "fh_profile_",      "fh_target_",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

#endif
