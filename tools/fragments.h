/* The pieces of completions, manual and schema that are made from the tables. */
#ifndef FH_TOOLS_FRAGMENTS_H
#define FH_TOOLS_FRAGMENTS_H

#include <stddef.h>

#include "base/text.h"

/* A template asks for one by a line that holds only "@name@". */
struct fragment {
	const char *name;
	void (*add)(struct text *ret);
};

extern const struct fragment shell_fragments[];
extern const size_t n_shell_fragments;
extern const struct fragment manual_fragments[];
extern const size_t n_manual_fragments;
extern const struct fragment library_fragments[];
extern const size_t n_library_fragments;
extern const struct fragment schema_fragments[];
extern const size_t n_schema_fragments;

/* Everything that scdoc would read as markup is escaped. */
void add_plain(struct text *ret, const char *s);
/* A table's phrase as a sentence. */
void add_sentence(struct text *ret, const char *phrase);

#endif
