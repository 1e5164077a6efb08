/* fumehood help and version: printed from the tables. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli.h"
#include "exit_codes.h"
#include "verbs.h"
#include "version.h"

/* In the order in which the help shows them. */
static const char *const sections[] = {
	"profile", "filesystem", "network", "syscalls", "limits", "process",
	"guarantees", "output",
};

static void print_option(char short_name, const char *name, const char *arg,
			 const char *help, struct text *ret)
{
	char left[64];
	char letter[8] = "    ";

	if (short_name)
		snprintf(letter, sizeof(letter), "-%c, ", short_name);
	snprintf(left, sizeof(left), "%s--%s %s", letter, name, arg ? arg : "");
	text_add(ret, "  %-34s %s\n", left, help);
}

static void print_setting(const struct fh_setting *setting, struct text *ret)
{
	print_option(setting->letter, setting->name, setting->arg,
		     setting->help, ret);
}

static void print_own_help(const struct verb_option *own, struct text *ret)
{
	text_add(ret, "\n");
	for (; own->name; own++)
		print_option(own->letter, own->name, own->arg, own->help, ret);
}

static void print_section(const char *section, struct text *ret)
{
	struct fh_setting setting;
	bool has_title = false;

	for (size_t i = 0; fh_setting_at(i, &setting) == 0; i++) {
		if (strcmp(setting.section, section) != 0)
			continue;
		if (!has_title)
			text_add(ret, "\n%s:\n", setting.section_title);
		has_title = true;
		print_setting(&setting, ret);
	}
}

static void print_settings_help(struct text *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		print_section(sections[i], ret);
	text_add(ret, "\nGuarantees (* required by default; the boxed program cannot ...):\n");
	for (int g = 0; fh_guarantee_name(g); g++)
		text_add(ret, "  %c %-12s %s\n",
			 fh_guarantee_is_default(g) ? '*' : ' ',
			 fh_guarantee_name(g), fh_guarantee_cannot(g));
}

static void print_overview(struct text *ret)
{
	text_add(ret, "fumehood runs one program that you do not trust, behind every fence\n"
		 "that the kernel has, without root.\n\n"
		 "usage: fumehood COMMAND [OPTIONS] [--] [PROGRAM ARGS...]\n\n");
	for (size_t i = 0; i < n_verbs; i++)
		text_add(ret, "  %-8s %s\n", verbs[i].name, verbs[i].help);
	text_add(ret, "\nExit status: the program's own, or\n");
	for (unsigned int i = 0; i < n_exit_codes; i++)
		text_add(ret, "  %d  %s\n", exit_codes[i].code,
			 exit_codes[i].meaning);
	text_add(ret, "\nStart with: fumehood run -r FILE -- PROGRAM FILE\n"
		 "All options: fumehood help run\n");
}

static void print_verb(const struct verb *verb, struct text *ret)
{
	text_add(ret, "usage: fumehood %s %s\n\n%s.\n", verb->name,
		 verb->usage, verb->help);
	if (verb->detail)
		text_add(ret, "%s\n", verb->detail);
	if (verb->own)
		print_own_help(verb->own, ret);
	if (verb->takes_options)
		print_settings_help(ret);
}

int print_help(const char *name)
{
	const struct verb *verb = name ? verb_find(name) : NULL;
	struct text text = { 0 };
	int r;

	if (name && !verb) {
		print_warning("no command %s; fumehood help lists them", name);
		return FH_EXIT_NOT_BOXED;
	}
	if (verb)
		print_verb(verb, &text);
	else
		print_overview(&text);
	r = print_text(&text);
	text_done(&text);
	return r;
}

int cmd_help(int argc, char **argv)
{
	if (argc > 2)
		return refuse_argument("help", argv[2]);
	return print_help(argc > 1 ? argv[1] : NULL);
}

int cmd_version(int argc, char **argv)
{
	struct text text = { 0 };
	int r;

	if (argc > 1 && strncmp(argv[0], "-", 1) != 0)
		return refuse_argument("version", argv[1]);
	text_add(&text, "fumehood %s (%s, MIT licence)\n", fh_version(),
		 FUMEHOOD_BUILT_FOR);
	r = print_text(&text);
	text_done(&text);
	return r;
}
