/* Where names are looked up, in which order, and whom it trusts. */
#include "profile_place.h"
#include "profile/profile_builtin.h"

static void means(int line, const char *word, const char *file)
{
	struct profile_source source = { 0 };

	memset(&err, 0, sizeof(err));
	if (profile_find(&places, word, NULL, &source, &err) < 0)
		tap_fail(__FILE__, line, "%s", err.what);
	if (strcmp(source.file, file) != 0)
		tap_fail(__FILE__, line, "%s", source.file);
	profile_source_done(&source);
}
#define MEANS(...) means(__LINE__, __VA_ARGS__)

static int find(const char *word)
{
	struct profile_source source = { .file = NULL };
	int r;

	memset(&err, 0, sizeof(err));
	r = profile_find(&places, word, NULL, &source, &err);
	check_int(err.code, r);
	check(r == 0 || (!source.file && !source.bytes.data));
	profile_source_done(&source);
	return r;
}

static void test_order(void)
{
	make_places();
	put("a/x.conf", "");
	put("b/x.conf", "");
	put("b/y.conf", "");
	put("b/z", "");
	MEANS("x", at("a/x.conf"));
	MEANS("y", at("b/y.conf"));
	check_int(unlink(at("a/x.conf")), 0);
	MEANS("x", at("b/x.conf"));
	check_int(find("z"), -ENOENT);
	MEANS(at("b/z"), at("b/z"));
	remove_places();
	/* Places that are not there are none. */
	MEANS("default", "built-in/default.conf");
	check_int(find("x"), -ENOENT);
}

static void test_default(void)
{
	make_places();
	put("a/default.conf", "[filesystem]\nwrite = /\n");
	MEANS("default", "built-in/default.conf");
	remove_places();
}

/* A file that is compiled in can be put aside by one of the same name. */
static void test_builtin(void)
{
	make_places();
	for (size_t i = 0; i < n_builtin_profiles; i++) {
		struct profile profile;
		char name[128], file[128];

		check(profile_name_is_good(builtin_profiles[i].name));
		if (i)
			check(strcmp(builtin_profiles[i - 1].name,
				     builtin_profiles[i].name) < 0);
		snprintf(file, sizeof(file), "built-in/%s.conf",
			 builtin_profiles[i].name);
		MEANS(builtin_profiles[i].name, file);
		if (profile_open(&places, builtin_profiles[i].name, &profile,
				 &err) < 0 ||
		    profile_check(&profile, &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s", err.what);
		check(*profile.description);
		profile_done(&profile);
		if (strcmp(builtin_profiles[i].name, "default") == 0)
			continue;
		snprintf(name, sizeof(name), "b/%s.conf",
			 builtin_profiles[i].name);
		put(name, "");
		MEANS(builtin_profiles[i].name, at(name));
	}
	check(n_builtin_profiles > 0);
	remove_places();
}

static void test_usual(void)
{
	struct profile_places usual;

	setenv("HOME", "/home/x", 1);
	profile_places_usual(&usual);
	check_str(usual.directories[0], "/home/x/.config/fumehood");
	check_str(usual.directories[1], "/etc/fumehood");
	check_str(usual.directories[2], "/usr/share/fumehood");
	check(usual.n <= PROFILE_PLACES_MAX);
	check(usual.n == 3 ||
	      strcmp(usual.directories[3], builtin_profiles_directory) == 0);
	setenv("HOME", "relative", 1);
	profile_places_usual(&usual);
	check_str(usual.directories[0], "/etc/fumehood");
	unsetenv("HOME");
	profile_places_usual(&usual);
	check_str(usual.directories[0], "/etc/fumehood");
}

static void test_names(void)
{
	static const char *const bad[] = {
		"", ".x", "-x", "..", ".", "a b", "a\n", "\303\244", "a*",
		"a\\", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	make_places();
	for (size_t i = 0; i < N(bad); i++) {
		check(!profile_name_is_good(bad[i]));
		check_int(find(bad[i]), -ENOENT);
	}
	put("a/A_z.0-9.conf", "");
	MEANS("A_z.0-9", at("a/A_z.0-9.conf"));
	put("a/.x.conf", "");
	check_int(find(".x"), -ENOENT);
	remove_places();
}

static void test_nearest(void)
{
	make_places();
	put("b/converter.conf", "");
	check_int(find("convreter"), -ENOENT);
	check(strstr(err.what, "no profile convreter"));
	check(strstr(err.remedy, "did you mean converter?"));
	check_int(find("defalt"), -ENOENT);
	check(strstr(err.remedy, "did you mean default?"));
	/* What is a file here is not taken for it, but told. */
	check_int(chdir(at("b")), 0);
	put("b/mine", "");
	check_int(find("mine"), -ENOENT);
	check(strstr(err.remedy, "for the file write ./mine"));
	check_int(find("converter.conf"), -ENOENT);
	check(strstr(err.remedy, "./converter.conf"));
	MEANS("./mine", "./mine");
	MEANS("converter", at("b/converter.conf"));
	check_int(chdir("/"), 0);
	remove_places();
}

/* --- trust --------------------------------------------------------------------- */

static void distrusts(int line, const char *word, const char *what)
{
	int r = find(word);

	if (r != -EACCES || !strstr(err.what, what))
		tap_fail(__FILE__, line, "%d: %s", r, err.what);
}
#define DISTRUSTS(...) distrusts(__LINE__, __VA_ARGS__)

static void test_trust(void)
{
	make_places();
	put("a/x.conf", "");
	put("b/x.conf", "");
	check_int(find("x"), 0);
	/* What cannot be trusted does not make way for the next. */
	check_int(chmod(at("a/x.conf"), 0660), 0);
	DISTRUSTS("x", "a/x.conf can be written by others");
	check_int(chmod(at("a/x.conf"), 0600), 0);
	check_int(chmod(at("a"), 0775), 0);
	DISTRUSTS("x", "/a can be written by others");
	check(strstr(err.remedy, "chmod go-w"));
	check_int(chmod(at("a"), 01777), 0);
	DISTRUSTS("x", "/a can be written by others");
	/* By its path it is the file alone that counts. */
	check_int(find(at("a/x.conf")), 0);
	/* A directory without the name does no harm. */
	check_int(unlink(at("a/x.conf")), 0);
	MEANS("x", at("b/x.conf"));
	check_int(symlink("nowhere", at("a/x.conf")), 0);
	DISTRUSTS("x", "/a can be written by others");
	check_int(chmod(at("a"), 0755), 0);
	check_int(find("x"), -ENOENT);
	check(strstr(err.what, "a/x.conf: "));
	remove_places();
}

static void test_kinds(void)
{
	make_places();
	check_int(mkdir(at("a/x.conf"), 0755), 0);
	DISTRUSTS("x", "not a regular file");
	check_int(mkfifo(at("a/y.conf"), 0600), 0);
	DISTRUSTS("y", "not a regular file");
	DISTRUSTS("/dev/null", "not a regular file");
	/* One who may not look there is told so. */
	put("b/z.conf", "");
	check_int(find("z"), 0);
	if (geteuid() != 0) {
		check_int(chmod(at("a"), 0600), 0);
		check_int(find("z"), -EACCES);
		check_int(chmod(at("a"), 0755), 0);
	}
	remove_places();
}

/* --- all there are -------------------------------------------------------------- */

static void test_list(void)
{
	autotext text = { 0 }, json = { 0 };
	char line[256];

	make_places();
	put("a/mine.conf", "[profile]\ndescription = a\\x1b\n");
	put("b/mine.conf", "[profile]\ndescription = of b\n");
	put("a/wrong.conf", "[profile]\nbad = 1\n");
	put("a/value.conf", "[limits]\ntimeout = never\n");
	put("a/no suffix", "");
	put("a/readme-text", "");
	put("a/a b.conf", "");
	put("b/open.conf", "");
	check_int(chmod(at("b/open.conf"), 0666), 0);
	check_int(profile_list(&places, false, &text), 0);
	check_int(profile_list(&places, true, &json), 0);
	snprintf(line, sizeof(line), "%s  a\\x1b\n", at("a/mine.conf"));
	check(strstr(text_string(&text), line) ||
	      strstr(text_string(&text), "mine.conf   a\\x1b\n"));
	check(!strstr(text_string(&text), "of b"));
	check(strstr(text_string(&text), "wrong"));
	check(strstr(text_string(&text), "cannot be used: /tmp"));
	check(strstr(text_string(&text), "a/wrong.conf:2:1: unknown in"));
	check(strstr(text_string(&text), "a/value.conf:2:1: timeout never"));
	check(strstr(text_string(&text), "b/open.conf can be written"));
	check(!strstr(text_string(&text), "no suffix"));
	check(!strstr(text_string(&text), "readme"));
	check(!strstr(text_string(&text), "a b"));
	check(strstr(text_string(&text), "built in"));
	/* Sorted: the place does not count. */
	check(strstr(text_string(&text), "default ") <
	      strstr(text_string(&text), "mine "));
	check(strstr(text_string(&text), "\nmine ") <
	      strstr(text_string(&text), "\nopen "));
	check(strstr(text_string(&json), "\"schema\": \"fumehood-profiles-1\""));
	check(!strchr(text_string(&json), '\033'));
	remove_places();
}

#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16

/* As long as a name may be, and longer. */
static void test_long_names(void)
{
	autotext text = { 0 };

	make_places();
	put("a/" A64 ".conf", "");
	put("a/" A64 "b.conf", "");
	check_int(profile_list(&places, false, &text), 0);
	check(strncmp(text_string(&text), A64 " ", 65) == 0);
	check(!strstr(text_string(&text), A64 "b"));
	remove_places();
}

static const struct tap_test tests[] = {
	{ .name = "the first place that has it", .run = test_order },
	{ .name = "no file is the default", .run = test_default },
	{ .name = "what is built in comes last, and can be used",
	  .run = test_builtin },
	{ .name = "the usual places", .run = test_usual },
	{ .name = "what is a name", .run = test_names },
	{ .name = "what is not there has a neighbour", .run = test_nearest },
	{ .name = "who else can write it is not trusted", .run = test_trust },
	{ .name = "what is no file", .run = test_kinds },
	{ .name = "all are listed, and what is wrong with them",
	  .run = test_list },
	{ .name = "long names", .run = test_long_names },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
