/* Puts what the variables of a profile stand for into the values of grants. */
#include "profile/profile_variables.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/number.h"
#include "base/path.h"
#include "base/text.h"
#include "policy/setting_call.h"

/* What a bind may have at most: two paths and the access. */
#define EXPANDED_MAX (2 * PATH_MAX + 16)

/* How a grant is written, beside its paths. */
static const struct {
	bool has_mark;	/* a dash before it makes it optional */
	bool has_colon; /* one parts it */
	size_t n_paths; /* before what is no path: the access, the size */
} forms[] = {
	[SETTING_GRANT] = { .has_mark = true },
	[SETTING_BIND] = { .has_mark = true, .has_colon = true, .n_paths = 2 },
	[SETTING_HIDE] = { .has_mark = true },
	[SETTING_TMPFS] = { .has_colon = true, .n_paths = 1 },
	[SETTING_DEVICE] = { .has_mark = true },
};

struct expansion {
	const struct profile_entry *entry;
	const struct profile_variables *variables;
	const char *file; /* that ${FILES} is now */
	bool is_optional;
	struct fh_error *err;
};

const struct profile_variables profile_variables_check = { .is_check = true };

/* What stands for everything while a profile is checked. */
#define STAND_IN "/stand-in"

/* The box has its own /proc, and its own names for the standard streams. */
static bool is_of_the_box(const char *word)
{
	return path_is_within(word, "/proc") ||
	       (path_is_within(word, "/dev") &&
		!path_is_within(word, "/dev/shm"));
}

static bool is_file(const char *word)
{
	struct stat st;

	return *word != '-' && !is_of_the_box(word) && stat(word, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

static int find_files(struct profile_variables *variables)
{
	size_t n = variables->n_args;

	variables->files = calloc(n, sizeof(*variables->files));
	if (!variables->files)
		return -ENOMEM;
	for (size_t i = 1; i < n; i++) {
		if (is_file(variables->argv[i]))
			variables->files[variables->n_files++] =
				variables->argv[i];
	}
	return 0;
}

static int find_cwd(struct profile_variables *variables)
{
	char *cwd = malloc(PATH_MAX);

	if (!cwd)
		return -ENOMEM;
	if (getcwd(cwd, PATH_MAX))
		variables->cwd = cwd;
	else
		free(cwd);
	return 0;
}

int profile_variables_begin(struct profile_variables *ret, char *const argv[],
			    struct fh_error *err)
{
	int r;

	*ret = (struct profile_variables){ .argv = argv };
	ret->home = secure_getenv("HOME");
	while (argv && argv[ret->n_args])
		ret->n_args++;
	r = find_cwd(ret);
	if (r == 0 && ret->n_args)
		r = find_files(ret);
	if (r == 0)
		return 0;
	profile_variables_done(ret);
	return error_set(err, FH_STAGE_PARSE, r,
			 "read the variables of a profile: out of memory");
}

void profile_variables_done(struct profile_variables *variables)
{
	free(variables->cwd);
	free(variables->files);
	*variables = (struct profile_variables){ 0 };
}

static int refuse(const struct expansion *x, int code, const char *name,
		  const char *why)
{
	const struct profile_entry *entry = x->entry;

	return error_set(x->err, FH_STAGE_PARSE, code, "%s:%u:%u: %s: %s%s%s%s",
			 entry->file, entry->line, entry->value_column,
			 entry->setting->name, name ? "${" : "",
			 name ? name : "", name ? "} " : "", why);
}

/* --- what each stands for --------------------------------------------------- */

/* NULL: it is not given */
static const char *home_of(const struct expansion *x)
{
	return x->variables->home;
}

static const char *cwd_of(const struct expansion *x)
{
	return x->variables->cwd;
}

static const char *file_of(const struct expansion *x)
{
	return x->file;
}

static const struct {
	const char *name;
	const char *(*value)(const struct expansion *x);
	bool is_absolute;
	const char *lack;
} variables_known[] = {
	{ "CWD", cwd_of, true, "the working directory is not to be had" },
	{ "FILES", file_of, false, "no file" },
	{ "HOME", home_of, true, "the variable HOME is not set" },
};

static const char *variable_at(size_t i, void *ctx)
{
	(void)ctx;
	return variables_known[i].name;
}

static int refuse_unknown(const struct expansion *x, const char *name)
{
	const char *nearest = nearest_name(name, variable_at,
					   sizeof(variables_known) /
						   sizeof(*variables_known),
					   NULL);

	refuse(x, -EINVAL, name, "is no variable");
	if (nearest)
		error_remedy(x->err, "did you mean ${%s}? A dollar itself is $$",
			     nearest);
	else
		error_remedy(x->err, "there are ${HOME}, ${CWD}, ${FILES}, ${0}, ${1} and so on; a dollar itself is $$");
	return -EINVAL;
}

/* Return: 1 when it is not given, and that is no matter */
static int lacking(const struct expansion *x, const char *name,
		   const char *why)
{
	if (x->is_optional)
		return 1;
	refuse(x, -EINVAL, name, why);
	if (forms[x->entry->setting->type].has_mark)
		error_remedy(x->err, "a dash before the value leaves it out then");
	return -EINVAL;
}

static bool is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0' &&
	       (*name != '0' || !name[1]);
}

static int find_argument(const struct expansion *x, const char *name,
			 const char **ret)
{
	uint64_t i = 0;

	if (!x->variables->argv)
		return lacking(x, name, "is not known: no program is given");
	if (number_parse(name, &i) < 0 || i >= x->variables->n_args)
		return lacking(x, name, "is not given: there are fewer arguments");
	*ret = x->variables->argv[i];
	return 0;
}

static int find_named(const struct expansion *x, const char *name,
		      const char **ret)
{
	size_t i = 0;

	while (i < sizeof(variables_known) / sizeof(*variables_known) &&
	       strcmp(variables_known[i].name, name) != 0)
		i++;
	if (i == sizeof(variables_known) / sizeof(*variables_known))
		return refuse_unknown(x, name);
	*ret = x->variables->is_check ? STAND_IN : variables_known[i].value(x);
	if (!*ret)
		return lacking(x, name, variables_known[i].lack);
	if (variables_known[i].is_absolute && **ret && **ret != '/')
		return refuse(x, -EINVAL, name, "is not an absolute path");
	return 0;
}

/* Return: 0; 1 as lacking(); a negative errno */
static int find_value(const struct expansion *x, const char *name,
		      const char **ret)
{
	int r;

	if (!*name || !is_number(name))
		r = find_named(x, name, ret);
	else if (x->variables->is_check)
		r = *(*ret = STAND_IN) ? 0 : -EINVAL;
	else
		r = find_argument(x, name, ret);
	if (r != 0)
		return r;
	if (!**ret)
		return refuse(x, -EINVAL, name, "is empty");
	if (forms[x->entry->setting->type].has_colon && strchr(*ret, ':')) {
		refuse(x, -EINVAL, name,
		       "has a colon in it, which parts this setting");
		error_remedy(x->err, "rename what it is, or reach it by another path");
		return -EINVAL;
	}
	return 0;
}

/* --- one value ---------------------------------------------------------------- */

#define NAME_MAX_OF_VARIABLE 32

/* @at: behind "${". Return: as find_value() */
static int add_variable(const struct expansion *x, const char **at,
			struct text *ret)
{
	size_t n = strcspn(*at, "}");
	char name[NAME_MAX_OF_VARIABLE + 1];
	const char *value = NULL;
	int r;

	if (!(*at)[n]) {
		refuse(x, -EINVAL, NULL, "${ without its }");
		error_remedy(x->err, "a dollar itself is $$");
		return -EINVAL;
	}
	memcpy(name, *at, n < sizeof(name) ? n : sizeof(name) - 1);
	name[n < sizeof(name) ? n : sizeof(name) - 1] = '\0';
	*at += n + 1;
	r = n < sizeof(name) ? find_value(x, name, &value)
			     : refuse_unknown(x, name);
	if (r == 0)
		text_add_bytes(ret, value, strlen(value));
	return r;
}

/* What an argument says shall be a path, and nothing else. */
static int check_part(const struct expansion *x, size_t n_colons)
{
	enum setting_type type = x->entry->setting->type;

	if (!forms[type].has_colon || n_colons < forms[type].n_paths)
		return 0;
	return refuse(x, -EINVAL, NULL, "a variable behind the paths");
}

static size_t count_colons(const char *s, size_t n)
{
	size_t n_colons = 0;

	for (size_t i = 0; i < n; i++)
		n_colons += s[i] == ':';
	return n_colons;
}

static int add_parts(const struct expansion *x, const char *s,
		     struct text *ret)
{
	size_t n_colons = 0;
	int r = 0;

	while (*s && r == 0) {
		size_t n = strcspn(s, "$");

		text_add_bytes(ret, s, n);
		n_colons += count_colons(s, n);
		s += n;
		if (s[0] == '$' && s[1] == '{') {
			s += 2;
			r = check_part(x, n_colons);
			if (r == 0)
				r = add_variable(x, &s, ret);
		} else if (*s) {
			text_add(ret, "$");
			s += s[1] == '$' ? 2 : 1;
		}
		if (r == 0 && ret->len > EXPANDED_MAX)
			return refuse(x, -E2BIG, NULL, "too long with what its variables stand for");
	}
	return r;
}

/* A path that began with a dash only because a variable does would be read
 * as optional. */
static int expand_once(const struct expansion *x, const char *rest,
		       struct text *ret)
{
	autotext path = { 0 };
	int r = add_parts(x, rest, &path);
	bool is_dashed;

	if (r != 0)
		return r;
	is_dashed = *rest == '$' && *text_string(&path) == '-';
	text_add(ret, "%s%s%s", x->is_optional ? "-" : "",
		 is_dashed ? "./" : "", text_string(&path));
	text_inherit(ret, &path);
	if (ret->code)
		return error_set(x->err, FH_STAGE_PARSE, ret->code,
				 "read %s: out of memory", x->entry->file);
	return 0;
}

typedef int (*value_taker)(void *ctx, const char *value, struct fh_error *err);

static int tell_once(const struct expansion *x, const char *rest,
		     value_taker take, void *ctx)
{
	autotext value = { 0 };
	int r = expand_once(x, rest, &value);

	if (r != 0)
		return r < 0 ? r : 0;
	return take(ctx, text_string(&value), x->err);
}

bool profile_has_files(const char *s)
{
	while ((s = strchr(s, '$'))) {
		if (strncmp(s, "${FILES}", 8) == 0)
			return true;
		s += s[1] == '$' ? 2 : 1;
	}
	return false;
}

bool profile_is_files(const struct profile_entry *entry)
{
	static const char files[] = "${FILES}";
	enum setting_type type = entry->setting->type;
	const char *rest = entry->value;

	if (!setting_is_grant(entry->setting))
		return false;
	rest += forms[type].has_mark && *rest == '-';
	if (strncmp(rest, files, strlen(files)) != 0)
		return false;
	rest += strlen(files);
	return !*rest || (forms[type].has_colon && *rest == ':');
}

int profile_expand(const struct profile_entry *entry,
		   const struct profile_variables *variables,
		   value_taker take, void *ctx, struct fh_error *err)
{
	struct expansion x = { entry, variables, NULL, false, err };
	const char *rest = entry->value;
	int r = 0;

	if (!setting_is_grant(entry->setting))
		return take(ctx, entry->value, err);
	if (forms[entry->setting->type].has_mark && *rest == '-') {
		x.is_optional = true;
		rest++;
	}
	if (variables->is_check || !profile_has_files(rest))
		return tell_once(&x, rest, take, ctx);
	for (size_t i = 0; i < variables->n_files && r == 0; i++) {
		x.file = variables->files[i];
		r = tell_once(&x, rest, take, ctx);
	}
	return r;
}
