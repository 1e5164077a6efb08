/* Variables: what each stands for, and what no argument can make of a value. */
#include "profile_place.h"
#include "profile/profile_variables.h"
#include "tables/settings.h"

static char told[8192];

static int note(void *ctx, const char *value, struct fh_error *e)
{
	check(!ctx);
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "[%s]",
		 value);
	return 0;
}

static int expand(const char *name, const char *value, char *const argv[])
{
	struct profile_entry entry = { .setting = setting_find(name),
				       .value = value, .file = "f", .line = 2,
				       .name_column = 1, .value_column = 8 };
	struct profile_variables variables;
	int r;

	told[0] = '\0';
	memset(&err, 0, sizeof(err));
	check_int(profile_variables_begin(&variables, argv, &err), 0);
	r = profile_expand(&entry, &variables, note, NULL, &err);
	check_int(err.code, r);
	profile_variables_done(&variables);
	return r;
}

static void gives(int line, const char *name, const char *value,
		  char *const argv[], const char *all)
{
	if (expand(name, value, argv) < 0)
		tap_fail(__FILE__, line, "%s", err.what);
	if (strcmp(told, all) != 0)
		tap_fail(__FILE__, line, "%s gives %s", value, told);
}
#define GIVES(...) gives(__LINE__, __VA_ARGS__)

static void fails(int line, const char *name, const char *value,
		  char *const argv[], const char *what)
{
	int r = expand(name, value, argv);

	if (r != -EINVAL || !strstr(err.what, what))
		tap_fail(__FILE__, line, "%d: %s", r, err.what);
	check(strncmp(err.what, "f:2:8: ", 7) == 0);
	check(!*told);
}
#define FAILS(...) fails(__LINE__, __VA_ARGS__)

static char *const usual[] = { "prog", "/one", "two", NULL };

static void test_known(void)
{
	char expected[4200], *cwd = getcwd(NULL, 0);

	setenv("HOME", "/home/x", 1);
	GIVES("read", "/plain", usual, "[/plain]");
	GIVES("read", "${HOME}/a", usual, "[/home/x/a]");
	GIVES("read", "-${HOME}/a", usual, "[-/home/x/a]");
	GIVES("exec", "${0}", usual, "[prog]");
	GIVES("write", "${1}/${2}", usual, "[/one/two]");
	GIVES("hide", "${1}", usual, "[/one]");
	GIVES("device", "${1}", usual, "[/one]");
	GIVES("tmpfs", "${1}:64M", usual, "[/one:64M]");
	GIVES("bind", "-${2}:${1}:rw", usual, "[-two:/one:rw]");
	snprintf(expected, sizeof(expected), "[%s/b]", cwd);
	GIVES("read", "${CWD}/b", NULL, expected);
	free(cwd);
}

static void test_dollars(void)
{
	GIVES("read", "$", usual, "[$]");
	GIVES("read", "a$b$", usual, "[a$b$]");
	GIVES("read", "$$", usual, "[$]");
	GIVES("read", "$${1}", usual, "[${1}]");
	GIVES("read", "$$$${1}", usual, "[$${1}]");
	GIVES("read", "$$${1}", usual, "[$/one]");
	GIVES("read", "$1", usual, "[$1]");
	GIVES("read", "}{", usual, "[}{]");
	/* Elsewhere they are nothing. */
	GIVES("env", "A=${1}$$", usual, "[A=${1}$$]");
	GIVES("hostname", "${NONE}", usual, "[${NONE}]");
	GIVES("cwd", "${HOME}", usual, "[${HOME}]");
}

static void test_unknown(void)
{
	FAILS("read", "${HOEM}", usual, "read: ${HOEM} is no variable");
	check(strstr(err.remedy, "${HOME}"));
	FAILS("read", "${}", usual, "is no variable");
	check(strstr(err.remedy, "$$"));
	FAILS("read", "${home}", usual, "is no variable");
	FAILS("read", "${01}", usual, "is no variable");
	FAILS("read", "${-1}", usual, "is no variable");
	FAILS("read", "${1 }", usual, "is no variable");
	FAILS("read", "-${PATH}", usual, "is no variable");
	FAILS("read", "${1", usual, "${ without its }");
	FAILS("read", "${", usual, "${ without its }");
	FAILS("read", "${aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
	      usual, "is no variable");
}

static void test_not_given(void)
{
	char *const none[] = { NULL };

	FAILS("read", "${3}", usual, "${3} is not given");
	check(strstr(err.remedy, "dash"));
	FAILS("read", "/x${99999999999999999999999}", usual, "is not given");
	FAILS("read", "${0}", none, "is not given");
	FAILS("read", "${1}", NULL, "no program");
	GIVES("read", "-${3}", usual, "");
	GIVES("read", "-/x/${3}", usual, "");
	GIVES("read", "-${0}", NULL, "");
	GIVES("bind", "-${3}:/x", usual, "");
	GIVES("device", "-${3}", usual, "");
	GIVES("hide", "-${3}", usual, "");
	/* No dash there makes it optional. */
	FAILS("tmpfs", "-${3}", usual, "is not given");
	unsetenv("HOME");
	FAILS("read", "${HOME}", usual, "HOME is not set");
	GIVES("read", "-${HOME}", usual, "");
	setenv("HOME", "", 1);
	FAILS("read", "${HOME}/x", usual, "is empty");
	FAILS("read", "-${HOME}/x", usual, "is empty");
	setenv("HOME", "relative", 1);
	FAILS("read", "${HOME}/x", usual, "not an absolute path");
}

static void test_hostile(void)
{
	char *const argv[] = { "p",	"-/etc",     "-",	 "",
			       "a:/b:rwx", "${HOME}$$", "a\nb\001", "--x",
			       NULL };

	setenv("HOME", "/home/x", 1);
	/* A dash of an argument is a name's. */
	GIVES("read", "${1}", argv, "[./-/etc]");
	GIVES("read", "-${1}", argv, "[-./-/etc]");
	GIVES("read", "${7}", argv, "[./--x]");
	GIVES("hide", "${2}", argv, "[./-]");
	GIVES("bind", "${1}:/in", argv, "[./-/etc:/in]");
	GIVES("read", "/x/${1}", argv, "[/x/-/etc]");
	GIVES("read", "--x", argv, "[--x]");
	FAILS("read", "${3}", argv, "${3} is empty");
	FAILS("read", "-${3}", argv, "is empty");
	FAILS("read", "/x${3}", argv, "is empty");
	/* A colon of an argument parts nothing. */
	FAILS("bind", "${4}:/in", argv, "${4} has a colon");
	FAILS("bind", "-${4}:/in", argv, "has a colon");
	FAILS("bind", "${4}", argv, "has a colon");
	FAILS("tmpfs", "${4}", argv, "has a colon");
	GIVES("read", "${4}", argv, "[a:/b:rwx]");
	/* Nor does it say what may be done there. */
	FAILS("bind", "/a:/b:${6}", argv, "a variable behind the paths");
	FAILS("tmpfs", "/a:${6}", argv, "a variable behind the paths");
	/* It is taken as it is. */
	GIVES("read", "${5}", argv, "[${HOME}$$]");
	GIVES("read", "${6}", argv, "[a\nb\001]");
	setenv("HOME", "/a:/b", 1);
	FAILS("bind", "${HOME}:/in", argv, "has a colon");
	setenv("HOME", "/${1}", 1);
	GIVES("read", "${HOME}", argv, "[/${1}]");
}

static void test_files(void)
{
	char one[300], two[300];
	char *argv[] = { one, "-x", two, "missing", one, "/", "--", NULL };

	make_places();
	put("one", "");
	put("two -$", "");
	check_int(symlink("one", at("link")), 0);
	check_int(mkfifo(at("pipe"), 0600), 0);
	snprintf(one, sizeof(one), "%s", at("one"));
	snprintf(two, sizeof(two), "%s", at("two -$"));
	snprintf(told, sizeof(told), "[%s][%s]", two, one);
	GIVES("read", "${FILES}", argv, strdup(told));
	snprintf(told, sizeof(told), "[-%s.x][-%s.x]", two, one);
	GIVES("read", "-${FILES}.x", argv, strdup(told));
	/* Not the program, nor what is no file. */
	GIVES("read", "${FILES}", ((char *[]){ one, NULL }), "");
	GIVES("read", "${FILES}", ((char *[]){ "p", "pipe", NULL }), "");
	GIVES("read", "${FILES}", NULL, "");
	check_int(chdir(top), 0);
	GIVES("read", "${FILES}", ((char *[]){ "p", "pipe", "link", NULL }),
	      "[link]");
	put("-dash", "");
	put("a:b", "");
	GIVES("read", "${FILES}", ((char *[]){ "p", "-dash", "a:b", NULL }),
	      "[a:b]");
	FAILS("bind", "${FILES}:/in", ((char *[]){ "p", "a:b", NULL }),
	      "${FILES} has a colon");
	/* A dollar that is one names nothing. */
	GIVES("read", "$${FILES}", argv, "[${FILES}]");
	GIVES("read", "${FILES}${9}", NULL, "");
	check_int(chdir("/"), 0);
	remove_places();
}

static void test_is_files(void)
{
	static const struct {
		const char *name, *value;
		bool is_files;
	} rows[] = {
		{ "read", "${FILES}", true },	 { "read", "-${FILES}", true },
		{ "read", "${FILES}.x", false }, { "read", "${FILES}:x", false },
		{ "read", "/${FILES}", false },	 { "read", "${1}", false },
		{ "bind", "${FILES}:/x", true }, { "bind", "/x:${FILES}", false },
		{ "bind", "-${FILES}:/x:rw", true },
		{ "env", "${FILES}", false },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct profile_entry entry = {
			.setting = setting_find(rows[i].name),
			.value = rows[i].value,
		};

		if (profile_is_files(&entry) != rows[i].is_files)
			tap_fail(__FILE__, __LINE__, "%s", rows[i].value);
	}
}

static void test_exchanged(void)
{
	char file[4200];
	char *const argv[] = { "cat", file, NULL };
	struct fh_policy *policy = policy_new();
	struct profile profile;

	make_places();
	put("a/x.conf", "[filesystem]\nread = ${FILES}\nread = ${1}\n");
	put("file", "");
	snprintf(file, sizeof(file), "%s", at("file"));
	check_int(profile_open(&places, "x", &profile, &err), 0);
	check_int(profile_apply(&profile, argv, policy, &err), 0);
	check_int(policy->n_grants, 2);
	check(policy->grants[0].is_file && policy->grants[0].is_least);
	check(!policy->grants[1].is_file);
	profile_done(&profile);
	policy_free(policy);
	remove_places();
}

static void test_size(void)
{
	static char word[PATH_MAX], value[4 * 2048 + 1];
	char *const argv[] = { "p", word, NULL };

	memset(word, 'a', sizeof(word) - 1);
	check_int(expand("read", "${1}", argv), 0);
	check_int(strlen(told), sizeof(word) + 1);
	for (size_t i = 0; i < 2048; i++)
		memcpy(value + 4 * i, "${1}", 4);
	check_int(expand("read", value, argv), -E2BIG);
	check(strstr(err.what, "f:2:8: read: too long"));
}

/* What is checked has everything, whatever there is. */
static void test_check(void)
{
	struct profile profile;

	make_places();
	unsetenv("HOME");
	put("a/x.conf", "[filesystem]\nread = ${HOME}\nread = ${9}\n"
			"write = ${FILES}\nbind = ${1}:${CWD}/x\n"
			"tmpfs = ${HOME}/t:4K\n");
	check_int(profile_open(&places, "x", &profile, &err), 0);
	check_int(profile_check(&profile, &err), 0);
	profile_done(&profile);
	put("a/x.conf", "[filesystem]\nread = ${FILE}\n");
	check_int(profile_open(&places, "x", &profile, &err), 0);
	check_int(profile_check(&profile, &err), -EINVAL);
	check(strstr(err.what, "x.conf:2:8: read: ${FILE} is no variable"));
	profile_done(&profile);
	remove_places();
}

static const struct tap_test tests[] = {
	{ .name = "what each stands for", .run = test_known },
	{ .name = "a dollar", .run = test_dollars },
	{ .name = "what is no variable", .run = test_unknown },
	{ .name = "what is not given", .run = test_not_given },
	{ .name = "an argument is a path and nothing else",
	  .run = test_hostile },
	{ .name = "files among the arguments", .run = test_files },
	{ .name = "what is a file and nothing else", .run = test_is_files },
	{ .name = "a grant of a file says so", .run = test_exchanged },
	{ .name = "a value has an end", .run = test_size },
	{ .name = "a profile is checked without a program",
	  .run = test_check },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
