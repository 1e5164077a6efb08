/* What the caller's log is told is one harmless line. */
#include "base/log.h"
#include "tap.h"

struct told {
	int n;
	enum fh_log_level level;
	char message[2048];
};

static void note(void *ctx, enum fh_log_level level, const char *message)
{
	struct told *told = ctx;

	told->n++;
	told->level = level;
	snprintf(told->message, sizeof(told->message), "%s", message);
}

static void test_told(void)
{
	struct told told = { 0 };
	const struct fh_log log = { note, &told };

	log_tell(&log, FH_LOG_INFO, "%s: %d", "a\nb\033", 7);
	check_int(told.n, 1);
	check_int(told.level, FH_LOG_INFO);
	check_str(told.message, "a\\x0ab\\x1b: 7");
	log_tell(&log, FH_LOG_WARNING, "next");
	check_int(told.n, 2);
	check_int(told.level, FH_LOG_WARNING);
	check_str(told.message, "next");
}

static void test_long(void)
{
	static char bells[4096];
	struct told told = { 0 };
	const struct fh_log log = { note, &told };
	size_t len;

	memset(bells, '\a', sizeof(bells) - 1);
	log_tell(&log, FH_LOG_INFO, "%s", bells);
	len = strlen(told.message);
	check(len > 900 && len < 1024);
	check_str(told.message + len - 7, "\\x07...");
}

static void test_nobody(void)
{
	const struct fh_log deaf = { NULL, NULL };

	log_tell(NULL, FH_LOG_INFO, "%d", 1);
	log_tell(&deaf, FH_LOG_INFO, "%d", 1);
}

static const struct tap_test tests[] = {
	{ .name = "told, with its level, escaped", .run = test_told },
	{ .name = "what is too long is cut", .run = test_long },
	{ .name = "nobody listens", .run = test_nobody },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
