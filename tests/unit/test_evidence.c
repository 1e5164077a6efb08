/* What was seen becomes a profile: what is left out, collapsed, held back, merged. */
#include <ftw.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/text.h"
#include "learn/evidence.h"
#include "own_tree.h"

static struct evidence *evidence;
static struct text text;
static struct fh_learned counts;

/* A home, a project and data of their own, in /var/tmp: the default policy has
 * nothing there. */
static void begin(void)
{
	make_top("/var/tmp");
	check_int(mkdir(in("home"), 0755), 0);
	check_int(mkdir(in("home/.ssh"), 0755), 0);
	check_int(mkdir(in("work"), 0755), 0);
	check_int(mkdir(in("data"), 0755), 0);
	evidence = evidence_new(in("home"));
	check(evidence != NULL);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void end(void)
{
	evidence_free(evidence);
	text_done(&text);
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char *copy_of(const char *name)
{
	char *copy = strdup(in(name));

	check(copy != NULL);
	return copy;
}

static void make_file(const char *name)
{
	int fd = open(in(name), O_WRONLY | O_CREAT, 0644);

	check(fd >= 0);
	close(fd);
}

static void see(const char *name, unsigned int use)
{
	check_int(evidence_path(evidence, in(name), in(name), use), 0);
}

static void make(const char *name)
{
	check_int(evidence_path(evidence, in(name), NULL,
				USE_WRITE | USE_ENTRY), 0);
	see(name, USE_WRITE);
}

static const char *print(void)
{
	text_done(&text);
	check_int(evidence_print(evidence, NULL, &text, &counts), 0);
	return text_string(&text);
}

/* A whole line; one that ends with "(" or ":" may go on. */
static bool has_line(const char *line)
{
	for (const char *at = text_string(&text); (at = strstr(at, line));
	     at++) {
		bool is_begin = at == text_string(&text) || at[-1] == '\n';

		if (is_begin && (at[strlen(line)] == '\n' ||
				 strchr("(:", line[strlen(line) - 1])))
			return true;
	}
	return false;
}

static void expect_at(int at, bool is_there, const char *line)
{
	if (has_line(line) != is_there)
		tap_fail(__FILE__, at, "%s line %s in:\n%s",
			 is_there ? "no" : "a", line, text_string(&text));
}

#define EXPECT(is_there, ...)                                                  \
	do {                                                                   \
		char expected[PATH_MAX * 2];                                   \
		snprintf(expected, sizeof(expected), __VA_ARGS__);             \
		expect_at(__LINE__, is_there, expected);                       \
	} while (0)
#define HAS(format, name) EXPECT(true, format, in(name))
#define LACKS(format, name) EXPECT(false, format, in(name))
#define HAS_LINE(line) expect_at(__LINE__, true, line)
#define LACKS_LINE(line) expect_at(__LINE__, false, line)
#define LACKS_WORD(word) check(!strstr(text_string(&text), word))

static void test_default(void)
{
	begin();
	check_int(evidence_path(evidence, "/usr/lib/x.so", "/usr/lib/x.so",
				USE_READ), 0);
	check_int(evidence_path(evidence, "/etc/passwd", "/etc/passwd",
				USE_READ), 0);
	check_int(evidence_path(evidence, "/dev/null", "/dev/null",
				USE_READ | USE_WRITE), 0);
	check_int(evidence_path(evidence, "/proc/self/maps", "/proc/1/maps",
				USE_READ), 0);
	check_int(evidence_path(evidence, "/tmp/new", NULL,
				USE_WRITE | USE_ENTRY), 0);
	check_int(evidence_path(evidence, "/tmp/new", "/tmp/new", USE_READ), 0);
	check_int(evidence_path(evidence, "/no/such", NULL, USE_READ), 0);
	see("home", USE_LIST);
	print();
	check_int(counts.granted, 0);
	check_int(counts.sensitive, 0);
	LACKS_WORD("[filesystem]\nread");
	check(strstr(text_string(&text), "# What it makes in /tmp is"));
	/* The control: what is not the default's, and what was there before. */
	check_int(evidence_path(evidence, "/etc/magic", "/etc/magic",
				USE_READ), 0);
	check_int(evidence_path(evidence, "/tmp/old", "/tmp/old", USE_READ), 0);
	print();
	check_int(counts.granted, 2);
	HAS_LINE("read = /etc/magic");
	HAS_LINE("read = /tmp/old");
	end();
}

static void test_rights(void)
{
	static const struct {
		unsigned int use;
		const char *setting;
	} rows[] = {
		{ USE_READ, "read" }, { USE_SEE, "read" },
		{ USE_WRITE, "write" }, { USE_EXEC, "exec" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		make_file("data/f");
		see("data/f", rows[i].use);
		print();
		check_int(counts.granted, 1);
		EXPECT(true, "%s = %s", rows[i].setting, in("data/f"));
		end();
	}
	begin();
	make_file("data/lib.so.1");
	see("data/lib.so.1", USE_READ);
	print();
	HAS("exec = %s", "data/lib.so.1");
	end();
}

static void use_files(const char *directory, int n, unsigned int use)
{
	for (int i = 0; i < n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/f%d", directory, i);
		make_file(name);
		see(name, use);
	}
}

static void add_files(const char *directory, int n)
{
	for (int i = 0; i < n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/other%d", directory, i);
		make_file(name);
	}
}

static void test_collapse(void)
{
	static const struct {
		int used, others;
		unsigned int use;
		bool is_listed;
		bool is_collapsed;
	} rows[] = {
		{ 8, 0, USE_READ, false, true },
		{ 8, 16, USE_READ, false, true },
		{ 8, 17, USE_READ, false, false },
		{ 7, 0, USE_READ, false, false },
		{ 2, 40, USE_READ, true, true },
		{ 8, 0, USE_WRITE, false, true },
		{ 7, 0, USE_WRITE, true, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		use_files("data", rows[i].used, rows[i].use);
		add_files("data", rows[i].others);
		if (rows[i].is_listed)
			see("data", USE_LIST);
		print();
		EXPECT(rows[i].is_collapsed, "%s = %s",
		       rows[i].use == USE_READ ? "read" : "write", in("data"));
		end();
	}
}

/* Neither the user's home nor a directory of many purposes, nor one with a secret. */
static void test_never_whole(void)
{
	begin();
	use_files("home", 9, USE_READ);
	use_files("data", 9, USE_READ);
	make_file("data/.env");
	mkdir(in("work/deep"), 0755);
	mkdir(in("work/deep/.git"), 0755);
	make_file("work/.env");
	make("work/new");
	for (int i = 0; i < 9; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/etc/f%d", i);
		check_int(evidence_path(evidence, path, path, USE_READ), 0);
	}
	print();
	HAS_LINE("read = -${HOME}/f3");
	HAS("read = %s", "data/f3");
	HAS_LINE("read = /etc/f3");
	LACKS("read = %s", "data");
	LACKS("write = %s", "work");
	HAS("# held back: write = %s  (", "work");
	LACKS_WORD("read = /etc\n");
	LACKS_WORD("= ${HOME}\n");
	/* The control: it is that one directory that keeps it from being granted. */
	unlink(in("work/.env"));
	unlink(in("data/.env"));
	print();
	HAS("write = %s", "work");
	HAS("read = %s", "work/deep/.git");
	HAS("read = %s", "data");
	end();
}

static void test_entries(void)
{
	begin();
	make("work/out");
	make("home/out");
	mkdir(in("home/.cache"), 0755);
	make("home/.cache/x");
	make_file("data/old");
	see("data/old", USE_ENTRY); /* removed */
	print();
	HAS("write = %s", "work");
	HAS("write = %s", "data");
	LACKS("write = %s", "data/old");
	LACKS("write = %s", "work/out");
	check(strstr(text_string(&text), "# What it makes in ${HOME} is"));
	HAS_LINE("# held back: write = ${HOME}/.cache  (");
	check_int(counts.granted, 2);
	end();
}

static void test_held_back(void)
{
	begin();
	make_file("home/.ssh/config");
	see("home/.ssh/config", USE_READ);
	make_file("home/.bashrc");
	see("home/.bashrc", USE_READ | USE_WRITE);
	print();
	HAS("# held back: read = ${HOME}/.ssh/config  (keys of ssh): fumehood learn --accept %s",
	    "home/.ssh/config");
	HAS_LINE("read = -${HOME}/.bashrc");
	LACKS_LINE("write = -${HOME}/.bashrc");
	check_int(counts.sensitive, 2);
	check_int(evidence_accept(evidence, in("home/.ssh")), 0);
	check_int(evidence_accept(evidence, "relative"), -EINVAL);
	print();
	HAS_LINE("read = -${HOME}/.ssh/config");
	check_int(counts.sensitive, 1);
	end();
}

/* A link is what it leads to, and what it leads to is what its names are. */
static void test_links(void)
{
	char *secret, *data;

	begin();
	secret = copy_of("home/.ssh/id_rsa");
	data = copy_of("data/file");
	make_file("home/.ssh/id_rsa");
	make_file("data/file");
	/* A planted one, and one that leads out of a secret place. */
	check_int(evidence_path(evidence, in("work/innocent"), secret,
				USE_READ), 0);
	check_int(evidence_path(evidence, in("home/.netrc"), data, USE_READ),
		  0);
	print();
	check_int(counts.granted, 0);
	LACKS_WORD("work/innocent");
	HAS("# held back: read = %s  (", "data/file");
	end();
	free(secret);
	free(data);
}

static void test_names(void)
{
	char *real, *planted;

	begin();
	real = copy_of("data/file");
	planted = copy_of("work/planted");
	make_file("data/file");
	check_int(symlink(in("data"), in("link")), 0);
	check_int(evidence_path(evidence, in("link/file"), real, USE_READ), 0);
	check_int(evidence_path(evidence, planted, NULL, USE_ENTRY), 0);
	check_int(evidence_path(evidence, planted, real, USE_READ), 0);
	check_int(evidence_path(evidence, in("link/../data/file"), real,
				USE_READ), 0);
	print();
	HAS("read = %s", "data/file");
	HAS("read = %s", "link/file");
	HAS("write = %s", "work");
	check_int(counts.granted, 3);
	end();
	free(real);
	free(planted);
}

/* Executing what was written: by the directory, for its names may become links. */
static void test_write_and_exec(void)
{
	begin();
	make("work/out");
	make_file("work/tool");
	see("work/tool", USE_EXEC);
	print();
	HAS("exec = %s", "work");
	HAS("write = %s", "work");
	LACKS("exec = %s", "work/tool");
	check(strstr(text_string(&text), "# It executes what it can write"));
	end();
}

static void test_variables(void)
{
	char first[PATH_MAX], *argv[] = { (char *)"/usr/bin/tool", first,
					  (char *)"-x", (char *)"b", NULL };

	begin();
	memcpy(first, in("data/a"), strlen(in("data/a")) + 1);
	make_file("data/a");
	make_file("work/b");
	make_file("work/Make$file");
	check_int(evidence_arguments(evidence, argv, in("work")), 0);
	see("data/a", USE_READ);
	see("work/b", USE_WRITE);
	see("work/Make$file", USE_READ);
	print();
	HAS_LINE("read = ${FILES}");
	HAS_LINE("write = ${3}");
	HAS_LINE("read = -${CWD}/Make$$file");
	HAS_LINE("description = tool");
	check_int(counts.granted, 3);
	end();
}

static void test_strange_names(void)
{
	begin();
	make_file("data/a\nread = \x01");
	make_file("data/ b ");
	see("data/a\nread = \x01", USE_READ);
	see("data/ b ", USE_READ);
	print();
	HAS("read = %s\\nread = \\x01", "data/a");
	HAS("read = %s/ b\\x20", "data");
	check_int(counts.granted, 2);
	end();
}

static const struct tap_test tests[] = {
	{ .name = "what the default policy gives is left out",
	  .run = test_default },
	{ .name = "each use has its right", .run = test_rights },
	{ .name = "a directory stands for its files when enough was used",
	  .run = test_collapse },
	{ .name = "home, shared directories and those with secrets are never whole",
	  .run = test_never_whole },
	{ .name = "entries are made by directories", .run = test_entries },
	{ .name = "what is sensitive is held back until it is accepted",
	  .run = test_held_back },
	{ .name = "links bring in no secret", .run = test_links },
	{ .name = "names through links are granted beside the real ones",
	  .run = test_names },
	{ .name = "executing what was written is told", .run = test_write_and_exec },
	{ .name = "arguments and directories become variables",
	  .run = test_variables },
	{ .name = "strange names make no lines of their own",
	  .run = test_strange_names },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
