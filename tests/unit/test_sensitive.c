/* What is sensitive, and what is not: each row, its neighbours, and what lies beneath. */
#include <string.h>

#include "base/path.h"
#include "tables/sensitive.h"
#include "tap.h"

#define HOME "/home/ada"

static void test_sorted(void)
{
	check(n_sensitive_paths > 100);
	for (size_t i = 0; i < n_sensitive_paths; i++) {
		const struct sensitive_path *row = &sensitive_paths[i];

		check(*row->path == '/' || strncmp(row->path, "~/", 2) == 0);
		check(*row->what);
		if (i && strcmp(row[-1].path, row->path) >= 0)
			tap_fail(__FILE__, __LINE__, "%s after %s", row->path,
				 row[-1].path);
	}
}

/* Its path, with a star as a name that the star stands for. */
static void path_of(const struct sensitive_path *row, char ret[256])
{
	size_t n;

	snprintf(ret, 256, "%s%s", *row->path == '~' ? HOME : "",
		 row->path + (*row->path == '~'));
	n = strlen(ret);
	if (ret[n - 1] == '*')
		memcpy(ret + n - 1, "x", 2);
}

static void test_rows(void)
{
	for (size_t i = 0; i < n_sensitive_paths; i++) {
		const struct sensitive_path *row = &sensitive_paths[i];
		char path[256], beneath[300];

		path_of(row, path);
		snprintf(beneath, sizeof(beneath), "%s/a/b", path);
		check(sensitive_find(path, HOME, true) != NULL);
		check(sensitive_find(beneath, HOME, true) != NULL);
		if (!row->is_for_writing) {
			check(sensitive_find(path, HOME, false) != NULL);
			check(sensitive_find(beneath, HOME, false) != NULL);
			check(sensitive_is_beneath(path, HOME));
		}
		*strrchr(path, '/') = '\0';
		check(sensitive_is_beneath(*path ? path : "/", HOME));
	}
}

static void test_neighbours(void)
{
	static const char *const fine[] = {
		"/etc/magic", "/home/ada/.sshx", "/home/ada/x/.ssh",
		"/home/ada/.config/app", "/usr/share/ca/x.key", "/srv/a",
		"/home/adab/.ssh/config", "/etc/shado", "/work/env",
		"/work/.git/HEAD", "/home/ada/id_rsa.pub", "/var/tmp/x",
	};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (sensitive_find(fine[i], HOME, false))
			tap_fail(__FILE__, __LINE__, "%s", fine[i]);
	check(sensitive_find("/home/ada/.bashrc", HOME, false) == NULL);
	check(sensitive_find("/home/ada/.bashrc", HOME, true) != NULL);
	check(sensitive_find("/home/ada/.ssh/config", NULL, false) == NULL);
}

static void test_components(void)
{
	static const struct {
		const char *path;
		bool reading, writing;
	} rows[] = {
		{ "/work/.env", true, true },
		{ "/work/.env.local", true, true },
		{ "/work/a/.git/hooks/pre-commit", false, true },
		{ "/work/a/.git/config", false, true },
		{ "/work/a/.git/index", false, true },
		{ "/work/a/.gitignore", false, false },
		{ "/work/id_rsa", true, true },
		{ "/work/x.kdbx", true, true },
		{ "/work/server.key", true, true },
		{ "/work/key", false, false },
		{ "/usr/share/doc/id_rsa", false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_int(sensitive_find(rows[i].path, HOME, false) != NULL,
			  rows[i].reading);
		check_int(sensitive_find(rows[i].path, HOME, true) != NULL,
			  rows[i].writing);
	}
}

static void test_beneath(void)
{
	static const char *const whole[] = {
		"/", "/home", HOME, "/etc", "/home/ada/.config", "/var",
		"/home/ada/.ssh/keys", "/usr", "/run",
	};
	static const char *const parts[] = {
		"/usr/share", "/home/ada/project", "/home/ada/.config/app",
		"/srv", "/etc/fonts", "/home/ada2",
	};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (!sensitive_is_beneath(whole[i], HOME))
			tap_fail(__FILE__, __LINE__, "%s", whole[i]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (sensitive_is_beneath(parts[i], HOME))
			tap_fail(__FILE__, __LINE__, "%s", parts[i]);
}

static const struct tap_test tests[] = {
	{ .name = "the table is sorted", .run = test_sorted },
	{ .name = "each row holds, with what lies beneath", .run = test_rows },
	{ .name = "neighbours of rows are free", .run = test_neighbours },
	{ .name = "some names count anywhere", .run = test_components },
	{ .name = "directories around it are not granted whole",
	  .run = test_beneath },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
