/* Text from outside is printed harmless, and growth has an end. */
#include "base/text.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_grow(void)
{
	struct text text = { 0 };

	check_str(text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		text_add(&text, "%d,", i);
	check_int(text.code, 0);
	check_int(text.len, 3890);
	check_int(strlen(text_string(&text)), text.len);
	check(strncmp(text.data, "0,1,2,3,", 8) == 0);
	text_add_bytes(&text, "a\0b", 3);
	check_int(text.len, 3893);
	check_int(memcmp(text.data + 3890, "a\0b", 4), 0);
	text_done(&text);
	check_str(text_string(&text), "");
	check_int(text.len, 0);
}

/* The first failure stays, and what was there stays whole. */
static void test_limit(void)
{
	static char block[1 << 20];
	volatile size_t too_much = (size_t)-1;
	struct text text = { 0 };

	memset(block, 'a', sizeof(block));
	for (int i = 0; i < 15; i++)
		text_add_bytes(&text, block, sizeof(block));
	text_add_bytes(&text, block, sizeof(block) - 1);
	check_int(text.code, 0);
	check_int(text.len, TEXT_MAX - 1);
	text_add(&text, "b");
	check_int(text.code, -EFBIG);
	text_add_bytes(&text, "", 0);
	text_add(&text, "%s", "");
	check_int(text.code, -EFBIG);
	check_int(text.len, TEXT_MAX - 1);
	check_int(text.data[text.len - 1], 'a');
	text_done(&text);
	text_add_bytes(&text, block, too_much);
	check_int(text.code, -EFBIG);
	text_done(&text);
}

static const char *escaped(const char *string)
{
	static struct text text;

	text_done(&text);
	text_add_escaped(&text, string);
	return text_string(&text);
}

static const char *json(const char *string)
{
	static struct text text;

	text_done(&text);
	text_add_json(&text, string);
	return text_string(&text);
}

static void test_escape(void)
{
	check_str(escaped(""), "");
	check_str(escaped("plain /path"), "plain /path");
	check_str(escaped("a\nb\tc\x1b[2J\x7f"), "a\\nb\\x09c\\x1b[2J\\x7f");
	check_str(escaped("\\x1b"), "\\\\x1b"); /* not taken for an escape */
	check_str(escaped("\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7"),
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7");
	check_str(escaped("\xc2\x85"), "\\xc2\\x85"); /* C1: next line */
	check_str(escaped("\xc2\x9b"), "\\xc2\\x9b"); /* C1: like ESC [ */
}

static void test_not_utf8(void)
{
	check_str(escaped("\xff"), "\\xff");
	check_str(escaped("\x80"), "\\x80");
	check_str(escaped("\xc3"), "\\xc3");		/* cut short */
	check_str(escaped("\xe2\x82"), "\\xe2\\x82");
	check_str(escaped("\xf0\x9f\x90z"), "\\xf0\\x9f\\x90z");
	check_str(escaped("\xc0\xaf"), "\\xc0\\xaf");	/* overlong slash */
	check_str(escaped("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
	check_str(escaped("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf");
	check_str(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80"); /* surrogate */
	check_str(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
	check_str(escaped("\xf8\x88\x80\x80\x80"),
		  "\\xf8\\x88\\x80\\x80\\x80");
}

/* Marks that print as nothing or turn the direction of what follows. */
static void test_deceptive(void)
{
	static const char *const marks[] = {
		"\xe2\x80\x8b", /* zero width space */
		"\xe2\x80\x8d", /* zero width joiner */
		"\xe2\x80\x8e", /* left-to-right mark */
		"\xe2\x80\x8f", /* right-to-left mark */
		"\xe2\x80\xa8", /* line separator */
		"\xe2\x80\xaa", /* left-to-right embedding */
		"\xe2\x80\xae", /* right-to-left override */
		"\xe2\x81\xa0", /* word joiner */
		"\xe2\x81\xa6", /* left-to-right isolate */
		"\xe2\x81\xa9", /* pop directional isolate */
		"\xef\xbb\xbf", /* byte order mark */
		"\xd8\x9c",	/* Arabic letter mark */
	};

	for (size_t i = 0; i < N(marks); i++) {
		char part[8];

		check_int(utf8_printable((const unsigned char *)marks[i]), 0);
		snprintf(part, sizeof(part), "\\x%02x",
			 (unsigned char)marks[i][0]);
		check(strncmp(escaped(marks[i]), part, 4) == 0);
		check(strncmp(json(marks[i]), "\"\\u", 3) == 0);
	}
	check_int(utf8_printable((const unsigned char *)"\xe2\x80\x90"), 3);
	check_int(utf8_printable((const unsigned char *)"a"), 1);
	check_int(utf8_printable((const unsigned char *)""), 0);
}

static void test_json(void)
{
	check_str(json(""), "\"\"");
	check_str(json("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	check_str(json("\n\t\x01\x7f"), "\"\\u000a\\u0009\\u0001\\u007f\"");
	check_str(json("\xc3\xa4\xf0\x9f\x90\xa7"),
		  "\"\xc3\xa4\xf0\x9f\x90\xa7\"");
	check_str(json("\xe2\x80\xae"), "\"\\u202e\"");
	check_str(json("a\xff\xc3z"), "\"a\\ufffd\\ufffdz\"");
}

static void test_fixed(void)
{
	char ret[12];

	escape_into(ret, sizeof(ret), "");
	check_str(ret, "");
	escape_into(ret, sizeof(ret), "abcdefgh");
	check_str(ret, "abcdefgh");
	escape_into(ret, sizeof(ret), "abcdefghijklmnop");
	check_str(ret, "abcdefgh...");
	escape_into(ret, sizeof(ret), "abcd\x01\x02");
	check_str(ret, "abcd\\x01...");
	escape_into(ret, sizeof(ret), "abcdefg\xc3\xa4zzzz");
	check_str(ret, "abcdefg..."); /* a character is whole or not there */
	escape_into(ret, sizeof(ret), "abcdef\xe2\x80\xae");
	check_str(ret, "abcdef...");
}

/* Whatever the size, it is kept and ended. */
static void test_fixed_sizes(void)
{
	static const char *const strings[] = { "", "abcdefghijklmnop",
					       "\x01\x02\x03\x04",
					       "\xc3\xa4\xc3\xa4\xc3\xa4" };

	for (size_t size = 1; size <= 24; size++)
		for (size_t i = 0; i < N(strings); i++) {
			char ret[32];

			memset(ret, '#', sizeof(ret));
			escape_into(ret, size, strings[i]);
			check(memchr(ret, '\0', size) != NULL);
			for (size_t k = size; k < sizeof(ret); k++)
				check_int(ret[k], '#');
		}
}

static const struct tap_test tests[] = {
	{ .name = "text grows", .run = test_grow },
	{ .name = "growth has an end that is remembered", .run = test_limit },
	{ .name = "control characters are escaped", .run = test_escape },
	{ .name = "what is not UTF-8 is escaped", .run = test_not_utf8 },
	{ .name = "deceptive marks are escaped", .run = test_deceptive },
	{ .name = "JSON strings", .run = test_json },
	{ .name = "a fixed buffer is cut visibly", .run = test_fixed },
	{ .name = "a fixed buffer is never overrun", .run = test_fixed_sizes },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
