/* Writes grants as lines that suit other inputs, directories and users as well. */
#include "learn/learned_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "profile/profile_lines.h"

int lines_add(struct lines *lines, const char *line)
{
	char *copy;

	if (lines->n == LEARNED_LINES_MAX || strlen(line) >= PROFILE_LINE_MAX ||
	    lines->n_bytes + strlen(line) > LEARNED_TEXT_MAX / 3) {
		lines->n_dropped++;
		return 0;
	}
	if (lines->n == lines->size) {
		size_t size = lines->size ? lines->size * 2 : 64;
		char **more = realloc(lines->lines, size * sizeof(*more));

		if (!more)
			return -ENOMEM;
		lines->lines = more;
		lines->size = size;
	}
	copy = strdup(line);
	if (!copy)
		return -ENOMEM;
	lines->lines[lines->n++] = copy;
	lines->n_bytes += strlen(line);
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void lines_sort(struct lines *lines)
{
	size_t n = 0;

	if (lines->n)
		qsort(lines->lines, lines->n, sizeof(*lines->lines),
		      compare_lines);
	for (size_t i = 0; i < lines->n; i++) {
		if (n && strcmp(lines->lines[n - 1], lines->lines[i]) == 0)
			free(lines->lines[i]);
		else
			lines->lines[n++] = lines->lines[i];
	}
	lines->n = n;
}

void lines_print(const struct lines *lines, struct text *ret)
{
	for (size_t i = 0; i < lines->n; i++)
		text_add(ret, "%s\n", lines->lines[i]);
}

void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->lines[i]);
	free(lines->lines);
	*lines = (struct lines){ 0 };
}

/* What is left of a path behind a variable; "$" would begin another. */
static void add_rest(const char *rest, struct text *ret)
{
	for (; *rest; rest++) {
		text_add_bytes(ret, rest, 1);
		if (*rest == '$')
			text_add_bytes(ret, rest, 1);
	}
}

/* The bytes of a path that are the ${CWD} of the run that used it. */
static size_t cwd_part(const struct learned *learned, const char *path)
{
	const struct seen *seen = evidence_find(learned->evidence, path);
	const struct seen_directory *directory =
		evidence_find_directory(learned->evidence, path);

	const char *cwd = learned->evidence->cwd;

	if (!seen && !directory && cwd && cwd[1] && path_is_within(path, cwd))
		return strlen(cwd);
	return seen ? seen->n_cwd : directory ? directory->n_cwd : 0;
}

static size_t home_part(const struct learned *learned, const char *path)
{
	const char *home = learned->evidence->home;

	return home && home[1] && path_is_within(path, home) ? strlen(home) : 0;
}

/* Return: is it the same on every machine, in every directory? */
static bool add_path(const struct learned *learned, const char *path,
		     struct text *ret)
{
	size_t n_cwd = cwd_part(learned, path);
	size_t n_home = home_part(learned, path);

	if (n_cwd > n_home)
		text_add(ret, "${CWD}");
	else if (n_home)
		text_add(ret, "${HOME}");
	add_rest(path + (n_cwd > n_home ? n_cwd : n_home), ret);
	return !n_cwd && !n_home;
}

void learned_print_path(const struct learned *learned, const char *path,
			struct text *ret)
{
	add_path(learned, path, ret);
}

/* The argument that a path is, as a variable; false: it is none. */
static bool add_argument(const struct learned *learned, const struct wish *wish,
			 struct text *ret)
{
	const struct seen *seen = evidence_find(learned->evidence, wish->path);

	for (size_t i = 0; wish->is_name && !seen &&
	     i < learned->evidence->n_paths; i++)
		if (strcmp(learned->evidence->paths[i].name, wish->path) == 0)
			seen = &learned->evidence->paths[i];
	if (!seen || !seen->argument)
		return false;
	/* Whatever its place: options come and go. */
	if (wish->access == FH_READ && !wish->is_directory)
		text_add(ret, "${FILES}");
	else
		text_add(ret, "${%u}", seen->argument);
	return true;
}

const char *lines_setting(unsigned int access, size_t at)
{
	const char *settings[3] = { NULL };
	size_t n = 0;

	if (access & FH_EXEC)
		settings[n++] = "exec";
	if (access & FH_WRITE)
		settings[n++] = "write";
	if (!n)
		settings[n++] = "read";
	return at < n ? settings[at] : NULL;
}

/* Does the profile that is updated have it already? Its values are as they are
 * written, variables included. */
static bool is_loaded(const struct learned *learned, const char *value,
		      unsigned int access)
{
	const struct fh_policy *loaded = learned->evidence->loaded;

	for (size_t i = 0; loaded && i < loaded->n_grants; i++) {
		const struct grant *grant = &loaded->grants[i];

		if (grant->kind == GRANT_PATH && !(access & ~grant->access) &&
		    path_is_within(value, grant->source))
			return true;
	}
	return false;
}

static int add_lines(struct lines *lines, const struct wish *wish,
		     const char *value, const char *prefix, const char *suffix)
{
	const char *setting;
	int r = 0;

	for (size_t i = 0; r == 0; i++) {
		autotext line = { 0 };

		setting = wish->is_device ? (i ? NULL : "device")
					  : lines_setting(wish->access, i);
		if (!setting)
			break;
		text_add(&line, "%s%s = ", prefix, setting);
		text_add_value(&line, value);
		text_add(&line, "%s", suffix);
		r = line.code ? line.code : lines_add(lines, text_string(&line));
	}
	return r;
}

int lines_add_wish(struct lines *lines, const struct learned *learned,
		   const struct wish *wish, const char *prefix,
		   const char *suffix)
{
	autotext path = { 0 }, value = { 0 };
	bool is_fixed = true;

	if (wish->held || !add_argument(learned, wish, &path))
		is_fixed = add_path(learned, wish->path, &path);
	if (path.code)
		return path.code;
	/* What is loaded stays, held back, narrowed or not. */
	if (is_loaded(learned, text_string(&path), wish->access |
		      (wish->is_narrow ? (unsigned int)FH_WRITE : 0)))
		return 0;
	/* Another user, another directory: not all of it is there. */
	text_add(&value, "%s", is_fixed || wish->held ||
			 !strchr(text_string(&path), '/') ? "" : "-");
	text_add_bytes(&value, text_string(&path), path.len);
	return value.code ? value.code
			  : add_lines(lines, wish, text_string(&value), prefix,
				      suffix);
}
