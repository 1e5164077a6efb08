/* Whole policies for kinds of programs. */
#ifndef FH_TABLES_PRESETS_H
#define FH_TABLES_PRESETS_H

#include <fumehood/policy.h>
#include <stddef.h>

#define PRESET_SETTINGS_MAX 8

struct preset_setting {
	const char *name; /* of settings[]; NULL after the last */
	const char *value;
};

struct preset {
	struct fh_preset shown;
	/* What each of its directories is granted: "read" or "write". */
	const char *access[FH_PRESET_DIRECTORIES_MAX];
	struct preset_setting settings[PRESET_SETTINGS_MAX + 1];
};

extern const struct preset presets[];
extern const size_t n_presets;

const struct preset *preset_find(const char *name);

#endif
