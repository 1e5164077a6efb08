/*
 * Makes one allocation fail: the n-th from now on, and counts them. The
 * program's own malloc takes the place of the C library's, for strdup() and its
 * kin as well. Under a sanitizer, which has a malloc of its own, there is none
 * to fail.
 */
#ifndef FH_TESTS_NO_MEMORY_H
#define FH_TESTS_NO_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

struct memory {
	long left;    /* allocations before the one that fails; < 0: none does */
	bool lasts;   /* all that follow fail as well */
	bool has_failed;
	long made;    /* that succeeded, ever */
	long live;    /* blocks that are not freed */
	long foreign; /* tried by another process than the one that set .left */
	pid_t owner;
};

static struct memory memory_of_one = { .left = -1 };
static struct memory *memory = &memory_of_one;

/* From now on what a child allocates is seen by its parent, too. */
__attribute__((unused)) static void memory_share(void)
{
	struct memory *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(shared != MAP_FAILED);
	*shared = *memory;
	memory = shared;
}

#ifdef __SANITIZE_ADDRESS__
#define need_failing_memory() skip("the sanitizer has a malloc of its own")
#else
#define need_failing_memory() ((void)0)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

static bool memory_is_due(void)
{
	if (memory->left < 0)
		return false;
	memory->foreign += getpid() != memory->owner;
	if (memory->left > 0) {
		memory->left--;
		return false;
	}
	memory->has_failed = true;
	if (!memory->lasts)
		memory->left = -1;
	errno = ENOMEM;
	return true;
}

static void *memory_count(void *block, bool is_more)
{
	memory->made += block != NULL;
	memory->live += block && is_more;
	return block;
}

void *malloc(size_t size)
{
	return memory_is_due() ? NULL : memory_count(__libc_malloc(size), true);
}

void *calloc(size_t n, size_t size)
{
	return memory_is_due() ? NULL
			       : memory_count(__libc_calloc(n, size), true);
}

void *realloc(void *block, size_t size)
{
	bool is_more = !block;

	return memory_is_due()
		       ? NULL
		       : memory_count(__libc_realloc(block, size), is_more);
}

void free(void *block)
{
	memory->live -= block != NULL;
	__libc_free(block);
}
#endif

/* From now on the allocation fails that comes after @n others. */
static inline void memory_fail_after(long n)
{
	memory->owner = getpid();
	memory->has_failed = false;
	memory->left = n;
}

/* Did the failure that was set come about? Sets none any more. */
static inline bool memory_failed(void)
{
	memory->left = -1;
	return memory->has_failed;
}

#endif
