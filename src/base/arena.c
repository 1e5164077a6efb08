/* Hands out memory from chunks that only the whole arena frees. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 4000 /* with malloc's header, just under a page */
#define ALIGNMENT 16

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(ALIGNMENT) char data[];
};

static int add_chunk(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk)
		return -1;
	chunk->next = arena->chunks;
	chunk->size = size;
	arena->chunks = chunk;
	arena->used = 0;
	return 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory;

	if (size > (size_t)1 << 30)
		return NULL;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!arena->chunks || arena->chunks->size - arena->used < size)
		if (add_chunk(arena, size) < 0)
			return NULL;
	memory = arena->chunks->data + arena->used;
	arena->used += size;
	return memory;
}

char *arena_copy(struct arena *arena, const char *string)
{
	size_t size = strlen(string) + 1;
	char *copy = arena_alloc(arena, size);

	if (copy)
		memcpy(copy, string, size);
	return copy;
}

char *arena_print(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
	if (!text)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	return text;
}

void arena_done(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
}
