/* Profiles as data: sections and names, what extends what, and every limit. */
#include "profile_place.h"
#include "tables/settings.h"

static void refused(int line, const char *word, int code, const char *what,
		    const char *remedy)
{
	int r = try_open(word);

	if (r != code || !strstr(err.what, what))
		tap_fail(__FILE__, line, "%d, not %d: %s", r, code, err.what);
	if (!strstr(err.remedy, remedy))
		tap_fail(__FILE__, line, "remedy %s", err.remedy);
}
#define REFUSED(...) refused(__LINE__, __VA_ARGS__)

static void test_lines(void)
{
	struct profile profile;

	make_places();
	put("x.conf", "[limits]\ntimeout = 3s\n[profile]\n"
		      "description = a \\x41\n[filesystem]\nread = -${1}");
	if (profile_open(&places, at("x.conf"), &profile, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	check_str(profile.description, "a A");
	check_str(profile.file, at("x.conf"));
	check_int(profile.n_entries, 2);
	check_str(entries_of(&profile), "3s@x.conf:2 -${1}@x.conf:6");
	check_str(profile.entries[1].setting->name, "read");
	check_int(profile.entries[1].name_column, 1);
	check_int(profile.entries[1].value_column, 8);
	profile_done(&profile);
	remove_places();
}

/* What is extended describes itself. */
static void test_description(void)
{
	struct profile profile;

	make_places();
	put("b.conf", "[profile]\ndescription = of the base\n");
	put("x.conf", "[profile]\nextends = ./b.conf\n");
	check_int(profile_open(&places, at("x.conf"), &profile, &err), 0);
	check_str(profile.description, "");
	profile_done(&profile);
	put("x.conf", "[profile]\ndescription = own\nextends = ./b.conf\n");
	check_int(profile_open(&places, at("x.conf"), &profile, &err), 0);
	check_str(profile.description, "own");
	profile_done(&profile);
	remove_places();
}

static const struct {
	const char *text;
	int code;
	const char *what, *remedy;
} wrong[] = {
	{ "[limits]\nread = /a\n", -EINVAL,
	  "x.conf:2:1: in the wrong section: read", "belongs in [filesystem]" },
	{ "[filesystem]\n  raed = /a\n", -ENOENT,
	  "x.conf:2:3: unknown setting raed", "did you mean read" },
	{ "[filesytem]\nread = /a\n", -ENOENT,
	  "x.conf:2:1: read stands in an unknown section [filesytem]",
	  "[filesystem]" },
	{ "[syscalls]\nbase = strict\n", -ENOENT,
	  "x.conf:2:1: unknown setting base", "it is called syscalls here" },
	{ "[profile]\nextend = a\n", -ENOENT,
	  "x.conf:2:1: unknown in [profile]: extend",
	  "description and extends" },
	{ "[profile]\nprofile = a\n", -ENOENT,
	  "x.conf:2:1: unknown in [profile]: profile", "extends" },
	{ "[filesystem]\nprofile = a\n", -EINVAL,
	  "x.conf:2:1: cannot stand in a file: profile", "extends" },
	{ "[output]\nreport = json=/tmp/x\n", -EINVAL,
	  "x.conf:2:1: cannot stand in a file: report", "--report" },
	{ "[broker]\nbind = tcp:80\n", -ENOENT, "x.conf:2:1: bind stands", "" },
	{ "[filesystem]\nread /a\n", -EINVAL, "x.conf:2:6: neither", "" },
	{ "[profile]\nextends = nowhere\n", -ENOENT,
	  "x.conf:2:11: no profile nowhere", "profile list" },
	{ "[profile]\nextends = ./nowhere\n", -ENOENT,
	  "x.conf:2:11: /tmp/profiles-", "" },
	{ "[profile]\nextends =\n", -ENOENT, "x.conf:2:10: no profile ", "" },
	{ "[profile]\nextends = ../a\\nb\n", -ENOENT, "/../a\\x0ab: ", "" },
};

static void test_wrong(void)
{
	make_places();
	for (size_t i = 0; i < N(wrong); i++) {
		put("x.conf", wrong[i].text);
		refused((int)i, at("x.conf"), wrong[i].code, wrong[i].what,
			wrong[i].remedy);
		check(strncmp(err.what, top, strlen(top)) == 0);
	}
	/* The control: what they are to be. */
	put("x.conf", "[output]\nreport = json\n[syscalls]\nsyscalls = strict\n"
		      "[profile]\nextends = default\n");
	check_int(try_open(at("x.conf")), 0);
	remove_places();
}

/* --- what is extended ------------------------------------------------------- */

static void opens_as(int line, const char *word, const char *entries)
{
	struct profile profile;

	if (profile_open(&places, word, &profile, &err) < 0)
		tap_fail(__FILE__, line, "%s", err.what);
	if (strcmp(entries_of(&profile), entries) != 0)
		tap_fail(__FILE__, line, "%s", entries_of(&profile));
	profile_done(&profile);
}
#define OPENS_AS(...) opens_as(__LINE__, __VA_ARGS__)

static void test_order(void)
{
	make_places();
	put("a/base.conf", "[filesystem]\nread = /base\n");
	put("a/one.conf", "[filesystem]\nread = /one\n[profile]\nextends = base\n");
	put("b/two.conf", "[profile]\nextends=base\n[filesystem]\nread = /two\n");
	put("top.conf", "[filesystem]\nread = /top\n[profile]\nextends = one\n"
			"extends = default\nextends = two\n");
	OPENS_AS("base", "/base@base.conf:2");
	OPENS_AS("one", "/base@base.conf:2 /one@one.conf:2");
	/* What two extend is there once, where it is first. */
	OPENS_AS(at("top.conf"), "/base@base.conf:2 /one@one.conf:2 "
				 "/two@two.conf:4 /top@top.conf:2");
	remove_places();
}

static void test_beside(void)
{
	make_places();
	check_int(mkdir(at("c"), 0755), 0);
	put("a/base.conf", "[filesystem]\nread = /a\n");
	put("b/base.conf", "[filesystem]\nread = /b\n");
	put("b/x.conf", "[profile]\nextends = base\n");
	put("c/y.conf", "[profile]\nextends = base\n");
	put("c/z.conf", "[profile]\nextends = ../b/base.conf\n");
	/* Beside it, or else where names are looked up. */
	OPENS_AS("x", "/b@base.conf:2");
	OPENS_AS(at("c/y.conf"), "/a@base.conf:2");
	OPENS_AS(at("c/z.conf"), "/b@base.conf:2");
	put("c/base.conf", "[filesystem]\nread = /c\n");
	OPENS_AS(at("c/y.conf"), "/c@base.conf:2");
	/* Of its own name it is another that is meant. */
	put("a/base.conf", "[profile]\nextends = base\n[filesystem]\nread = /a\n");
	OPENS_AS("base", "/b@base.conf:2 /a@base.conf:4");
	check_int(unlink(at("b/base.conf")), 0);
	REFUSED("base", -EINVAL, "base.conf:2:11: ", "");
	check(strstr(err.what, "extends itself"));
	remove_places();
}

static void test_circle(void)
{
	make_places();
	put("a/one.conf", "[profile]\nextends = two\n");
	put("a/two.conf", "[profile]\nextends = three\n");
	put("a/three.conf", "[profile]\n\nextends = two\n");
	REFUSED("one", -EINVAL, "a/three.conf:3:11: profiles extend each other in a circle: ", "");
	check(strstr(err.what, "a/two.conf, "));
	check(strstr(err.what, "a/three.conf, "));
	check(!strstr(err.what, "a/one.conf"));
	/* By another name it is the same file. */
	put("a/three.conf", "[profile]\nextends = link\n");
	check_int(symlink("two.conf", at("a/link.conf")), 0);
	REFUSED("one", -EINVAL, "in a circle", "");
	put("a/three.conf", "[profile]\nextends = ./three.conf\n");
	REFUSED("three", -EINVAL, "in a circle", "");
	remove_places();
}

static void put_chain(int n)
{
	for (int i = 1; i <= n; i++) {
		char name[32], text[64];

		snprintf(name, sizeof(name), "a/p%d.conf", i);
		snprintf(text, sizeof(text),
			 i < n ? "[profile]\nextends = p%d\n" : "[limits]\n",
			 i + 1);
		put(name, text);
	}
}

static void test_depth(void)
{
	make_places();
	put_chain(PROFILE_DEPTH_MAX);
	check_int(try_open("p1"), 0);
	put_chain(PROFILE_DEPTH_MAX + 1);
	check_int(try_open("p2"), 0);
	REFUSED("p1", -E2BIG, "p8.conf:2:11: more than 8 profiles", "");
	remove_places();
}

/* Each of many extends each of many: all are read once. */
static void test_breadth(void)
{
	autotext text = { 0 };

	make_places();
	text_add(&text, "[profile]\n");
	for (int i = 0; i < PROFILE_SOURCES_MAX - 1; i++) {
		char name[32];

		snprintf(name, sizeof(name), "a/w%d.conf", i);
		put(name, text_string(&text));
		text_add(&text, "extends = w%d\n", i);
	}
	put("x.conf", "[profile]\nextends = w62\n");
	check_int(try_open(at("x.conf")), 0);
	for (int i = 0; i < PROFILE_SOURCES_MAX; i++) {
		char name[32];

		snprintf(name, sizeof(name), "a/w%d.conf", i);
		put(name, "");
	}
	put("x.conf", text_string(&text));
	check_int(try_open(at("x.conf")), 0);
	text_add(&text, "extends = w%d\n", PROFILE_SOURCES_MAX - 1);
	put("x.conf", text_string(&text));
	REFUSED(at("x.conf"), -E2BIG, "more than 64 profiles", "");
	text_add(&text, "extends = w0\n");
	put("x.conf", text_string(&text));
	REFUSED(at("x.conf"), -E2BIG, "x.conf:66:1: extends more than 64", "");
	remove_places();
}

/* --- every size, every end -------------------------------------------------- */

static void test_large(void)
{
	static char text[10 << 20];
	size_t n = 0;

	make_places();
	n = (size_t)snprintf(text, sizeof(text), "[filesystem]\n");
	while (n + 9 < sizeof(text)) {
		memcpy(text + n, "read=/ab\n", 9);
		n += 9;
	}
	put_bytes("a/x.conf", text, n);
	REFUSED("x", -EFBIG, "larger than 1 MiB", "");
	/* As many as fit the file and more than fit the policy. */
	put_bytes("a/x.conf", text, 13 + 9 * 110000);
	check_int(try_open("x"), 0);
	memcpy(text, "[process]\nuid=1\nuid=1\n", 22);
	for (n = 10; n + 6 < PROFILE_SIZE_MAX; n += 6)
		memcpy(text + n, "uid=1\n", 6);
	put_bytes("a/x.conf", text, n);
	REFUSED("x", -E2BIG, "x.conf:131074:1: more than 131072 settings", "");
	remove_places();
}

static void test_full_list(void)
{
	static char text[13 + 9 * 65537];
	struct profile profile;
	struct fh_policy *policy = policy_new(), *before = policy_new();

	make_places();
	memcpy(text, "[filesystem]\n", 13);
	for (size_t n = 13; n < sizeof(text); n += 9)
		memcpy(text + n, "read=/ab\n", 9);
	put_bytes("a/x.conf", text, sizeof(text));
	check_int(profile_open(&places, "x", &profile, &err), 0);
	check_int(profile_apply(&profile, NULL, policy, &err), -E2BIG);
	check(strstr(err.what, "x.conf:65538:1: read"));
	check_int(memcmp(policy, before, sizeof(*policy)), 0);
	profile.n_entries--;
	check_int(profile_apply(&profile, NULL, policy, &err), 0);
	check_int(policy->n_grants, POLICY_GRANTS_MAX);
	profile_done(&profile);
	policy_free(policy);
	policy_free(before);
	remove_places();
}

static const char whole[] =
	"# one\n[profile]\ndescription = \\x20a\\\\\nextends = base\n\n"
	"[filesystem]\n  read = -${HOME}/x\n; two\nbind = ${1}:/in:rw\n"
	"write = ${FILES}\n[limits]\ntimeout = 10s\n";

/* Every truncation, loaded: an error with a place, or a profile. */
static void test_truncated(void)
{
	char *const argv[] = { "a", "/b", NULL };
	size_t n_errors = 0;

	make_places();
	put("a/base.conf", "[network]\nnet = loopback\n");
	setenv("HOME", "/h", 1);
	for (size_t n = 0; n < sizeof(whole); n++) {
		struct fh_policy *policy = policy_new();
		struct profile profile;
		int r;

		put_bytes("x.conf", whole, n);
		memset(&err, 0, sizeof(err));
		r = profile_open(&places, at("x.conf"), &profile, &err);
		if (r == 0)
			r = profile_apply(&profile, argv, policy, &err);
		check(r == 0 || strncmp(err.what, top, strlen(top)) == 0);
		check_int(err.code, r);
		check(r == 0 || !policy->is_set);
		n_errors += r < 0;
		profile_done(&profile);
		policy_free(policy);
	}
	check(n_errors > 60);
	check_int(err.code, 0);
	remove_places();
}

/* Each byte replaced by each other one. */
static void test_mangled(void)
{
	make_places();
	put("a/base.conf", "[network]\nnet = loopback\n");
	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		for (int c = 0; c < 256; c += 1 + (i > 40) * 2) {
			struct profile_source source = {
				.file = strdup("x.conf"),
				.directory = strdup(top),
				.bytes = { malloc(sizeof(whole) - 1),
					   sizeof(whole) - 1, 0, 0 },
			};
			struct profile profile;
			int r;

			memcpy(source.bytes.data, whole, sizeof(whole) - 1);
			source.bytes.data[i] = (char)c;
			r = profile_open_source(&places, &source, &profile,
						&err);
			if (r == 0)
				profile_check(&profile, &err);
			profile_done(&profile);
		}
	}
	check_int(try_open("base"), 0);
	remove_places();
}

static const struct tap_test tests[] = {
	{ .name = "lines are entries with their place", .run = test_lines },
	{ .name = "a description is the profile's own",
	  .run = test_description },
	{ .name = "what is wrong is told with its place", .run = test_wrong },
	{ .name = "what is extended comes first, and once", .run = test_order },
	{ .name = "a name is looked for beside who extends it",
	  .run = test_beside },
	{ .name = "a circle is named", .run = test_circle },
	{ .name = "a chain has an end", .run = test_depth },
	{ .name = "so have all that are extended", .run = test_breadth },
	{ .name = "ten megabytes", .run = test_large },
	{ .name = "a list that is full leaves the policy as it was",
	  .run = test_full_list },
	{ .name = "a file that breaks off anywhere", .run = test_truncated },
	{ .name = "any byte anywhere", .run = test_mangled },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
