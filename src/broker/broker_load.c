/* Reads the description of a broker from a profile. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "broker/broker.h"
#include "profile/profile_variables.h"

/* What a profile has beside the sections of settings. */
enum own_section { OWN_BROKER, OWN_MONITOR, OWN_PROFILE, N_OWN_SECTIONS };
static const char *const own_sections[N_OWN_SECTIONS + 1] = {
	[OWN_BROKER] = "broker",
	[OWN_MONITOR] = "monitor",
	[OWN_PROFILE] = "profile",
};

struct loader {
	const char *path;
	struct fh_broker *broker; /* what is read so far */
	const struct profile_variables *variables;
};

/* Variables stand for what the caller has; there is no program to run. */
static int set(const struct loader *loader, const struct profile_entry *entry,
	       struct fh_policy *policy, struct fh_error *err)
{
	return profile_setting_apply(entry, loader->variables, policy, err);
}

static int take_row(const struct loader *loader,
		    const struct profile_line *line, struct fh_error *err)
{
	autotext origin = { 0 };

	text_add(&origin, "%s:%u:%u", loader->path, line->line,
		 line->value_column);
	if (origin.code)
		return error_set(err, FH_STAGE_PARSE, origin.code,
				 "read %s: out of memory", loader->path);
	return broker_set(loader->broker, line->name, line->value,
			  text_string(&origin), err);
}

static int take_monitor(const struct loader *loader,
			const struct profile_line *line, struct fh_error *err)
{
	struct profile_entry entry;
	int r = profile_setting_anywhere(loader->path, line, &entry, err);

	return r == 0 ? set(loader, &entry, loader->broker->monitor, err) : r;
}

/* Of the profile itself; what else it may have is to come. */
static int take_profile(const struct loader *loader,
			const struct profile_line *line, struct fh_error *err)
{
	if (strcmp(line->name, "description") == 0)
		return 0;
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "%s:%u:%u: unknown in [profile]: %s", loader->path,
		  line->line, line->name_column, line->name);
	error_remedy(err, "there is description");
	return -ENOENT;
}

static int take_worker(const struct loader *loader,
		       const struct profile_line *line, struct fh_error *err)
{
	struct profile_entry entry;
	int r = profile_setting_of(loader->path, line, own_sections, &entry,
				   err);

	return r == 0 ? set(loader, &entry, loader->broker->worker, err) : r;
}

static int take(void *ctx, const struct profile_line *line,
		struct fh_error *err)
{
	static int (*const takers[])(const struct loader *loader,
				     const struct profile_line *line,
				     struct fh_error *err) = {
		[OWN_BROKER] = take_row,
		[OWN_MONITOR] = take_monitor,
		[OWN_PROFILE] = take_profile,
	};

	for (size_t i = 0; i < N_OWN_SECTIONS; i++)
		if (strcmp(line->section, own_sections[i]) == 0)
			return takers[i](ctx, line, err);
	return take_worker(ctx, line, err);
}

int broker_load(struct fh_broker *broker, const char *path,
		struct fh_error *err)
{
	struct profile_variables variables;
	struct loader loader = { path, broker_copy(broker), &variables };
	int r;

	if (!loader.broker)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM,
				 "read %s: out of memory", path);
	r = profile_variables_begin(&variables, NULL, err);
	if (r == 0) {
		r = profile_lines_of(path, take, &loader, err);
		profile_variables_done(&variables);
	}
	if (r == 0)
		broker_swap(broker, loader.broker);
	broker_free(loader.broker);
	return r;
}
