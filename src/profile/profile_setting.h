/* What a line of a profile sets. */
#ifndef FH_PROFILE_PROFILE_SETTING_H
#define FH_PROFILE_PROFILE_SETTING_H

#include "policy/policy.h"
#include "profile/profile_lines.h"

struct setting;
struct profile_variables;

/* A line whose names are known. The strings are whose it was made for. */
struct profile_entry {
	const struct setting *setting;
	const char *value; /* with its variables as they are */
	const char *file;  /* for messages */
	unsigned int line;
	unsigned int name_column;
	unsigned int value_column;
};

/**
 * profile_setting_of() - the setting that a line names
 * @file:   for messages
 * @others: sections that such a file has beside those of settings[], to be proposed for
 *          one that is mistyped; NULL after the last
 * @ret:    borrows from @line
 *
 * Return: 0; -ENOENT for an unknown section or name, -EINVAL for a setting that
 *         stands in the wrong section or in a file at all
 */
int profile_setting_of(const char *file, const struct profile_line *line,
		       const char *const *others, struct profile_entry *ret,
		       struct fh_error *err);

/* The same where any setting may stand in the section. */
int profile_setting_anywhere(const char *file, const struct profile_line *line,
			     struct profile_entry *ret, struct fh_error *err);

/**
 * profile_setting_apply() - set it, or each of what its variables stand for
 *
 * Grants remember FILE:LINE:COLUMN and the name as who asked for them; messages
 * begin with it. On failure some of it may have been set.
 *
 * Return: 0; what policy_set() and profile_expand() return
 */
int profile_setting_apply(const struct profile_entry *entry,
			  const struct profile_variables *variables,
			  struct fh_policy *policy, struct fh_error *err);

#endif
