/* An error says what happened, escaped, bounded, and only once. */
#include "base/error.h"
#include "invented.h"

static void test_fill(void)
{
	struct fh_error err;

	memset(&err, 'x', sizeof(err));
	check_int(error_set(&err, FH_STAGE_PLAN, -ENOENT, "open %s", "/a"),
		  -ENOENT);
	check_int(err.code, -ENOENT);
	check_int(err.stage, FH_STAGE_PLAN);
	check_int(err.step, 0);
	check_str(err.what, "open /a");
	check_str(err.remedy, "");
	check_str(err.origin, "");
	error_remedy(&err, "create %s", "/a");
	check_str(err.remedy, "create /a");
	/* The next failure leaves nothing of the one before. */
	error_set(&err, FH_STAGE_EXEC, -EPERM, "run");
	check_str(err.what, "run");
	check_str(err.remedy, "");
}

static void test_origin(void)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, -EINVAL, "no");
	error_origin(&err, "--read\n");
	check_str(err.origin, "--read\\x0a");
	error_origin(&err, "--write"); /* whoever is nearer was first */
	check_str(err.origin, "--read\\x0a");
}

static void test_null(void)
{
	check_int(error_set(NULL, FH_STAGE_PLAN, -EPERM, "x %d", 1), -EPERM);
	error_remedy(NULL, "x");
	error_origin(NULL, "x");
}

static void test_hostile(void)
{
	struct fh_error err;

	error_set(&err, FH_STAGE_PARSE, -EINVAL, "open %s",
		"/\x1b]0;title\x07\r\n\xff");
	check_str(err.what, "open /\\x1b]0;title\\x07\\x0d\\x0a\\xff");
	error_remedy(&err, "see %s", "\xe2\x80\xae" "txt.exe");
	check_str(err.remedy, "see \\xe2\\x80\\xaetxt.exe");
}

static void test_long(void)
{
	static char name[10000];
	struct fh_error err;

	memset(name, 'a', sizeof(name) - 1);
	error_set(&err, FH_STAGE_PARSE, -EINVAL, "%s", name);
	check(strlen(err.what) < FH_ERROR_WHAT_MAX);
	check_str(err.what + strlen(err.what) - 4, "a...");
	check(strlen(err.what) > FH_ERROR_WHAT_MAX - 8);
	memset(name, '\x01', sizeof(name) - 1);
	error_remedy(&err, "%s", name);
	check(strlen(err.remedy) < FH_ERROR_REMEDY_MAX);
	/* An escape is whole or not there. */
	check_str(err.remedy + strlen(err.remedy) - 7, "\\x01...");
	error_origin(&err, name);
	check(strlen(err.origin) < FH_ERROR_ORIGIN_MAX);
}

static const struct tap_test tests[] = {
	{ .name = "a failure replaces the one before", .run = test_fill },
	{ .name = "the first origin stays", .run = test_origin },
	{ .name = "nobody has to listen", .run = test_null },
	{ .name = "names from outside are escaped", .run = test_hostile },
	{ .name = "long names are cut visibly", .run = test_long },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
