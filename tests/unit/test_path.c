/* Paths are decided on as text, and never guessed at. */
#include <errno.h>
#include <stdlib.h>

#include "base/path.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_normalise(void)
{
	static const struct {
		const char *base, *path, *want; /* NULL: -EINVAL */
	} rows[] = {
		{ "/", "/", "/" },
		{ "/", "//", "/" },
		{ "/", "/./.", "/" },
		{ "/", "/a/b", "/a/b" },
		{ "/x", "/a", "/a" },
		{ "/x", "a", "/x/a" },
		{ "/x/", "./a//b/.", "/x/a/b" },
		{ "/", "a/", "/a" },
		{ "/x", ".", "/x" },
		{ "/", ".", "/" },
		{ "/x", "...", "/x/..." },
		{ "/x", "..a", "/x/..a" },
		{ "/x", ".a.", "/x/.a." },
		{ "/", "/a b\n", "/a b\n" },
		{ "/x", "", NULL },
		{ "/x", "..", NULL },
		{ "/x", "a/../b", NULL },
		{ "/x", "/a/..", NULL },
		{ "/x/..", "a", NULL },
	};

	for (size_t i = 0; i < N(rows); i++) {
		char path[PATH_MAX] = "untouched";
		int r = path_normalise(rows[i].base, rows[i].path, path);

		check_int(r, rows[i].want ? 0 : -EINVAL);
		check_str(path, rows[i].want ? rows[i].want : "untouched");
	}
}

static void test_long(void)
{
	static char path[2 * PATH_MAX];
	char ret[PATH_MAX] = "untouched";

	path[0] = '/';
	memset(path + 1, 'a', PATH_MAX - 2);
	check_int(path_normalise("/", path, ret), 0);
	check_int(strlen(ret), PATH_MAX - 1);
	memcpy(ret, "untouched", 10);
	path[PATH_MAX - 1] = 'a';
	check_int(path_normalise("/", path, ret), -ENAMETOOLONG);
	check_int(path_normalise("/b", path + 1, ret), -ENAMETOOLONG);
	check_str(ret, "untouched");
	/* What goes away in normalising does not count. */
	memset(path, '/', sizeof(path) - 1);
	check_int(path_normalise("/", path, ret), 0);
	check_str(ret, "/");
}

static void test_within(void)
{
	check(path_is_within("/a", "/a"));
	check(path_is_within("/a/b", "/a"));
	check(path_is_within("/a/b/c", "/a"));
	check(path_is_within("/a", "/"));
	check(path_is_within("/", "/"));
	check(!path_is_within("/ab", "/a"));
	check(!path_is_within("/a", "/a/b"));
	check(!path_is_within("/", "/a"));
	check(!path_is_within("/b/a", "/a"));
	check(!path_is_within("/a-b", "/a"));
}

static int compare(const void *a, const void *b)
{
	return path_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Those within a directory follow it without a gap: nesting is a stack. */
static void test_order(void)
{
	const char *paths[] = { "/a-b",	  "/a/b/c", "/ab",  "/a",
				"/a/b",	  "/",	    "/a.b", "/a/-",
				"/a\x01", "/a/b-c", "/b",   "/a/b/c/d",
				"/\xc3\xa4", "/A",  "/a/b-c/d", "/a!" };

	qsort(paths, N(paths), sizeof(*paths), compare);
	for (size_t i = 0; i < N(paths); i++) {
		size_t k = i;

		check_int(path_compare(paths[i], paths[i]), 0);
		while (k < N(paths) && path_is_within(paths[k], paths[i]))
			k++;
		for (; k < N(paths); k++)
			check(!path_is_within(paths[k], paths[i]));
		for (k = i + 1; k < N(paths); k++) {
			check_int(path_compare(paths[i], paths[k]), -1);
			check_int(path_compare(paths[k], paths[i]), 1);
		}
	}
}

static const struct tap_test tests[] = {
	{ .name = "normal form", .run = test_normalise },
	{ .name = "the longest path", .run = test_long },
	{ .name = "within", .run = test_within },
	{ .name = "what is beneath follows at once", .run = test_order },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
