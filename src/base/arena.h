/* Memory that is given back all at once. */
#ifndef FH_BASE_ARENA_H
#define FH_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	size_t used; /* of the newest chunk */
};

/* Zeroed memory, aligned for any object; NULL when there is none. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *string);
char *arena_print(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void arena_done(struct arena *arena);

#endif
