/* Reads a profile with all that it extends. */
#include "profile/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/setting_call.h"
#include "tables/settings.h"

static const char *const section_of_itself = "profile";
static const char *const no_others[] = { NULL };

/* A name after "extends", and where it stands. */
struct base {
	const char *word;
	unsigned int line;
	unsigned int column;
};

/* One file that is being read, and who extends it. */
struct level {
	const struct level *above;
	size_t depth; /* from 1 */
	struct profile_source *source;
	const char *file; /* a copy that lives as long as the profile */
	struct base *bases;
	size_t n_bases;
	struct profile_entry *entries;
	size_t n_entries;
};

struct opening {
	const struct profile_places *places;
	struct profile *profile;
	struct profile_source sources[PROFILE_SOURCES_MAX]; /* without texts */
	size_t n_sources;
	size_t n_entries; /* that were read, in all */
	struct level *level;
};

static int no_memory(const struct level *level, struct fh_error *err)
{
	return error_set(err, FH_STAGE_PARSE, -ENOMEM, "%s: out of memory",
			 level->file);
}

/* --- one file --------------------------------------------------------------- */

static int take_description(struct opening *opening,
			    const struct profile_line *line,
			    struct fh_error *err)
{
	struct profile *profile = opening->profile;

	if (opening->level->above)
		return 0;
	profile->description = arena_copy(&profile->arena, line->value);
	return profile->description ? 0 : no_memory(opening->level, err);
}

static int take_extends(struct opening *opening,
			const struct profile_line *line, struct fh_error *err)
{
	struct level *level = opening->level;
	struct base *base;

	if (level->n_bases == PROFILE_SOURCES_MAX)
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s:%u:%u: extends more than %d profiles",
				 level->file, line->line, line->name_column,
				 PROFILE_SOURCES_MAX);
	base = list_grow(&level->bases, &level->n_bases, sizeof(*base));
	if (!base)
		return no_memory(level, err);
	base->word = arena_copy(&opening->profile->arena, line->value);
	base->line = line->line;
	base->column = line->value_column;
	return base->word ? 0 : no_memory(level, err);
}

static const struct {
	const char *name;
	int (*take)(struct opening *opening, const struct profile_line *line,
		    struct fh_error *err);
} own_names[] = {
	{ "description", take_description },
	{ "extends", take_extends },
};

static int take_own(struct opening *opening, const struct profile_line *line,
		    struct fh_error *err)
{
	for (size_t i = 0; i < sizeof(own_names) / sizeof(*own_names); i++)
		if (strcmp(line->name, own_names[i].name) == 0)
			return own_names[i].take(opening, line, err);
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "%s:%u:%u: unknown in [profile]: %s", opening->level->file,
		  line->line, line->name_column, line->name);
	error_remedy(err, "there are description and extends");
	return -ENOENT;
}

static int take_entry(struct opening *opening, const struct profile_line *line,
		      struct fh_error *err)
{
	struct level *level = opening->level;
	struct profile_entry entry, *slot;
	int r = profile_setting_of(level->file, line, no_others, &entry, err);

	if (r < 0)
		return r;
	if (opening->n_entries == PROFILE_ENTRIES_MAX)
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s:%u:%u: more than %d settings", level->file,
				 line->line, line->name_column,
				 PROFILE_ENTRIES_MAX);
	entry.value = arena_copy(&opening->profile->arena, line->value);
	slot = entry.value ? list_grow(&level->entries, &level->n_entries,
				       sizeof(*slot)) : NULL;
	if (!slot)
		return no_memory(level, err);
	*slot = entry;
	opening->n_entries++;
	return 0;
}

static int take(void *ctx, const struct profile_line *line,
		struct fh_error *err)
{
	return strcmp(line->section, section_of_itself) == 0
		       ? take_own(ctx, line, err)
		       : take_entry(ctx, line, err);
}

/* --- what extends what -------------------------------------------------------- */

static int open_level(struct opening *opening, struct profile_source *source,
		      const struct level *above, struct fh_error *err);

/* Names them from the one that comes round again. */
static int refuse_circle(const struct level *level, const struct base *base,
			 const struct profile_source *again,
			 struct fh_error *err)
{
	const struct level *chain[PROFILE_DEPTH_MAX];
	autotext text = { 0 };
	size_t n = 0;

	for (const struct level *l = level; l && n < PROFILE_DEPTH_MAX;
	     l = l->above) {
		chain[n++] = l;
		if (profile_source_is_same(l->source, again))
			break;
	}
	while (n--)
		text_add(&text, "%s, ", chain[n]->file);
	return error_set(err, FH_STAGE_PARSE, -EINVAL,
			 "%s:%u:%u: profiles extend each other in a circle: %s%s",
			 level->file, base->line, base->column,
			 text_string(&text), again->file);
}

static bool is_above(const struct level *level,
		     const struct profile_source *source)
{
	for (; level; level = level->above)
		if (profile_source_is_same(level->source, source))
			return true;
	return false;
}

static bool is_known(const struct opening *opening,
		     const struct profile_source *source)
{
	for (size_t i = 0; i < opening->n_sources; i++)
		if (profile_source_is_same(&opening->sources[i], source))
			return true;
	return false;
}

/* A message of who was not found begins with who wants it. */
static int find_base(const struct opening *opening, const struct level *level,
		     const struct base *base, struct profile_source *ret,
		     struct fh_error *err)
{
	struct fh_error own = { 0 };
	int r = profile_find(opening->places, base->word, level->source, ret,
			     &own);

	if (r == 0)
		return 0;
	error_set(err, own.stage, r, "%s:%u:%u: %s", level->file, base->line,
		  base->column, own.what);
	error_remedy(err, "%s", own.remedy);
	return r;
}

static int extend(struct opening *opening, const struct level *level,
		  const struct base *base, struct fh_error *err)
{
	struct profile_source source = { 0 };
	int r = find_base(opening, level, base, &source, err);

	if (r == 0 && is_above(level, &source))
		r = refuse_circle(level, base, &source, err);
	else if (r == 0 && level->depth == PROFILE_DEPTH_MAX)
		r = error_set(err, FH_STAGE_PARSE, -E2BIG,
			      "%s:%u:%u: more than %d profiles that extend each other",
			      level->file, base->line, base->column,
			      PROFILE_DEPTH_MAX);
	else if (r == 0 && !is_known(opening, &source))
		r = open_level(opening, &source, level, err);
	profile_source_done(&source);
	return r;
}

/* --- the whole ------------------------------------------------------------------ */

/* Remembers it without its text, which is not needed any more. */
static int remember(struct opening *opening, struct level *level,
		    struct fh_error *err)
{
	struct profile_source *source = level->source;

	if (opening->n_sources == PROFILE_SOURCES_MAX)
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s: more than %d profiles are extended",
				 level->file, PROFILE_SOURCES_MAX);
	free(source->bytes.data);
	source->bytes.data = NULL;
	opening->sources[opening->n_sources++] = (struct profile_source){
		.file = arena_copy(&opening->profile->arena, source->file),
		.directory = source->directory ? (char *)"" : NULL,
		.bytes = source->bytes,
	};
	return opening->sources[opening->n_sources - 1].file
		       ? 0 : no_memory(level, err);
}

static int read_level(struct opening *opening, struct level *level,
		      struct fh_error *err)
{
	struct profile_bytes *bytes = &level->source->bytes;
	int r;

	opening->level = level;
	r = profile_lines(level->file, bytes->data, bytes->size, take, opening,
			  err);
	if (r == 0)
		r = remember(opening, level, err);
	for (size_t i = 0; i < level->n_bases && r == 0; i++)
		r = extend(opening, level, &level->bases[i], err);
	return r;
}

static int append(struct opening *opening, const struct level *level,
		  struct fh_error *err)
{
	struct profile *profile = opening->profile;

	for (size_t i = 0; i < level->n_entries; i++) {
		struct profile_entry *slot = list_grow(
			&profile->entries, &profile->n_entries, sizeof(*slot));

		if (!slot)
			return no_memory(level, err);
		*slot = level->entries[i];
	}
	return 0;
}

static int open_level(struct opening *opening, struct profile_source *source,
		      const struct level *above, struct fh_error *err)
{
	struct level level = {
		.above = above,
		.depth = above ? above->depth + 1 : 1,
		.source = source,
		.file = arena_copy(&opening->profile->arena, source->file),
	};
	int r;

	if (!level.file)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM,
				 "read a profile: out of memory");
	if (!above)
		opening->profile->file = level.file;
	r = read_level(opening, &level, err);
	if (r == 0)
		r = append(opening, &level, err);
	free(level.bases);
	free(level.entries);
	return r;
}

int profile_open_source(const struct profile_places *places,
			struct profile_source *source, struct profile *ret,
			struct fh_error *err)
{
	struct opening opening = { .places = places, .profile = ret };
	int r;

	*ret = (struct profile){ .description = "" };
	r = open_level(&opening, source, NULL, err);
	profile_source_done(source);
	return r;
}

int profile_open(const struct profile_places *places, const char *word,
		 struct profile *ret, struct fh_error *err)
{
	struct profile_source source = { 0 };
	int r;

	*ret = (struct profile){ .description = "" };
	r = profile_find(places, word, NULL, &source, err);
	return r < 0 ? r : profile_open_source(places, &source, ret, err);
}

void profile_done(struct profile *profile)
{
	free(profile->entries);
	arena_done(&profile->arena);
	*profile = (struct profile){ 0 };
}
