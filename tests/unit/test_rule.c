/* Options are words that a shell takes back for what was meant. */
#include "plan/rule.h"

#include <stdio.h>

#include "tap.h"

static const char *const values[] = {
	"/plain/path-1.2_3", "/a b", "/it's", "/$HOME/`x`", "/a\"b\\c", "*",
	"", "/new\nline", "/\x1b[31m", "/\xff\xfe", "/\xc3\xa4", "/'\n\\'",
	"-x", "~", "/a;b&c|d", "\x01" "23",
};

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
	{ .name = "options name the access", .run = test_access },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
