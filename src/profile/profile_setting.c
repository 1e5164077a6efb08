/* Finds the setting that a line of a profile names, and sets it. */
#include "profile/profile_setting.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/text.h"
#include "profile/profile_variables.h"
#include "tables/settings.h"

/* What other programs, or the ideas of a setting, call one of ours. */
static const struct {
	const char *name, *ours;
} aliases[] = {
	{ "base", "syscalls" },
	{ "policy", "syscalls" },
};

static int refuse(const char *file, const struct profile_line *line, int code,
		  const char *what, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, code, "%s:%u:%u: %s %s", file,
			 line->line, line->name_column, what, line->name);
}

struct section_list {
	const char *const *others;
	size_t n;
};

static const char *section_at(size_t i, void *ctx)
{
	const struct section_list *list = ctx;

	return i < list->n ? list->others[i] : section_names[i - list->n];
}

static int refuse_section(const char *file, const struct profile_line *line,
			  const char *const *others, struct fh_error *err)
{
	struct section_list list = { others, 0 };
	const char *nearest;

	while (others[list.n])
		list.n++;
	nearest = nearest_name(line->section, section_at, list.n + N_SECTIONS,
			       &list);
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "%s:%u:%u: %s stands in an unknown section [%s]", file,
		  line->line, line->name_column, line->name, line->section);
	if (nearest)
		error_remedy(err, "did you mean [%s]?", nearest);
	return -ENOENT;
}

static int refuse_name(const char *file, const struct profile_line *line,
		       struct fh_error *err)
{
	struct fh_error nearest = { 0 };

	policy_refuse_name(line->name, &nearest);
	refuse(file, line, -ENOENT, "unknown setting", err);
	if (*nearest.remedy)
		error_remedy(err, "%s", nearest.remedy);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcmp(line->name, aliases[i].name) == 0)
			error_remedy(err, "it is called %s here",
				     aliases[i].ours);
	return -ENOENT;
}

static int check_file(const char *file, const struct profile_line *line,
		      const struct setting *setting, struct fh_error *err)
{
	if (setting->in_file == FILE_MAY ||
	    (setting->in_file == FILE_WORD && !strchr(line->value, '=')))
		return 0;
	refuse(file, line, -EINVAL, "cannot stand in a file:", err);
	error_remedy(err, "%s", setting->why_not);
	return -EINVAL;
}

int profile_setting_anywhere(const char *file, const struct profile_line *line,
			     struct profile_entry *ret, struct fh_error *err)
{
	const struct setting *setting = setting_find(line->name);
	int r;

	if (!setting)
		return refuse_name(file, line, err);
	r = check_file(file, line, setting, err);
	if (r < 0)
		return r;
	*ret = (struct profile_entry){
		.setting = setting,
		.value = line->value,
		.file = file,
		.line = line->line,
		.name_column = line->name_column,
		.value_column = line->value_column,
	};
	return 0;
}

int profile_setting_of(const char *file, const struct profile_line *line,
		       const char *const *others, struct profile_entry *ret,
		       struct fh_error *err)
{
	struct profile_entry entry;
	const char *belongs;
	size_t section = 0;
	int r;

	while (section < N_SECTIONS &&
	       strcmp(section_names[section], line->section) != 0)
		section++;
	if (section == N_SECTIONS)
		return refuse_section(file, line, others, err);
	r = profile_setting_anywhere(file, line, &entry, err);
	if (r < 0)
		return r;
	if (entry.setting->section == section) {
		*ret = entry;
		return 0;
	}
	belongs = section_names[entry.setting->section];
	refuse(file, line, -EINVAL, "in the wrong section:", err);
	error_remedy(err, "%s belongs in [%s]", line->name, belongs);
	return -EINVAL;
}

/* As "--name" does on the command line, where it stands begins most messages. */
static int set(const struct profile_entry *entry, const char *value,
	       const char *origin, struct fh_policy *policy,
	       struct fh_error *err)
{
	struct fh_error own = { 0 };
	int r = policy_set(policy, entry->setting->name, value, origin, &own);

	if (r == 0 || !err)
		return r;
	if (strncmp(own.what, origin, strlen(origin)) == 0) {
		*err = own;
		return r;
	}
	error_set(err, FH_STAGE_PARSE, r, "%s: %s", origin, own.what);
	error_remedy(err, "%s", own.remedy);
	return r;
}

struct application {
	const struct profile_entry *entry;
	const char *origin;
	struct fh_policy *policy;
};

/* That an argument names a file is no wish to grant it less than what another
 * grant around it does. */
static int set_one(void *ctx, const char *value, struct fh_error *err)
{
	const struct application *application = ctx;
	const struct profile_entry *entry = application->entry;
	struct fh_policy *policy = application->policy;
	size_t n = policy->n_grants;
	int r = set(entry, value, application->origin, policy, err);

	for (; r == 0 && n < policy->n_grants; n++) {
		policy->grants[n].is_least = profile_has_files(entry->value);
		policy->grants[n].is_file = profile_is_files(entry);
	}
	return r;
}

int profile_setting_apply(const struct profile_entry *entry,
			  const struct profile_variables *variables,
			  struct fh_policy *policy, struct fh_error *err)
{
	struct application application = { entry, NULL, policy };
	autotext origin = { 0 };

	text_add(&origin, "%s:%u:%u: %s", entry->file, entry->line,
		 entry->name_column, entry->setting->name);
	if (origin.code)
		return error_set(err, FH_STAGE_PARSE, origin.code,
				 "read %s: out of memory", entry->file);
	application.origin = text_string(&origin);
	return profile_expand(entry, variables, set_one, &application, err);
}
