/* Parses options by the settings table: --name VALUE, --name=VALUE, -n. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli.h"
#include "exit_codes.h"
#include "verbs.h"

/* The line is gone through three times: profiles are loaded before what wins over
 * them is set, and their variables need the program, which stands last. */
enum round { ROUND_LOOK, ROUND_LOAD, ROUND_SET };

struct parser {
	enum round round;
	const char *command;
	int argc;
	char **argv;
	int at;
	int rest; /* where the options end, once that is known */
	const struct own_switch *own;
	const struct verb *verb;
	struct fh_policy *policy; /* NULL: the settings are no options of it */
	struct fh_error err;
};

static bool find(const char *name, struct fh_setting *ret)
{
	for (size_t i = 0; fh_setting_at(i, ret) == 0; i++)
		if (strcmp(ret->name, name) == 0)
			return true;
	return false;
}

static bool find_letter(char letter, struct fh_setting *ret)
{
	for (size_t i = 0; fh_setting_at(i, ret) == 0; i++)
		if (ret->letter == letter)
			return true;
	return false;
}

static char *const *program(const struct parser *p)
{
	return p->verb && p->verb->rest == REST_PROGRAM &&
		       p->rest < p->argc ? p->argv + p->rest : NULL;
}

static int take(struct parser *p, const struct fh_setting *setting,
		const char *value, const char *origin)
{
	bool is_profile = strcmp(setting->name, "profile") == 0;

	if (p->round == ROUND_LOAD && is_profile)
		return fh_policy_load(p->policy, value, program(p), &p->err);
	if (p->round == ROUND_SET && !is_profile)
		return fh_policy_set_from(p->policy, setting->name, value,
					  origin, &p->err);
	return 0;
}

/* Messages name an option as the table spells it. */
static int apply(struct parser *p, const struct fh_setting *setting,
		 const char *value)
{
	char origin[64];

	snprintf(origin, sizeof(origin), "--%s", setting->name);
	if (!setting->arg && value)
		return error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				 "%s takes no value", origin);
	if (setting->arg && !value) {
		if (p->at >= p->argc)
			return error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
					 "%s needs a value: %s", origin,
					 setting->arg);
		value = p->argv[p->at++];
	}
	return take(p, setting, value, origin);
}

/* The command's own options, then the settings if it takes them. */
static const char *option_at(size_t i, void *ctx)
{
	const struct parser *p = ctx;
	const struct verb_option *own = p->verb ? p->verb->own : NULL;
	struct fh_setting setting;

	for (; own && own->name; own++)
		if (!i--)
			return own->name;
	return p->policy && fh_setting_at(i, &setting) == 0 ? setting.name
							    : NULL;
}

static size_t count_options(struct parser *p)
{
	size_t n = 0;

	while (option_at(n, p))
		n++;
	return n;
}

static int unknown_option(struct parser *p, const char *name)
{
	const char *nearest = nearest_name(name, option_at, count_options(p),
					   p);

	error_set(&p->err, FH_STAGE_PARSE, -EINVAL, "no option --%s", name);
	if (nearest)
		error_remedy(&p->err, "did you mean --%s?", nearest);
	else
		error_remedy(&p->err, "fumehood help %s lists the options; a program's own go after --",
			  p->command);
	return -EINVAL;
}

static const struct verb_option *find_own(const struct parser *p,
					  const char *name, char letter)
{
	const struct verb_option *option = p->verb ? p->verb->own : NULL;

	for (; option && option->name; option++)
		if (name ? strcmp(option->name, name) == 0
			 : option->letter == letter)
			return option;
	return NULL;
}

/* Return: 1 when the command has no such option of its own */
static int take_own(struct parser *p, const char *name, const char *value)
{
	const struct verb_option *option = find_own(p, name, 0);
	const struct own_switch *own = p->own;

	while (own && own->name && strcmp(own->name, name) != 0)
		own++;
	if (!own || !own->name)
		return 1;
	if (own->is_set && value)
		return error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				 "--%s takes no value", name);
	if (own->is_set) {
		*own->is_set = true;
		return 0;
	}
	if (!value && p->at >= p->argc)
		return error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				 "--%s needs a value: %s", name,
				 option ? option->arg : "VALUE");
	if (!value)
		value = p->argv[p->at++];
	if (p->round != ROUND_LOOK)
		return 0;
	if (*own->n == own->size)
		return error_set(&p->err, FH_STAGE_PARSE, -E2BIG,
				 "--%s is given more than %zu times", name,
				 own->size);
	own->values[(*own->n)++] = value;
	return 0;
}

static int parse_long(struct parser *p, const char *word)
{
	char name[64];
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	struct fh_setting setting;
	int r;

	if (len >= sizeof(name))
		return unknown_option(p, word);
	memcpy(name, word, len);
	name[len] = '\0';
	r = take_own(p, name, value);
	if (r <= 0)
		return r;
	if (!p->policy || !find(name, &setting))
		return unknown_option(p, name);
	return apply(p, &setting, value);
}

static int unknown_letter(struct parser *p, char letter)
{
	error_set(&p->err, FH_STAGE_PARSE, -EINVAL, "no option -%c", letter);
	error_remedy(&p->err, "fumehood help %s lists the options", p->command);
	return -EINVAL;
}

/* -v, -r PATH or -rPATH; switches may stand together. */
static int parse_short(struct parser *p, const char *word)
{
	for (; *word; word++) {
		const struct verb_option *own = find_own(p, NULL, *word);
		struct fh_setting setting = { 0 };
		const char *value = word[1] ? word + 1 : NULL;
		bool has_value = own && own->arg;
		int r;

		if (own) {
			r = take_own(p, own->name, has_value ? value : NULL);
		} else {
			if (!p->policy || !find_letter(*word, &setting))
				return unknown_letter(p, *word);
			has_value = setting.arg;
			r = apply(p, &setting, has_value ? value : NULL);
		}
		if (r < 0 || has_value)
			return r;
	}
	return 0;
}

static int parse_all(struct parser *p)
{
	int r = 0;

	p->at = 1;
	while (r == 0 && p->at < p->argc) {
		const char *word = p->argv[p->at];

		if (word[0] != '-' || !word[1])
			break;
		p->at++;
		if (strcmp(word, "--") == 0)
			break;
		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			return 1;
		r = word[1] == '-' ? parse_long(p, word + 2)
				   : parse_short(p, word + 1);
	}
	return r;
}

static int parse_rounds(struct parser *p)
{
	int r = 0;

	for (p->round = ROUND_LOOK; p->round <= ROUND_SET && r == 0;
	     p->round++) {
		r = parse_all(p);
		p->rest = p->at;
	}
	return r;
}

int options_parse(const char *command, int argc, char **argv,
		  const struct own_switch *own, struct fh_policy *policy,
		  int *ret_rest)
{
	struct parser p = { .command = command, .argc = argc, .argv = argv,
			    .own = own, .verb = verb_find(command),
			    .policy = policy };
	int r = policy || (p.verb && !p.verb->takes_options)
			? parse_rounds(&p) : -ENOMEM;

	if (r > 0) {
		print_help(command);
		return -1;
	}
	if (r < 0) {
		if (!p.err.code)
			error_set(&p.err, FH_STAGE_PARSE, r, "read the options");
		print_error(&p.err);
		return FH_EXIT_NOT_BOXED;
	}
	*ret_rest = p.rest;
	return 0;
}
