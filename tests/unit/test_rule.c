/* Options are words that a shell takes back for what was meant. */
#include "plan/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static const char *const values[] = {
	"/plain/path-1.2_3", "/a b", "/it's", "/$HOME/`x`", "/a\"b\\c", "*",
	"", "/new\nline", "/\x1b[31m", "/\xff\xfe", "/\xc3\xa4", "/'\n\\'",
	"-x", "~", "/a;b&c|d", "\x01" "23", "/back\\slash", "/\\'", "/end\\",
};

/* Names that try to get out of the quotes, each of another shell's. */
static const char *const hostile[] = {
	"/$(touch got-out)", "/'$(touch got-out)'", "/\n'$(touch got-out)'",
	"/\\'; touch got-out; '", "/\\'; touch got-out; #", "/';touch got-out;'",
	"/\n\\'; touch got-out; '", "/`touch got-out`\n", "/\"; touch got-out; \"",
	"/\\\n$(touch got-out)\\", "/'\n';touch got-out;'",
	"/\xff'; touch got-out #", "/a\ntouch got-out\n",
};

/* Whatever they make of $'...': nothing is executed. */
static void check_shell(const char *shell, const char *value)
{
	autotext option = { 0 }, command = { 0 };

	rule_add_option(&option, "-r", value);
	rule_add_option(&option, "-w", value);
	text_add(&command, "exec %s -c \"$COMMAND\" </dev/null >/dev/null 2>&1",
		 shell);
	/* A closing quote that the user may add. */
	for (int i = 0; i < 2; i++) {
		autotext line = { 0 };

		text_add(&line, "printf %%s %s%s", text_string(&option),
			 i ? " '" : "");
		setenv("COMMAND", text_string(&line), 1);
		if (system(text_string(&command)) >= 0 &&
		    access("got-out", F_OK) == 0)
			tap_fail(__FILE__, __LINE__, "%s executes %s", shell,
				 text_string(&option));
	}
}

static void test_shells(void)
{
	static const char *const shells[] = { "bash", "dash", "zsh", "fish",
					      "ksh", "busybox sh" };
	char directory[] = "/tmp/ruleXXXXXX";

	check(mkdtemp(directory) && chdir(directory) == 0);
	/* The control: a name that is not quoted. */
	check_int(system("printf %s /$(touch got-out) >/dev/null"), 0);
	check_int(unlink("got-out"), 0);
	for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
		for (size_t j = 0; j < sizeof(hostile) / sizeof(*hostile); j++)
			check_shell(shells[i], hostile[j]);
	check_int(rmdir(directory), 0);
}

/* bash prints the word that it read. */
static void check_word(const char *value)
{
	autotext option = { 0 }, command = { 0 };
	char got[256];
	FILE *shell;
	size_t n;

	rule_add_option(&option, "-r", value);
	check(strncmp(text_string(&option), "-r ", 3) == 0);
	for (const char *p = text_string(&option); *p; p++)
		check((unsigned char)*p >= ' ');
	text_add(&command, "printf %%s %s", text_string(&option) + 3);
	setenv("COMMAND", text_string(&command), 1);
	shell = popen("exec bash -c \"$COMMAND\"", "r");
	check(shell);
	n = fread(got, 1, sizeof(got) - 1, shell);
	got[n] = '\0';
	pclose(shell);
	check_str(got, value);
}

static void test_words(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		check_word(values[i]);
}

static void test_access(void)
{
	autotext option = { 0 };

	check_str(rule_access_option(FH_READ), "-r");
	check_str(rule_access_option(FH_READ | FH_WRITE), "-w");
	check_str(rule_access_option(FH_READ | FH_EXEC), "-x");
	rule_add_option(&option, "-r", "/a");
	rule_add_option(&option, "-w", "/b");
	check_str(text_string(&option), "-r /a -w /b");
}

static const struct tap_test tests[] = {
	{ .name = "a shell reads the very path", .run = test_words },
	{ .name = "no shell executes what a name says", .run = test_shells,
	  .seconds = 60 },
	{ .name = "options name the access", .run = test_access },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
