/* Reads the description of a broker from a profile. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/text.h"
#include "broker/broker.h"
#include "policy/policy.h"
#include "profile/profile_lines.h"
#include "tables/settings.h"

/* What a profile has beside the sections of settings. */
enum own_section { OWN_BROKER, OWN_MONITOR, OWN_PROFILE, N_OWN_SECTIONS };
static const char *const own_sections[N_OWN_SECTIONS] = {
	[OWN_BROKER] = "broker",
	[OWN_MONITOR] = "monitor",
	[OWN_PROFILE] = "profile",
};
#define N_ALL_SECTIONS (N_OWN_SECTIONS + N_SECTIONS)

struct loader {
	const char *path;
	struct fh_broker *broker; /* what is read so far */
};

static const char *section_at(size_t i, void *ctx)
{
	(void)ctx;
	return i < N_OWN_SECTIONS ? own_sections[i]
				  : section_names[i - N_OWN_SECTIONS];
}

static int refuse(const struct loader *loader, const struct profile_line *line,
		  int code, const char *what, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, code, "%s:%u:%u: %s %s",
			 loader->path, line->line, line->name_column, what,
			 line->name);
}

static int refuse_section(const struct loader *loader,
			  const struct profile_line *line, struct fh_error *err)
{
	const char *nearest = nearest_name(line->section, section_at,
					   N_ALL_SECTIONS, NULL);

	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "%s:%u:%u: %s stands in an unknown section [%s]", loader->path,
		  line->line, line->name_column, line->name, line->section);
	if (nearest)
		error_remedy(err, "did you mean [%s]?", nearest);
	return -ENOENT;
}

/* As "--name" does on the command line, this begins most messages. */
static int set(const struct loader *loader, const struct profile_line *line,
	       struct fh_policy *policy, struct fh_error *err)
{
	autotext origin = { 0 };
	struct fh_error own = { 0 };
	int r;

	text_add(&origin, "%s:%u:%u: %s", loader->path, line->line,
		 line->name_column, line->name);
	if (origin.code)
		return error_set(err, FH_STAGE_PARSE, origin.code,
				 "read %s: out of memory", loader->path);
	r = policy_set(policy, line->name, line->value, text_string(&origin),
		       &own);
	if (r == 0 || !err)
		return r;
	if (strncmp(own.what, origin.data, origin.len) == 0) {
		*err = own;
		return r;
	}
	error_set(err, FH_STAGE_PARSE, r, "%s: %s", text_string(&origin),
		  own.what);
	error_remedy(err, "%s", own.remedy);
	return r;
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

static int refuse_name(const struct loader *loader,
		       const struct profile_line *line, struct fh_error *err)
{
	struct fh_error nearest = { 0 };

	policy_refuse_name(line->name, &nearest);
	refuse(loader, line, -ENOENT, "unknown setting", err);
	if (*nearest.remedy)
		error_remedy(err, "%s", nearest.remedy);
	return -ENOENT;
}

static int take_monitor(const struct loader *loader,
			const struct profile_line *line, struct fh_error *err)
{
	if (!setting_find(line->name))
		return refuse_name(loader, line, err);
	return set(loader, line, loader->broker->monitor, err);
}

/* Of the profile itself; what else it may have is to come. */
static int take_profile(const struct loader *loader,
			const struct profile_line *line, struct fh_error *err)
{
	if (strcmp(line->name, "description") == 0)
		return 0;
	refuse(loader, line, -ENOENT, "unknown in [profile]:", err);
	error_remedy(err, "there is description");
	return -ENOENT;
}

static int take_worker(const struct loader *loader,
		       const struct profile_line *line, struct fh_error *err)
{
	const struct setting *setting = setting_find(line->name);
	size_t section = 0;

	while (section < N_SECTIONS &&
	       strcmp(section_names[section], line->section) != 0)
		section++;
	if (section == N_SECTIONS)
		return refuse_section(loader, line, err);
	if (!setting)
		return refuse_name(loader, line, err);
	if (setting->section == section)
		return set(loader, line, loader->broker->worker, err);
	refuse(loader, line, -EINVAL, "in the wrong section:", err);
	error_remedy(err, "%s belongs in [%s]", line->name,
		     section_names[setting->section]);
	return -EINVAL;
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
	struct loader loader = { path, broker_copy(broker) };
	int r;

	if (!loader.broker)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM,
				 "read %s: out of memory", path);
	r = profile_lines_of(path, take, &loader, err);
	if (r == 0)
		broker_swap(broker, loader.broker);
	broker_free(loader.broker);
	return r;
}
