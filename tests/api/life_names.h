/* Which public functions are about the life of a box and its ceilings. */
#ifndef FH_TESTS_API_LIFE_NAMES_H
#define FH_TESTS_API_LIFE_NAMES_H

#include <stdbool.h>
#include <string.h>

static inline bool is_about_life(const char *name)
{
	static const char *const beginnings[] = {
		"fh_box_event",	   "fh_box_terminal", "fh_box_usage",
		"fh_boxes",	   "fh_ceiling_",     "fh_plan_ceiling",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

#endif
