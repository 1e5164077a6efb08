/* The lines of [filesystem]: written with variables, sorted, each once. */
#ifndef FH_LEARN_LEARNED_LINES_H
#define FH_LEARN_LEARNED_LINES_H

#include "learn/learned.h"

struct lines {
	char **lines;
	size_t n, size;
	size_t n_bytes;
	uint64_t n_dropped; /* too long, or too many */
};

int lines_add(struct lines *lines, const char *line);
void lines_sort(struct lines *lines); /* and leaves out what is there twice */
void lines_print(const struct lines *lines, struct text *ret);
void lines_done(struct lines *lines);

/* Adds those of a grant: one for each of its rights. Return: 0 or -ENOMEM */
int lines_add_wish(struct lines *lines, const struct learned *learned,
		   const struct wish *wish, const char *prefix,
		   const char *suffix);

/* The setting that grants this: "read". @at: which, from 0; NULL past the last */
const char *lines_setting(unsigned int access, size_t at);

#endif
