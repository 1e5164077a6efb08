/* Parses options by the settings table: --name VALUE, --name=VALUE, -n. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli.h"
#include "tables/exit_codes.h"
#include "tables/settings.h"

struct parser {
	const char *command;
	int argc;
	char **argv;
	int at;
	const struct own_switch *own;
	struct fh_policy *policy;
	struct fh_error err;
};

/* Messages name an option as the table spells it; the strings live as long as
 * the program, as the policy wants of an origin. */
static const char *origin_of(const struct setting *setting)
{
	static char names[64][32];
	size_t i = (size_t)(setting - settings);

	if (!*names[i])
		snprintf(names[i], sizeof(names[i]), "--%s", setting->name);
	return names[i];
}

static int apply(struct parser *p, const struct setting *setting,
		 const char *value)
{
	const char *origin = origin_of(setting);

	if (setting->type != SETTING_SWITCH && !value) {
		if (p->at >= p->argc) {
			error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				"%s needs a value: %s", origin, setting->arg);
			return -EINVAL;
		}
		value = p->argv[p->at++];
	}
	return policy_set(p->policy, setting->name, value, origin, &p->err);
}

static const char *setting_at(size_t i, void *ctx)
{
	(void)ctx;
	return settings[i].name;
}

static int unknown_option(struct parser *p, const char *name)
{
	const char *nearest = nearest_name(name, setting_at, n_settings, NULL);

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
	const struct setting *setting;

	if (len >= sizeof(name))
		return unknown_option(p, word);
	memcpy(name, word, len);
	name[len] = '\0';
	if (!word[len] && take_own(p, name))
		return 0;
	setting = setting_find(name);
	if (!setting)
		return unknown_option(p, name);
	return apply(p, setting, word[len] ? word + len + 1 : NULL);
}

/* -v, -r PATH or -rPATH; switches may stand together. */
static int parse_short(struct parser *p, const char *word)
{
	for (; *word; word++) {
		const struct setting *setting = setting_find_letter(*word);

		if (!setting) {
			error_set(&p->err, FH_STAGE_PARSE, -EINVAL,
				"no option -%c", *word);
			error_remedy(&p->err, "fumehood help %s lists the options",
				  p->command);
			return -EINVAL;
		}
		if (setting->type != SETTING_SWITCH)
			return apply(p, setting, word[1] ? word + 1 : NULL);
		if (apply(p, setting, NULL) < 0)
			return -EINVAL;
	}
	return 0;
}

static int parse_all(struct parser *p)
{
	int r = 0;

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

int options_parse(const char *command, int argc, char **argv,
		  const struct own_switch *own, struct fh_policy *policy,
		  int *ret_rest)
{
	struct parser p = { .command = command, .argc = argc, .argv = argv,
			    .at = 1, .own = own, .policy = policy };
	int r = policy ? parse_all(&p) : -ENOMEM;

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
	*ret_rest = p.at;
	return 0;
}
