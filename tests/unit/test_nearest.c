/* A mistyped name finds the one that was meant, or none. */
#include "base/nearest.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = { "mount", "umount2",   NULL,
				     "read",  "--timeout", "openat",
				     "opened" };

static const char *at(size_t i, void *ctx)
{
	return ((const char *const *)ctx)[i];
}

static const char *nearest(const char *name)
{
	return nearest_name(name, at, N(names), (void *)names);
}

static void test_edits(void)
{
	check_str(nearest("mount"), "mount");
	check_str(nearest("moount"), "mount");	     /* one too many */
	check_str(nearest("mont"), "mount");	     /* one too few */
	check_str(nearest("mounr"), "mount");	     /* one wrong */
	check_str(nearest("muont"), "mount");	     /* two swapped */
	check_str(nearest("--timout"), "--timeout");
	check_str(nearest("--tiemuot"), "--timeout"); /* three of nine */
}

static void test_too_far(void)
{
	check_str(nearest("mnt"), NULL);
	check_str(nearest("write"), NULL);
	check_str(nearest(""), NULL);
	check_str(nearest("xyzzyxyzzy"), NULL);
	check_str(nearest_name("mount", at, 0, (void *)names), NULL);
}

static void test_first_of_equals(void)
{
	check_str(nearest("opene"), "opened");
	check_str(nearest("openet"), "openat");
	check_str(nearest("umount"), "mount");
}

static void test_long(void)
{
	char name[NEAREST_LENGTH_MAX + 2];
	const char *candidates[] = { name };
	char typed[NEAREST_LENGTH_MAX + 1];

	memset(name, 'a', sizeof(name));
	name[NEAREST_LENGTH_MAX] = '\0';
	memcpy(typed, name, sizeof(typed));
	typed[7] = 'b';
	check_str(nearest_name(typed, at, 1, candidates), name);
	name[NEAREST_LENGTH_MAX] = 'a';
	name[NEAREST_LENGTH_MAX + 1] = '\0';
	check_str(nearest_name(typed, at, 1, candidates), NULL);
	check_str(nearest_name(name, at, 1, candidates), NULL);
}

static const struct tap_test tests[] = {
	{ .name = "each kind of slip", .run = test_edits },
	{ .name = "what is too far is not guessed", .run = test_too_far },
	{ .name = "the nearest, then the first", .run = test_first_of_equals },
	{ .name = "bounds of the length", .run = test_long },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
