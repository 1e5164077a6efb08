/* What the completions of bash, zsh and fish take from the tables. */
#include "fragments.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/profile_builtin.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"
#include "tables/questions.h"
#include "tables/settings.h"
#include "tables/syscall_groups.h"
#include "tables/syscalls.h"
#include "verbs.h"

/* How the value of an option is completed. */
enum value_kind {
	VALUE_NONE, /* a switch */
	VALUE_FREE, /* nothing to propose */
	VALUE_PATH,
	VALUE_DIRECTORY,
	VALUE_VARIABLE,
	VALUE_CALL,
	VALUE_PROFILE,
	VALUE_WORDS, /* add_words() lists them */
	N_VALUE_KINDS,
};

static const enum value_kind kind_of_type[] = {
	[SETTING_SWITCH] = VALUE_NONE,	     [SETTING_BYTES] = VALUE_FREE,
	[SETTING_COUNT] = VALUE_FREE,	     [SETTING_DURATION] = VALUE_FREE,
	[SETTING_DECIMAL] = VALUE_FREE,	     [SETTING_CHOICE] = VALUE_WORDS,
	[SETTING_STRING] = VALUE_FREE,	     [SETTING_PATH] = VALUE_DIRECTORY,
	[SETTING_GRANT] = VALUE_PATH,	     [SETTING_BIND] = VALUE_PATH,
	[SETTING_HIDE] = VALUE_PATH,	     [SETTING_TMPFS] = VALUE_DIRECTORY,
	[SETTING_DEVICE] = VALUE_PATH,	     [SETTING_PORT] = VALUE_FREE,
	[SETTING_SYSCALL] = VALUE_CALL,	     [SETTING_ENV] = VALUE_VARIABLE,
	[SETTING_ENV_NAME] = VALUE_VARIABLE, [SETTING_FD] = VALUE_FREE,
	[SETTING_CAPABILITY] = VALUE_WORDS,  [SETTING_GUARANTEE] = VALUE_WORDS,
	[SETTING_REPORT] = VALUE_WORDS,	     [SETTING_PROFILE] = VALUE_PROFILE,
};
_Static_assert(ARRAY_SIZE(kind_of_type) == SETTING_PROFILE + 1,
	       "a kind of value for each type of setting");

static enum value_kind kind_of(const struct setting *setting)
{
	if (setting->type == SETTING_STRING &&
	    setting->section == SECTION_FILESYSTEM)
		return VALUE_DIRECTORY;
	return kind_of_type[setting->type];
}

/* The words that a value is one of, with blanks between. */
static void add_words(struct text *ret, const struct setting *setting)
{
	size_t n = 0;

	for (size_t i = 0; setting->choices && setting->choices[i]; i++)
		text_add(ret, "%s%s", n++ ? " " : "", setting->choices[i]);
	if (setting->type == SETTING_CAPABILITY)
		for (int i = 0; i < N_CAPABILITIES; i++)
			text_add(ret, "%s%s", n++ ? " " : "",
				 capability_names[i]);
	if (setting->type == SETTING_GUARANTEE)
		for (int i = 0; i < N_GUARANTEES; i++)
			text_add(ret, "%s%s", n++ ? " " : "",
				 guarantees[i].name);
}

/* --- lists that every shell reads: one name a line ----------------------- */

static void add_verb_names(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++)
		text_add(ret, "%s\n", verbs[i].name);
}

static void add_question_names(struct text *ret)
{
	for (int i = 0; i < N_QUESTIONS; i++)
		text_add(ret, "%s\n", questions[i].name);
}

static void add_option_names(struct text *ret)
{
	for (size_t i = 0; i < n_settings; i++)
		text_add(ret, "--%s\n", settings[i].name);
}

static void add_call_names(struct text *ret)
{
	for (int i = 0; i < N_SYSCALL_GROUPS; i++)
		text_add(ret, "%s\n", syscall_groups[i].name);
	for (int i = 0; i < N_SYSCALLS; i++)
		text_add(ret, "%s\n", syscalls[i].name);
}

static void add_profile_names(struct text *ret)
{
	for (size_t i = 0; i < n_builtin_profiles; i++)
		text_add(ret, "%s\n", builtin_profiles[i].name);
}

/* --- bash ---------------------------------------------------------------- */

/* Arms of a case over an option that takes a value. */
static void add_bash_kinds(struct text *ret)
{
	static const char *const names[N_VALUE_KINDS] = {
		[VALUE_FREE] = "free",		 [VALUE_PATH] = "path",
		[VALUE_DIRECTORY] = "directory", [VALUE_VARIABLE] = "variable",
		[VALUE_CALL] = "call",		 [VALUE_WORDS] = "words",
		[VALUE_PROFILE] = "profile",
	};

	for (size_t i = 0; i < n_settings; i++) {
		enum value_kind kind = kind_of(&settings[i]);

		if (kind == VALUE_NONE)
			continue;
		text_add(ret, "\t");
		if (settings[i].letter)
			text_add(ret, "-%c | ", settings[i].letter);
		text_add(ret, "--%s) kind=%s", settings[i].name, names[kind]);
		if (kind == VALUE_WORDS) {
			text_add(ret, " words=\"");
			add_words(ret, &settings[i]);
			text_add(ret, "\"");
		}
		text_add(ret, " ;;\n");
	}
	for (size_t i = 0; i < n_verbs; i++)
		for (const struct verb_option *own = verbs[i].own;
		     own && own->name; own++) {
			if (!own->arg)
				continue;
			text_add(ret, "\t");
			if (own->letter)
				text_add(ret, "-%c | ", own->letter);
			text_add(ret, "--%s) kind=%s ;;\n", own->name,
				 own->is_path ? "path" : "free");
		}
}

static const char *const rest_names[] = {
	[REST_NOTHING] = "nothing",
	[REST_PROGRAM] = "program",
	[REST_QUESTION] = "question",
	[REST_WORDS] = "words",
	[REST_VERB] = "verb",
};

static const char *const word_rest_names[N_WORD_RESTS] = {
	[WORD_NOTHING] = "nothing",
	[WORD_FILE] = "file",
	[WORD_PROFILE] = "profile",
};

/* " show=profile", for each word that a verb has. */
static void add_verb_words(struct text *ret, const struct verb *verb)
{
	for (const struct verb_word *word = verb->words; word && word->name;
	     word++)
		text_add(ret, " %s=%s", word->name,
			 word_rest_names[word->rest]);
}

/* Arms of a case over the verb. */
static void add_bash_verbs(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++) {
		text_add(ret, "\t%s) rest=%s options=%s json=%s kinds='",
			 verbs[i].name, rest_names[verbs[i].rest],
			 verbs[i].takes_options ? "yes" : "no",
			 verbs[i].takes_json ? "yes" : "no");
		add_verb_words(ret, &verbs[i]);
		text_add(ret, "' own='");
		for (const struct verb_option *own = verbs[i].own;
		     own && own->name; own++)
			text_add(ret, " --%s", own->name);
		text_add(ret, "' ;;\n");
	}
}

/* --- zsh ----------------------------------------------------------------- */

/* A description within '...[...]': no bracket, colon or quote may end it. */
static void add_zsh_text(struct text *ret, const char *s)
{
	for (; *s; s++) {
		if (strchr("[]:\\", *s))
			text_add(ret, "\\");
		text_add(ret, *s == '\'' ? "'\\''" : "%c", *s);
	}
}

static void add_zsh_action(struct text *ret, const struct setting *setting)
{
	static const char *const actions[N_VALUE_KINDS] = {
		[VALUE_FREE] = " ",
		[VALUE_PATH] = "_files",
		[VALUE_DIRECTORY] = "_files -/",
		[VALUE_VARIABLE] = "_parameters -g \"*export*\"",
		[VALUE_CALL] = "_fumehood_calls",
		[VALUE_PROFILE] = "_fumehood_profiles",
	};
	enum value_kind kind = kind_of(setting);

	text_add(ret, ":");
	add_zsh_text(ret, setting->arg);
	text_add(ret, ":");
	if (kind != VALUE_WORDS) {
		text_add(ret, "%s", actions[kind]);
		return;
	}
	text_add(ret, "(");
	add_words(ret, setting);
	text_add(ret, ")");
}

/* Specifications for _arguments. */
static void add_zsh_options(struct text *ret)
{
	for (size_t i = 0; i < n_settings; i++) {
		const struct setting *setting = &settings[i];
		bool is_switch = kind_of(setting) == VALUE_NONE;

		if (setting->letter)
			text_add(ret, "\t\t'*-%c%s[", setting->letter,
				 is_switch ? "" : "+");
		for (int twice = setting->letter ? 0 : 1; twice < 2; twice++) {
			if (twice)
				text_add(ret, "\t\t'*--%s%s[", setting->name,
					 is_switch ? "" : "=");
			add_zsh_text(ret, setting->help);
			text_add(ret, "]");
			if (!is_switch)
				add_zsh_action(ret, setting);
			text_add(ret, "'\n");
		}
	}
}

/* Those that a verb has for itself. */
static void add_zsh_own(struct text *ret, const struct verb *verb)
{
	for (const struct verb_option *own = verb->own; own && own->name;
	     own++) {
		for (int twice = own->letter ? 0 : 1; twice < 2; twice++) {
			if (twice)
				text_add(ret, " '*--%s%s[", own->name,
					 own->arg ? "=" : "");
			else
				text_add(ret, " '*-%c%s[", own->letter,
					 own->arg ? "+" : "");
			add_zsh_text(ret, own->help);
			text_add(ret, "]%s%s%s'", own->arg ? ":" : "",
				 own->arg ? own->arg : "",
				 !own->arg ? "" : own->is_path ? ":_files"
							       : ": ");
		}
	}
}

/* 'name:description' for _describe. */
static void add_zsh_verbs(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++) {
		text_add(ret, "\t\t'%s:", verbs[i].name);
		add_zsh_text(ret, verbs[i].help);
		text_add(ret, "'\n");
	}
}

/* Arms of a case over the verb. */
static void add_zsh_arms(struct text *ret)
{
	static const char *const rests[] = {
		[REST_NOTHING] = "",
		[REST_WORDS] = " '1:what:_fumehood_words'"
			       " '*:object:_fumehood_word_rest'",
		[REST_PROGRAM] = " '(-)1:program:_command_names -e'"
				 " '*::argument:_normal'",
		[REST_QUESTION] = " '(-)1:question:_fumehood_questions'"
				  " '(-)2:object:_fumehood_objects'",
		[REST_VERB] = " '1:command:_fumehood_verbs'",
	};

	for (size_t i = 0; i < n_verbs; i++) {
		text_add(ret, "\t%s) kinds=(", verbs[i].name);
		add_verb_words(ret, &verbs[i]);
		text_add(ret, " )\n\t\t_arguments -s -S%s%s",
			 verbs[i].takes_options ? " $options" : "",
			 verbs[i].takes_json ? " '--json[print JSON]'" : "");
		add_zsh_own(ret, &verbs[i]);
		text_add(ret, " '--help[print help]'%s ;;\n",
			 rests[verbs[i].rest]);
	}
}

/* --- fish ---------------------------------------------------------------- */

static void add_fish_text(struct text *ret, const char *s)
{
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			text_add(ret, "\\");
		text_add(ret, "%c", *s);
	}
}

static void add_fish_verbs(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++) {
		text_add(
			ret,
			"complete -c fumehood -n __fumehood_is_at_verb -a %s -d '",
			verbs[i].name);
		add_fish_text(ret, verbs[i].help);
		text_add(ret, "'\n");
	}
}

/* Words of the options that take a value. */
static void add_fish_valued(struct text *ret)
{
	for (size_t i = 0; i < n_settings; i++) {
		if (kind_of(&settings[i]) == VALUE_NONE)
			continue;
		if (settings[i].letter)
			text_add(ret, "-%c\n", settings[i].letter);
		text_add(ret, "--%s\n", settings[i].name);
	}
	for (size_t i = 0; i < n_verbs; i++)
		for (const struct verb_option *own = verbs[i].own;
		     own && own->name; own++) {
			if (own->arg && own->letter)
				text_add(ret, "-%c\n", own->letter);
			if (own->arg)
				text_add(ret, "--%s\n", own->name);
		}
}

static void add_fish_value(struct text *ret, const struct setting *setting)
{
	static const char *const values[N_VALUE_KINDS] = {
		[VALUE_NONE] = "",
		[VALUE_FREE] = " -x",
		[VALUE_PATH] = " -r -F",
		[VALUE_DIRECTORY] = " -x -a '(__fish_complete_directories)'",
		[VALUE_VARIABLE] = " -x -a '(set -nx)'",
		[VALUE_CALL] = " -x -a '(__fumehood_calls)'",
		[VALUE_PROFILE] = " -x -a '(__fumehood_profiles)'",
	};
	enum value_kind kind = kind_of(setting);

	if (kind != VALUE_WORDS) {
		text_add(ret, "%s", values[kind]);
		return;
	}
	text_add(ret, " -x -a \"");
	add_words(ret, setting);
	text_add(ret, "\"");
}

static void add_fish_options(struct text *ret)
{
	for (size_t i = 0; i < n_settings; i++) {
		text_add(
			ret,
			"complete -c fumehood -n '__fumehood_takes options' -l %s",
			settings[i].name);
		if (settings[i].letter)
			text_add(ret, " -s %c", settings[i].letter);
		add_fish_value(ret, &settings[i]);
		text_add(ret, " -d '");
		add_fish_text(ret, settings[i].help);
		text_add(ret, "'\n");
	}
}

static void add_fish_own(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++)
		for (const struct verb_option *own = verbs[i].own;
		     own && own->name; own++) {
			text_add(ret, "complete -c fumehood -n '__fumehood_takes own-%s' -l %s",
				 verbs[i].name, own->name);
			if (own->letter)
				text_add(ret, " -s %c", own->letter);
			text_add(ret, "%s -d '",
				 !own->arg ? "" : own->is_path ? " -r -F"
							       : " -x");
			add_fish_text(ret, own->help);
			text_add(ret, "'\n");
		}
}

/* Arms of a switch over the verb: what it takes. */
static void add_fish_arms(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++) {
		text_add(ret, "\t\tcase %s\n\t\t\techo %s%s%s", verbs[i].name,
			 rest_names[verbs[i].rest],
			 verbs[i].takes_options ? " options" : "",
			 verbs[i].takes_json ? " json" : "");
		add_verb_words(ret, &verbs[i]);
		if (verbs[i].own)
			text_add(ret, " own-%s", verbs[i].name);
		text_add(ret, "\n");
	}
}

const struct fragment shell_fragments[] = {
	{ "bash-kinds", add_bash_kinds },
	{ "bash-verbs", add_bash_verbs },
	{ "call-names", add_call_names },
	{ "fish-arms", add_fish_arms },
	{ "fish-options", add_fish_options },
	{ "fish-own", add_fish_own },
	{ "fish-valued", add_fish_valued },
	{ "fish-verbs", add_fish_verbs },
	{ "option-names", add_option_names },
	{ "profile-names", add_profile_names },
	{ "question-names", add_question_names },
	{ "verb-names", add_verb_names },
	{ "zsh-arms", add_zsh_arms },
	{ "zsh-options", add_zsh_options },
	{ "zsh-verbs", add_zsh_verbs },
};
const size_t n_shell_fragments = ARRAY_SIZE(shell_fragments);
