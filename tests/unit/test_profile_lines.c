/* The lines of a profile: what is one, what is none, and where it stands. */
#include <sys/stat.h>

#include "base/text.h"
#include "profile/profile_lines.h"
#include "policy/policy.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fh_error err;
static struct text told;

static int note(void *ctx, const struct profile_line *line,
		struct fh_error *e)
{
	check(ctx == &told);
	text_add(&told, "[%s] %s=%s @%u:%u:%u|", line->section, line->name,
		 line->value, line->line, line->name_column,
		 line->value_column);
	return 0;
}

/* Exactly as many bytes as there are: a read or write beyond is seen by the
 * sanitizers. */
static int read_bytes(const char *bytes, size_t n)
{
	char *copy = malloc(n + !n);
	int r;

	text_done(&told);
	memset(&err, 0, sizeof(err));
	check(copy);
	memcpy(copy, bytes, n);
	r = profile_lines("p", copy, n, note, &told, &err);
	free(copy);
	return r;
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static const char *const accepted[][2] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "# a\n ; b\n\t\n", "" },
	{ "[a]\nb = c\n", "[a] b=c @2:1:5|" },
	{ "[a]\nb=c", "[a] b=c @2:1:3|" },
	{ " [a] \n\tb\t=  c d \t\n", "[a] b=c d @2:2:7|" },
	{ "[a]\nb =\n", "[a] b= @2:1:4|" },
	{ "[a]\nb = c # d ; e = f\n", "[a] b=c # d ; e = f @2:1:5|" },
	{ "[a0]\nb0 = \\x4F\\x4f\\xFF\n", "[a0] b0=OO\377 @2:1:6|" },
	{ "[a]\nb = \\x20\\\\\\x7e\\x20\n", "[a] b= \\~  @2:1:5|" },
	{ "[a]\nb = 1\nb = 2\n[c-d]\nb-2 = 3\n",
	  "[a] b=1 @2:1:5|[a] b=2 @3:1:5|[c-d] b-2=3 @5:1:7|" },
	{ "[a]\nb = \303\244\377\n", "[a] b=\303\244\377 @2:1:5|" },
};

static void test_accepted(void)
{
	for (size_t i = 0; i < N(accepted); i++) {
		if (read_text(accepted[i][0]) < 0)
			tap_fail(__FILE__, __LINE__, "%zu: %s", i, err.what);
		check_str(text_string(&told), accepted[i][1]);
	}
}

static const char *const refused[][2] = {
	{ "b = c\n", "p:1:1: a setting before" },
	{ "[a\n", "p:1:3: not a section" },
	{ "[]\n", "p:1:2: not a section" },
	{ "[A]\n", "p:1:2: not a section" },
	{ "[a] b = c\n", "p:1:3: not a section" },
	{ "[a]\nb\n", "p:2:2: neither" },
	{ "[a]\nb c = d\n", "p:2:3: neither" },
	{ "[a]\n= d\n", "p:2:1: neither" },
	{ "[a]\nb: c\n", "p:2:2: neither" },
	{ "[a]\r\n", "p:1:4: a carriage return" },
	{ "[a]\nb = c\001\n", "p:2:6: a control character" },
	{ "# \177\n", "p:1:3: a control character" },
	{ "[a]\nb = \\t\n", "p:2:5: no such escape" },
	{ "[a]\nb = c\\\n", "p:2:6: no such escape" },
	{ "[a]\nb = \\x0\n", "p:2:5: no such escape" },
	{ "[a]\nb = \\x00\n", "p:2:5: no such escape" },
	{ "[a]\nb = \\xg0\n", "p:2:5: no such escape" },
	{ "\357\273\277[a]\n", "p:1:1: neither" },
};

static void test_refused(void)
{
	for (size_t i = 0; i < N(refused); i++) {
		check_int(read_text(refused[i][0]), -EINVAL);
		if (strncmp(err.what, refused[i][1], strlen(refused[i][1])))
			tap_fail(__FILE__, __LINE__, "%zu: %s", i, err.what);
		check_int(err.code, -EINVAL);
	}
	check_int(read_bytes("[a]\nb = \0c\n", 11), -EINVAL);
	check_str(err.what, "p:2:5: a control character");
}

static void test_limits(void)
{
	static char text[PROFILE_LINE_MAX + 16];
	size_t n = PROFILE_LINE_MAX;

	memset(text, 'x', sizeof(text));
	memcpy(text, "[a]\nb=", 6);
	text[4 + n] = '\n';
	check_int(read_bytes(text, 4 + n + 1), 0);
	check_int(read_bytes(text, 4 + n), 0);
	check(told.len > n);
	text[4 + n] = 'x';
	check_int(read_bytes(text, 4 + n + 1), -E2BIG);
	check(strstr(err.what, "p:2:8193: a line of more than 8192 bytes"));
	text[4 + n + 1] = '\n';
	check_int(read_bytes(text, 4 + n + 2), -E2BIG);
	/* What stood before was told. */
	check_int(told.len, 0);
}

static const char whole[] =
	"# one\n[profile]\ndescription = \\x20a\\\\\n\n[broker]\n"
	"  bind = tcp:80 when=starting\n; two\n[monitor]\nread = /etc\n";

static void test_truncated(void)
{
	size_t n_errors = 0;

	for (size_t n = 0; n <= sizeof(whole) - 1; n++) {
		int r = read_bytes(whole, n);

		check(r == 0 || r == -EINVAL);
		check(r == 0 || strncmp(err.what, "p:", 2) == 0);
		n_errors += r < 0;
	}
	check(n_errors > 30);
	check_int(read_bytes(whole, sizeof(whole) - 1), 0);
}

/* Each byte replaced by each other one. */
static void test_mangled(void)
{
	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		for (int c = 0; c < 256; c++) {
			char copy[sizeof(whole)];
			int r;

			memcpy(copy, whole, sizeof(whole));
			copy[i] = (char)c;
			r = read_bytes(copy, sizeof(whole) - 1);
			check(r == 0 || r == -EINVAL);
		}
	}
}

static int stop(void *ctx, const struct profile_line *line, struct fh_error *e)
{
	++*(int *)ctx;
	return -ENOTTY;
}

static void test_stopped(void)
{
	char text[] = "[a]\nb = 1\nb = 2\n";
	int n = 0;

	check_int(profile_lines("p", text, sizeof(text) - 1, stop, &n, &err),
		  -ENOTTY);
	check_int(n, 1);
}

static int set(void *ctx, const struct profile_line *line, struct fh_error *e)
{
	return policy_set(ctx, line->name, line->value, "p", e);
}

/* What is printed of a policy reads back, whatever is in its values. */
static void test_policy(void)
{
	static const char *const values[][2] = {
		{ "read", "/a b" },	    { "read", "/a\\b\nc\001" },
		{ "env", "A= b " },	    { "env", "A=  " },
		{ "env", "B=\303\244\377" }, { "env", "C=\t" },
		{ "cpu-time", "90s" },	    { "keep-cap", "CAP_KILL" },
	};
	struct fh_policy *a = policy_new(), *b = policy_new();
	autotext first = { 0 }, second = { 0 }, copy = { 0 };

	for (size_t i = 0; i < N(values); i++)
		check_int(policy_set(a, values[i][0], values[i][1], "p", &err),
			  0);
	check_int(policy_print(a, &first), 0);
	text_add(&copy, "%s", text_string(&first));
	if (profile_lines("p", copy.data, copy.len, set, b, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	check_int(policy_print(b, &second), 0);
	check_str(text_string(&second), text_string(&first));
	check_str(b->env.names[0], "A= b ");
	check_str(b->env.names[1], "A=  ");
	policy_free(a);
	policy_free(b);
}

/* --- files ---------------------------------------------------------------- */

static char path[64];

static void write_profile(const char *text, size_t n, mode_t mode)
{
	int fd;

	snprintf(path, sizeof(path), "/tmp/profile-%d", (int)getpid());
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	check(fd >= 0);
	check_int(write(fd, text, n), n);
	check_int(fchmod(fd, mode), 0);
	close(fd);
}

static int read_file(const char *name)
{
	text_done(&told);
	memset(&err, 0, sizeof(err));
	return profile_lines_of(name, note, &told, &err);
}

static void test_file(void)
{
	char link[80];

	write_profile("[a]\nb = c\n", 10, 0644);
	check_int(read_file(path), 0);
	check_str(text_string(&told), "[a] b=c @2:1:5|");
	/* Where a link leads is what counts. */
	snprintf(link, sizeof(link), "%s.link", path);
	unlink(link);
	check_int(symlink(path, link), 0);
	check_int(read_file(link), 0);
	check_int(chmod(path, 0664), 0);
	check_int(read_file(path), -EACCES);
	check_int(read_file(link), -EACCES);
	check(strstr(err.what, "written by others"));
	check_int(chmod(path, 0646), 0);
	check_int(read_file(path), -EACCES);
	unlink(link);
	unlink(path);
	check_int(read_file(path), -ENOENT);
	check_int(read_file("/tmp"), -EACCES);
	check(strstr(err.what, "not a regular file"));
	check_int(mkfifo(path, 0600), 0);
	check_int(read_file(path), -EACCES);
	unlink(path);
}

static void test_large(void)
{
	static char text[PROFILE_SIZE_MAX + 1];

	memset(text, '\n', sizeof(text));
	write_profile(text, sizeof(text), 0600);
	check_int(read_file(path), -EFBIG);
	write_profile(text, sizeof(text) - 1, 0600);
	check_int(read_file(path), 0);
	unlink(path);
}

static const struct tap_test tests[] = {
	{ .name = "lines are told with where they stand",
	  .run = test_accepted },
	{ .name = "what is no line is refused where it is", .run = test_refused },
	{ .name = "a line has an end", .run = test_limits },
	{ .name = "a file that breaks off anywhere", .run = test_truncated },
	{ .name = "any byte anywhere", .run = test_mangled },
	{ .name = "who is told can stop it", .run = test_stopped },
	{ .name = "a printed policy reads back", .run = test_policy },
	{ .name = "files that can be trusted, and others", .run = test_file },
	{ .name = "a file has an end", .run = test_large },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
