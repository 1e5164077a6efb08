/* JSON: what is read, what is refused, and where it stands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/json_read.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;
static struct fh_error err;

/* A copy that is exactly as long, so that a byte too far is seen. */
static int read_bytes(const char *bytes, size_t size, const struct json **ret)
{
	char *copy = malloc(size + !size);
	int r;

	check(copy != NULL);
	memcpy(copy, bytes, size);
	memset(&err, 0, sizeof(err));
	r = json_read("f", copy, size, &arena, ret, &err);
	free(copy);
	return r;
}

static const struct json *read_ok(const char *text)
{
	const struct json *value = NULL;
	int r = read_bytes(text, strlen(text), &value);

	if (r)
		tap_fail(__FILE__, __LINE__, "%s: %s", text, err.what);
	check(value != NULL);
	return value;
}

static void test_values(void)
{
	static const struct {
		const char *text;
		enum json_type type;
	} rows[] = {
		{ "null", JSON_NULL },	{ " true\n", JSON_TRUE },
		{ "false", JSON_FALSE }, { "0", JSON_NUMBER },
		{ "\"\"", JSON_STRING }, { "[]", JSON_ARRAY },
		{ "\t{ }\r\n", JSON_OBJECT }, { "[ ]", JSON_ARRAY },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_int(read_ok(rows[i].text)->type, rows[i].type);
}

static void test_numbers(void)
{
	static const struct {
		const char *text;
		bool is_whole, is_negative;
		uint64_t magnitude;
	} rows[] = {
		{ "0", true, false, 0 },
		{ "-0", true, true, 0 },
		{ "-17", true, true, 17 },
		{ "18446744073709551615", true, false, UINT64_MAX },
		{ "18446744073709551616", false, false, 0 },
		{ "99999999999999999999999", false, false, 0 },
		{ "1.0", false, false, 1 },
		{ "1e3", false, false, 1 },
		{ "-1.5E-3", false, true, 1 },
		{ "0.5e+1", false, false, 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		const struct json *value = read_ok(rows[i].text);

		check_int(value->is_whole, rows[i].is_whole);
		check_int(value->is_negative, rows[i].is_negative);
		if (value->is_whole)
			check(value->magnitude == rows[i].magnitude);
	}
}

static void test_strings(void)
{
	static const char *const rows[][2] = {
		{ "\"abc\"", "abc" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\"", "Aé€" },
		{ "\"\\ud83d\\ude00\"", "😀" },
		{ "\"é€😀\"", "é€😀" },
		{ "\"\x7f\"", "\x7f" },
	};

	for (size_t i = 0; i < N(rows); i++)
		check_str(read_ok(rows[i][0])->string, rows[i][1]);
}

static void test_tree(void)
{
	const struct json *top = read_ok(
		"{\"a\": [1, {\"b\": \"x\"}, []],\n \"c\": null}");
	const struct json *a = json_find(top, "a");

	check(a && a->type == JSON_ARRAY && a->line == 1 && a->column == 7);
	check_int(a->first->magnitude, 1);
	check_str(json_find(a->first->next, "b")->string, "x");
	check_int(a->first->next->next->type, JSON_ARRAY);
	check(!a->first->next->next->next);
	check(json_find(top, "c")->line == 2 &&
	      json_find(top, "c")->column == 7);
	check(!json_find(top, "b") && !json_find(a, "a"));
}

static void test_refused(void)
{
	static const struct {
		const char *text, *what;
	} rows[] = {
		{ "", "f:1:1: no value" },
		{ " \n ", "f:2:2: no value" },
		{ "nul", "f:1:1: no value" },
		{ "+1", "f:1:1: no value" },
		{ "-", "f:1:2: no value" },
		{ ".5", "f:1:1: no value" },
		{ "01", "f:1:1: a number that begins with 0" },
		{ "-01", "f:1:2: a number that begins with 0" },
		{ "1.", "f:1:3: a digit is needed" },
		{ "1e", "f:1:3: a digit is needed" },
		{ "1e+", "f:1:4: a digit is needed" },
		{ "1 2", "f:1:3: more than one value" },
		{ "[1,]", "f:1:4: no value" },
		{ "[1 2]", "f:1:4: a comma or a bracket is needed" },
		{ "[1}", "f:1:3: a comma or a bracket is needed" },
		{ "[", "f:1:2: no value" },
		{ "{", "f:1:2: a name in quotes is needed" },
		{ "{a:1}", "f:1:2: a name in quotes is needed" },
		{ "{\"a\"}", "f:1:5: a colon is needed" },
		{ "{\"a\":1,}", "f:1:8: a name in quotes is needed" },
		{ "{\"a\":1,\n\"a\":2}", "f:2:1: a name for the second time" },
		{ "{\"a\":1,\"\\u0061\":2}",
		  "f:1:8: a name for the second time" },
		{ "\"abc", "f:1:5: a string without an end" },
		{ "\"\\", "f:1:3: no such escape" },
		{ "\"\\x\"", "f:1:3: no such escape" },
		{ "\"\\u12g4\"", "f:1:6: four hexadecimal digits are needed" },
		{ "\"\\ud83d\"", "f:1:2: half a surrogate pair" },
		{ "\"\\ud83d\\u0041\"", "f:1:2: half a surrogate pair" },
		{ "\"\\ude00\"", "f:1:2: half a surrogate pair" },
		{ "\"\\u0000\"", "f:1:2: U+0000 in a string" },
		{ "\"a\nb\"", "f:1:3: a control character in a string" },
		{ "\"\xff\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xc0\x80\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xed\xa0\x80\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xe0\x80\x80\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xf0\x80\x80\x80\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xf4\x90\x80\x80\"", "f:1:2: bytes that are no UTF-8" },
		{ "\"\xe2\x82", "f:1:2: bytes that are no UTF-8" },
		{ "'a'", "f:1:1: no value" },
		{ "[1] // x", "f:1:5: more than one value" },
		{ "\xef\xbb\xbf{}", "f:1:1: no value" },
	};
	const struct json *value = NULL;

	for (size_t i = 0; i < N(rows); i++) {
		check_int(read_bytes(rows[i].text, strlen(rows[i].text),
				     &value), -EINVAL);
		check_str(err.what, rows[i].what);
		check_int(err.code, -EINVAL);
		check(!value);
	}
	/* A NUL is a byte like others. */
	check_int(read_bytes("{}\0", 3, &value), -EINVAL);
}

/* Opening brackets, values, names: as many as may be, and one more. */
static int repeated(char what, size_t n)
{
	const struct json *value;
	char *text = malloc(n * 16 + 64), *at = text;
	int r;

	check(text != NULL);
	at += sprintf(at, "%s", what == '{' ? "{\"\":0"
				: what == ',' ? "[0" : "");
	for (size_t i = 0; i < n; i++)
		at += what == '{' ? sprintf(at, ",\"%zu\":0", i)
		    : what == ',' ? sprintf(at, ",0")
				  : sprintf(at, "[");
	for (size_t i = 0; what == '[' && i < n; i++)
		*at++ = ']';
	at += sprintf(at, "%s", what == '{' ? "}" : what == ',' ? "]" : "");
	r = read_bytes(text, (size_t)(at - text), &value);
	free(text);
	return r;
}

static void test_bounds(void)
{
	check_int(repeated('[', JSON_DEPTH_MAX), 0);
	check_int(repeated('[', JSON_DEPTH_MAX + 1), -EINVAL);
	check_str(err.what, "f:1:65: nested too deeply");
	check_int(repeated(',', JSON_VALUES_MAX - 2), 0);
	check_int(repeated(',', JSON_VALUES_MAX - 1), -EINVAL);
	check_int(repeated('{', JSON_NAMES_MAX - 1), 0);
	check_int(repeated('{', JSON_NAMES_MAX), -EINVAL);
}

/* No beginning of a text is one, and none is read beyond. */
static void test_truncated(void)
{
	static const char text[] = "{\"a\": [1, -2.5e3, \"\\u00e9\\ud83d\\ude00 "
				   "é\", true], \"b\": {\"c\": null}}";
	const struct json *value;

	for (size_t n = 0; n < sizeof(text) - 1; n++)
		check_int(read_bytes(text, n, &value), -EINVAL);
	check_int(read_bytes(text, sizeof(text) - 1, &value), 0);
}

static const struct tap_test tests[] = {
	{ .name = "values", .run = test_values },
	{ .name = "numbers", .run = test_numbers },
	{ .name = "strings", .run = test_strings },
	{ .name = "arrays and objects", .run = test_tree },
	{ .name = "what is refused, and where", .run = test_refused },
	{ .name = "bounds", .run = test_bounds },
	{ .name = "every beginning of a text", .run = test_truncated },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
