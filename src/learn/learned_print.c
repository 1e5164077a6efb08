/* Prints what was learned as a profile with comments. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "learn/learned_lines.h"
#include "learn/learned_network.h"
#include "tables/settings.h"

struct printer {
	struct learned *learned;
	struct text *text;
	struct lines granted, held;
	size_t n_listen;
	uint64_t n_network;
	int code;
};

/* --- [filesystem] ------------------------------------------------------------ */

static void take_loaded_line(void *ctx, const struct setting *setting,
			     const char *value)
{
	struct printer *printer = ctx;
	autotext line = { 0 };

	text_add(&line, "%s = ", setting->name);
	text_add_value(&line, value);
	if (printer->code == 0)
		printer->code = line.code ? line.code
				: lines_add(&printer->granted,
					    text_string(&line));
}

/* Those of the profile that is updated, in this section. */
static int take_loaded(struct printer *printer, enum setting_section section)
{
	const struct fh_policy *loaded = printer->learned->evidence->loaded;
	const struct policy_values values = { take_loaded_line, printer, true };
	int r = 0;

	for (size_t i = 0; loaded && r == 0 && i < n_settings; i++)
		if (settings[i].section == section)
			r = policy_tell(loaded, &settings[i], &values);
	return r < 0 ? r : printer->code;
}

static int add_held(struct printer *printer, const struct wish *wish)
{
	autotext suffix = { 0 };

	text_add(&suffix, "  (");
	text_add_escaped(&suffix, wish->held);
	text_add(&suffix, "): fumehood learn --accept ");
	text_add_value(&suffix, wish->path);
	return suffix.code ? suffix.code
			   : lines_add_wish(&printer->held, printer->learned,
					    wish, "# held back: ",
					    text_string(&suffix));
}

/* What an earlier review left as it was. */
static int keep_held(struct printer *printer)
{
	const struct evidence *evidence = printer->learned->evidence;
	autotext granted = { 0 }, held = { 0 };
	int r;

	lines_print(&printer->granted, &granted);
	lines_print(&printer->held, &held);
	r = granted.code ? granted.code : held.code;
	for (size_t i = 0; r == 0 && i < evidence->n_comments; i++) {
		const struct seen_comment *comment = &evidence->comments[i];

		if (comment->section == SECTION_FILESYSTEM &&
		    learned_is_still_held(printer->learned, comment->line,
					  text_string(&granted),
					  text_string(&held)))
			r = lines_add(&printer->held, comment->line);
	}
	return r;
}

static int collect_lines(struct printer *printer)
{
	struct learned *learned = printer->learned;
	int r = take_loaded(printer, SECTION_FILESYSTEM);

	for (size_t i = 0; r == 0 && i < learned->n_wishes; i++) {
		const struct wish *wish = &learned->wishes[i];
		size_t n_held = printer->held.n;

		r = wish->held ? add_held(printer, wish)
			       : lines_add_wish(&printer->granted, learned,
						wish, "", "");
		learned->counts.sensitive += printer->held.n > n_held;
	}
	if (r == 0)
		r = keep_held(printer);
	lines_sort(&printer->granted);
	lines_sort(&printer->held);
	learned->counts.dropped += printer->granted.n_dropped +
				   printer->held.n_dropped;
	return r;
}

static void print_notes(const struct learned *learned, struct text *ret)
{
	const struct seen_names *notes = &learned->notes;

	for (size_t i = 0; i < notes->n; i++) {
		text_add(ret, "# ");
		text_add_escaped(ret, notes->names[i]);
		text_add(ret, "\n");
	}
	for (size_t i = 0; i < learned->n_wishes; i++) {
		const struct wish *wish = &learned->wishes[i];

		if (!wish->held && wish->is_directory &&
		    (wish->access & (FH_WRITE | FH_EXEC)) ==
			    (FH_WRITE | FH_EXEC)) {
			text_add(ret, "# It executes what it can write, in ");
			text_add_value(ret, wish->path);
			text_add(ret, ".\n");
		}
	}
}

/* --- heads, comments, the small sections --------------------------------------- */

static void print_names(struct text *ret, const char *title,
			const struct seen_names *list)
{
	for (size_t i = 0; i < list->n; i++) {
		text_add(ret, "# %s", title);
		text_add_escaped(ret, list->names[i]);
		text_add(ret, "\n");
	}
}

/* What a box keeps by itself, and what only a shell needs, needs no line. */
static bool is_kept(const struct learned *learned, const char *name)
{
	static const char *const own[] = { "OLDPWD", "PWD", "SHLVL", "_" };
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strcmp(own[i], name) == 0)
			return true;
	for (char *const *env = learned->plan->envp; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return true;
	return false;
}

static void print_variables(const struct learned *learned, struct text *ret)
{
	const struct seen_names *all = &learned->evidence->variables;

	for (size_t i = 0; i < all->n; i++) {
		if (is_kept(learned, all->names[i]))
			continue;
		text_add(ret, "# keep-env = ");
		text_add_escaped(ret, all->names[i]);
		text_add(ret, "  (named in ");
		text_add_escaped(ret, all->notes[i] ? all->notes[i] : "");
		text_add(ret, ")\n");
	}
}

static void print_head(struct printer *printer, const char *description)
{
	const struct evidence *evidence = printer->learned->evidence;
	struct text *text = printer->text;
	const char *program = evidence->argv ? evidence->argv[0] : NULL;
	const char *slash = program ? strrchr(program, '/') : NULL;

	text_add(text, "# Written by fumehood learn: what was seen of a program, not what it is for. Read it\n"
		       "# before it is used. What the default policy gives is left out.\n");
	if (printer->learned->counts.dropped)
		text_add(text, "# Not complete: more names were used than are kept.\n");
	print_names(text, "executed: ", &evidence->programs);
	learned_keep_comments(printer->learned, -1, "", text);
	text_add(text, "\n[profile]\n");
	learned_keep_comments(printer->learned, SECTION_PROFILE, "", text);
	text_add(text, "description = ");
	if (!description)
		description = evidence->description;
	if (!description)
		description = slash ? slash + 1 : program ? program : "learned";
	text_add_value(text, description);
	text_add(text, "\n");
}

static void print_section(const struct printer *printer,
			  enum setting_section section, const struct text *body)
{
	struct text *text = printer->text;
	autotext comments = { 0 };

	learned_keep_comments(printer->learned, section, text_string(body),
			      &comments);
	text_inherit(text, body);
	text_inherit(text, &comments);
	if (body->len || comments.len) {
		text_add(text, "\n[%s]\n", section_names[section]);
		text_add_bytes(text, text_string(&comments), comments.len);
		text_add_bytes(text, text_string(body), body->len);
	}
}

/* The next power of two: it must not differ from run to run. */
static uint64_t generous(uint64_t peak, uint64_t least)
{
	while (least < peak * 4)
		least *= 2;
	return least;
}

static void print_size(struct text *ret, const char *name, uint64_t bytes,
		       const char *why)
{
	text_add(ret, "# %s = %lluM  (%s)\n", name,
		 (unsigned long long)(bytes >> 20), why);
}

static void print_limits(const struct evidence *evidence, struct text *ret)
{
	const struct fh_learned *counts = &evidence->counts;
	static const char four[] = "four times what was seen, or more";

	if (counts->processes)
		text_add(ret, "# pids = %llu  (%s)\n",
			 (unsigned long long)generous(counts->processes, 16),
			 four);
	if (counts->file_size && counts->file_size < 1ull << 60)
		print_size(ret, "file-size",
			   generous(counts->file_size, 1u << 20), four);
	if (counts->memory_peak && counts->memory_peak < 1ull << 60)
		print_size(ret, "memory",
			   generous(counts->memory_peak, 64u << 20),
			   "the same; of the largest process");
}

/* A section of which nothing is learned but what is suggested in comments. */
static int print_rest(struct printer *printer, enum setting_section section,
		      const struct text *comments, const char *extra)
{
	autotext body = { 0 };
	int r;

	lines_done(&printer->granted);
	r = take_loaded(printer, section);
	if (r < 0)
		return r;
	if (*extra && lines_add(&printer->granted, extra) < 0)
		return -ENOMEM;
	lines_sort(&printer->granted);
	text_inherit(&body, comments);
	text_add_bytes(&body, text_string(comments), comments->len);
	lines_print(&printer->granted, &body);
	print_section(printer, section, &body);
	return 0;
}

static int print_small(struct printer *printer)
{
	const struct evidence *evidence = printer->learned->evidence;
	autotext limits = { 0 }, variables = { 0 }, waived = { 0 },
		 nothing = { 0 };
	int r;

	print_limits(evidence, &limits);
	print_variables(printer->learned, &variables);
	if (printer->n_listen)
		text_add(&waived, "# Nothing refuses a socket that may listen a port of the kernel's choice.\n");
	r = print_rest(printer, SECTION_LIMITS, &limits, "");
	if (r == 0)
		r = print_rest(printer, SECTION_PROCESS, &variables, "");
	if (r == 0)
		r = print_rest(printer, SECTION_GUARANTEES, &waived,
			       printer->n_listen ? "without = network" : "");
	return r < 0 ? r : print_rest(printer, SECTION_OUTPUT, &nothing, "");
}

static int print_all(struct printer *printer, const char *description)
{
	struct learned *learned = printer->learned;
	autotext files = { 0 }, network = { 0 }, calls = { 0 };
	int r = collect_lines(printer);

	if (r < 0)
		return r;
	learned->counts.granted = printer->granted.n +
		learned_print_network(learned, &network, &printer->n_listen);
	learned_print_calls(learned, &calls, &learned->counts.syscalls);
	print_head(printer, description);
	print_notes(learned, &files);
	lines_print(&printer->granted, &files);
	lines_print(&printer->held, &files);
	print_section(printer, SECTION_FILESYSTEM, &files);
	print_section(printer, SECTION_NETWORK, &network);
	print_section(printer, SECTION_SYSCALLS, &calls);
	return print_small(printer);
}

/* --- all of it ------------------------------------------------------------------- */

static void count_paths(struct learned *learned)
{
	const struct evidence *evidence = learned->evidence;

	learned->counts = evidence->counts;
	for (size_t i = 0; i < evidence->n_paths; i++)
		learned->counts.paths +=
			evidence->paths[i].name == evidence->paths[i].real &&
			!evidence->paths[i].is_made;
}

static int decide(struct learned *learned)
{
	int r = learned_prepare(learned);

	if (r == 0)
		r = learned_collect(learned);
	if (r == 0)
		r = learned_collapse(learned);
	if (r == 0)
		r = learned_narrow(learned);
	if (r < 0)
		return r;
	learned_cover(learned);
	return learned_add_names(learned);
}

static void learned_done(struct learned *learned)
{
	if (learned->is_prepared)
		prepared_done(&learned->prepared);
	plan_free(learned->plan);
	policy_free(learned->policy);
	free(learned->wishes);
	arena_done(&learned->arena);
}

int evidence_print(const struct evidence *evidence, const char *description,
		   struct text *ret, struct fh_learned *ret_counts)
{
	autofree struct learned *learned = calloc(1, sizeof(*learned));
	struct printer printer = { .learned = learned, .text = ret };
	int r;

	if (!learned)
		return -ENOMEM;
	learned->evidence = evidence;
	learned->n_looks_left = LEARNED_LOOK_MAX;
	count_paths(learned);
	r = decide(learned);
	if (r == 0)
		r = print_all(&printer, description);
	if (r == 0)
		r = ret->code;
	if (r == 0 && ret->len > LEARNED_TEXT_MAX)
		r = -E2BIG;
	if (r == 0 && ret_counts)
		*ret_counts = learned->counts;
	lines_done(&printer.granted);
	lines_done(&printer.held);
	learned_done(learned);
	return r;
}
