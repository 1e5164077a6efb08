/* Commands for bubblewrap: as a shell takes them apart. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exchange/export_words.h"
#include "exported.h"

/* What a program called bwrap gets, a NUL after each. */
static size_t ask_shell(const char *text, char *ret, size_t size)
{
	char directory[] = "/tmp/words.XXXXXX", path[64], command[128];
	FILE *file;
	size_t n;

	check(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/bwrap", directory);
	file = fopen(path, "w");
	check(file != NULL);
	fputs("#!/bin/sh\nprintf '%s\\0' \"$@\"\n", file);
	fclose(file);
	check_int(chmod(path, 0700), 0);
	snprintf(command, sizeof(command), "%s/command", directory);
	file = fopen(command, "w");
	check(file != NULL);
	fputs(text, file);
	fclose(file);
	snprintf(command, sizeof(command),
		 "KEPT='k \"$x' PATH=%s:/usr/bin:/bin sh %s/command one 'two  2'",
		 directory, directory);
	file = popen(command, "r");
	check(file != NULL);
	n = fread(ret, 1, size, file);
	check_int(pclose(file), 0);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	check_int(system(command), 0);
	return n;
}

/* Is this word among them, and what follows it? */
static const char *find(const char *words, size_t n, const char *word)
{
	for (const char *end = words + n; words < end;
	     words += strlen(words) + 1)
		if (strcmp(words, word) == 0)
			return words + strlen(words) + 1;
	tap_fail(__FILE__, __LINE__, "no %s", word);
}

static const char *const hostile[] = {
	"", "a b", "'", "''", "\"", "\\", "$(id)", "`id`", "a\nb", "*", "~",
	"#", ";id", "&", "\xff", "-x", "!", "=",
};

static void test_words(void)
{
	char *argv[N(hostile) + 2] = { (char *)"true" };
	static char words[1 << 16];
	const char *word;
	size_t n;

	for (size_t i = 0; i < N(hostile); i++)
		argv[i + 1] = (char *)hostile[i];
	n = ask_shell(exported_text(NULL, FH_TARGET_BWRAP, argv), words,
		      sizeof(words));
	word = find(words, n, "--");
	for (size_t i = 0; i < N(hostile) + 1; i++) {
		check_str(word, argv[i]);
		word += strlen(word) + 1;
	}
	check(word == words + n);
}

static void test_options(void)
{
	const char *text = exported_text(
		WISHES("env", "A='\n$x", "keep-env", "KEPT", "tmpfs",
		       "/srv/x y:1M", "hide", "/usr/share", "read",
		       "/etc/hostname", "hostname", "h'h"),
		FH_TARGET_BWRAP, NULL);
	static char words[1 << 16];
	size_t n = ask_shell(text, words, sizeof(words));
	const char *word = find(words, n, "A");

	check_str(word, "'\n$x");
	check_str(find(words, n, "KEPT"), "k \"$x");
	check_str(find(words, n, "1048576"), "--tmpfs");
	find(words, n, "/srv/x y");
	check_str(find(words, n, "--hostname"), "h'h");
	check_str(find(words, n, "--ro-bind"), "/etc/alternatives");
	word = find(words, n, "--");
	check_str(word, "one");
	check_str(word + 4, "two  2");
	check_hasnt(text, "SSH_AUTH_SOCK");
}

static void test_network(void)
{
	check_has(exported_text(NULL, FH_TARGET_BWRAP, NULL), "--unshare-net");
	check_hasnt(exported_text(WISHES("net", "host"), FH_TARGET_BWRAP, NULL),
		    "--unshare-net");
	check_hasnt(exported_text(WISHES("tty", "inherit"), FH_TARGET_BWRAP,
				  NULL), "--new-session");
}

/* Descriptors that are kept are not taken for contents; of seven four are needed. */
static void test_descriptors(void)
{
	const char *text = exported_text(
		WISHES("keep-fd", "9", "keep-fd", "7", "keep-fd", "5"),
		FH_TARGET_BWRAP, NULL);

	check_has(text, "--ro-bind-data 8 ");
	check_hasnt(text, "--ro-bind-data 9 ");
	check_hasnt(text, "--ro-bind-data 7 ");
	check_int(exported(WISHES("keep-fd", "9", "keep-fd", "7", "keep-fd",
				  "5", "keep-fd", "4"),
			   FH_TARGET_BWRAP, NULL).code, -EINVAL);
}

static const struct tap_test tests[] = {
	{ .name = "words of a program", .run = test_words },
	{ .name = "words of options", .run = test_options },
	{ .name = "networks and terminals", .run = test_network },
	{ .name = "descriptors", .run = test_descriptors },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
