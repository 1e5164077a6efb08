/* Which names were seen already: a cache of fixed size. */
#ifndef FH_LEARN_LEARN_SEEN_H
#define FH_LEARN_LEARN_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct learn_seen;

struct learn_seen *learn_seen_new(void);
void learn_seen_free(struct learn_seen *seen);

/* The key of a name; no program can make two names have the same. */
uint64_t learn_seen_key(const struct learn_seen *seen, const char *name,
			unsigned int variant);

/* For how long something is so. */
enum learn_lasting {
	LASTS_FOREVER,
	LASTS_UNTIL_MADE,  /* what is not there may be made */
	LASTS_UNTIL_MOVED, /* a directory may be renamed, or become a link */
	N_LASTING,
};

/* Was all of that use seen of it, and does it last? */
bool learn_seen_has(const struct learn_seen *seen, uint64_t key,
		    unsigned int use);
void learn_seen_add(struct learn_seen *seen, uint64_t key, unsigned int use,
		    enum learn_lasting lasting);

/* From here on nothing is so any more that lasted until then. */
void learn_seen_end(struct learn_seen *seen, enum learn_lasting lasting);

#endif
