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

/* Was all of that use seen of it? Something that was not there counts only until
 * learn_seen_changed(). */
bool learn_seen_has(const struct learn_seen *seen, uint64_t key,
		    unsigned int use);
void learn_seen_add(struct learn_seen *seen, uint64_t key, unsigned int use,
		    bool is_there);

/* Something may have been made: what was not there may be there now. */
void learn_seen_changed(struct learn_seen *seen);

#endif
