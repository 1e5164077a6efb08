/*
 * Makes one allocation fail: the n-th from now on. The program's own malloc
 * takes the place of the C library's, for strdup() and its kin as well. Under
 * a sanitizer, which has a malloc of its own, there is none to fail.
 */
#ifndef FH_TESTS_NO_MEMORY_H
#define FH_TESTS_NO_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "tap.h"

#ifdef __SANITIZE_ADDRESS__
#define need_failing_memory() skip("the sanitizer has a malloc of its own")
static long allocations_left = -1;
#else
#define need_failing_memory() ((void)0)

/* Allocations before the one that fails; negative: none does. */
static long allocations_left = -1;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *memory, size_t size);

static bool is_due(void)
{
	bool due = allocations_left == 0;

	if (allocations_left >= 0)
		allocations_left--;
	if (due)
		errno = ENOMEM;
	return due;
}

void *malloc(size_t size)
{
	return is_due() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return is_due() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return is_due() ? NULL : __libc_realloc(memory, size);
}
#endif

/* Did the failure that was set come about? Sets none any more. */
static inline bool memory_failed(void)
{
	bool failed = allocations_left < 0;

	allocations_left = -1;
	return failed;
}

#endif
