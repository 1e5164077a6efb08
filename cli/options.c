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
	struct fh_policy *policy;
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
	const struct verb *verb = verb_find(p->command);

	return verb && verb->rest == REST_PROGRAM && p->rest < p->argc
		       ? p->argv + p->rest : NULL;
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

static const char *setting_at(size_t i, void *ctx)
{
	struct fh_setting setting;

	(void)ctx;
	return fh_setting_at(i, &setting) == 0 ? setting.name : NULL;
}

static size_t count_settings(void)
{
	size_t n = 0;

	while (setting_at(n, NULL))
		n++;
	return n;
}

static int unknown_option(struct parser *p, const char *name)
{
	const char *nearest = nearest_name(name, setting_at, count_settings(),
					   NULL);

	error_set(&p->err, FH_STAGE_PARSE, -EINVAL, "no option --%s", name);
	if (nearest)
		error_remedy(&p->err, "did you mean --%s?", nearest);
	else
		error_remedy(&p->err, "fumehood help %s lists the options; a program's own go after --",
			  p->command);
	return -EINVAL;
}

static bool take_own(struct parser *p, const char *name)
{
	for (const struct own_switch *own = p->own; own && own->name; own++)
		if (strcmp(own->name, name) == 0)
			return *own->is_set = true;
	return false;
}

static int parse_long(struct parser *p, const char *word)
{
	char name[64];
	size_t len = strcspn(word, "=");
	struct fh_setting setting;

	if (len >= sizeof(name))
		return unknown_option(p, word);
	memcpy(name, word, len);
	name[len] = '\0';
	if (!word[len] && take_own(p, name))
		return 0;
	if (!find(name, &setting))
		return unknown_option(p, name);
	return apply(p, &setting, word[len] ? word + len + 1 : NULL);
}

/* -v, -r PATH or -rPATH; switches may stand together. */
static int parse_short(struct parser *p, const char *word)
{
	for (; *word; word++) {
		struct fh_setting setting;

		if (!find_letter(*word, &setting)) {
			error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				"no option -%c", *word);
			error_remedy(&p->err, "fumehood help %s lists the options",
				  p->command);
			return -EINVAL;
		}
		if (setting.arg)
			return apply(p, &setting, word[1] ? word + 1 : NULL);
		if (apply(p, &setting, NULL) < 0)
			return -EINVAL;
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
			    .own = own, .policy = policy };
	int r = policy ? parse_rounds(&p) : -ENOMEM;

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
