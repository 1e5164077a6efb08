/* Memory of an arena is zeroed, aligned, apart, and freed as one. */
#include <stdint.h>

#include "base/arena.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_pieces(void)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 3999, 4000,
					4001, 100000 };
	struct arena arena = { 0 };
	unsigned char *pieces[N(sizes) * 3];
	size_t n = 0;

	for (size_t i = 0; i < N(pieces); i++) {
		size_t size = sizes[i % N(sizes)];

		pieces[i] = arena_alloc(&arena, size);
		check(pieces[i] != NULL);
		check_int((uintptr_t)pieces[i] % 16, 0);
		for (size_t k = 0; k < size; k++)
			check_int(pieces[i][k], 0);
		memset(pieces[i], (int)i + 1, size);
		n++;
	}
	/* Nobody wrote over anybody else. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizes[i % N(sizes)]; k++)
			check_int(pieces[i][k], i + 1);
	arena_done(&arena);
	check(arena.chunks == NULL);
	/* An arena that was emptied can be used again. */
	check_str(arena_copy(&arena, "again"), "again");
	arena_done(&arena);
}

static void test_strings(void)
{
	struct arena arena = { 0 };
	char source[] = "text";
	char *copy = arena_copy(&arena, source);
	char *printed = arena_print(&arena, "%s-%d", source, 42);
	char *empty = arena_print(&arena, "%s", "");
	char *wide = arena_print(&arena, "%*d", 9000, 7);

	source[0] = 'n';
	check_str(copy, "text");
	check_str(printed, "text-42");
	check_str(empty, "");
	check_int(strlen(wide), 9000);
	check_int(wide[8999], '7');
	check_str(arena_copy(&arena, ""), "");
	arena_done(&arena);
}

static void test_too_much(void)
{
	struct arena arena = { 0 };

	check(arena_alloc(&arena, SIZE_MAX) == NULL);
	check(arena_alloc(&arena, SIZE_MAX - 15) == NULL);
	check(arena_alloc(&arena, ((size_t)1 << 30) + 1) == NULL);
	check_str(arena_copy(&arena, "still usable"), "still usable");
	arena_done(&arena);
	arena_done(&arena);
}

static const struct tap_test tests[] = {
	{ .name = "pieces are zeroed, aligned and apart", .run = test_pieces },
	{ .name = "strings are copied and printed", .run = test_strings },
	{ .name = "a size that overflows is refused", .run = test_too_much },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
