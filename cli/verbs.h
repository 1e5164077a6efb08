/* The verbs of the command line, for help, completions and the manual. */
#ifndef FH_CLI_VERBS_H
#define FH_CLI_VERBS_H

#include <stdbool.h>
#include <stddef.h>

/* What a verb expects after its options. */
enum verb_rest {
	REST_NOTHING,
	REST_PROGRAM,
	REST_QUESTION, /* a word of questions[], then what it asks about */
	REST_WORDS,    /* one of .words, and what that takes */
	REST_VERB,
};

/* What a word after a verb takes. */
enum word_rest { WORD_NOTHING, WORD_FILE, WORD_PROFILE, N_WORD_RESTS };

struct verb_word {
	const char *name;
	enum word_rest rest;
};

/* An option that one verb has for itself. */
struct verb_option {
	const char *name;
	char letter;	  /* or '\0' */
	const char *arg;  /* what its argument is; NULL: a switch */
	bool is_path;	  /* the argument is one */
	const char *help;
};

struct verb {
	const char *name;
	const char *help;   /* one line, without a full stop */
	const char *usage;  /* what follows the name; may be "" */
	const char *detail; /* more help, in sentences; may be NULL */
	enum verb_rest rest;
	const struct verb_word *words; /* REST_WORDS; the last has no name */
	const struct verb_option *own; /* the last has no name; NULL: none */
	bool takes_options; /* those of settings[] */
	bool takes_json;    /* --json as well */
};

extern const struct verb verbs[]; /* in the order in which help lists them */
extern const size_t n_verbs;

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

#endif
