/* Rows of /proc/PID/stat are read right, whatever a process calls itself, and
 * what belongs together is added up. */
#include "supervise/process_table.h"
#include "tap.h"

#define REST " S 41 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 999 4096 77 18446744073709551615 0"

static void check_row(const char *name, const char *shown)
{
	char line[512];
	struct process_row row;

	snprintf(line, sizeof(line), "42 (%s)" REST, name);
	check_int(process_row_parse(line, &row), 0);
	check_int(row.pid, 42);
	check_int(row.parent, 41);
	check_str(row.name, shown);
	check_int(row.cpu_ticks, 5 + 6 + 7 + 8);
	check_int(row.started, 999);
	check_int(row.resident, 77);
}

static void test_names(void)
{
	check_row("cat", "cat");
	check_row("", "");
	check_row("fumehood-init", "fumehood-init");
	check_row("x) R 1 1 (", "x) R 1 1 (");
	check_row(") S 0 0 0 0 0", ") S 0 0 0 0 0");
	check_row(")))))", ")))))");
	check_row("((((", "((((");
	check_row("a\n9 (b) S 7", "a\n9 (b) S 7");
	check_row(" \t ", " \t ");
	check_row("\xff\x1b", "\xff\x1b");
	/* Kernel threads have longer ones. */
	check_row("kworker/u8:2-events", "kworker/u8:2-ev");
}

static void test_cut(void)
{
	const char *whole = "42 (cat)" REST;
	struct process_row row = { .pid = 7 };
	size_t least = (size_t)(strstr(whole, " 77") + 3 - whole);
	char line[512];

	for (size_t len = 0; len < least - 2; len++) {
		snprintf(line, sizeof(line), "%.*s", (int)len, whole);
		check_int(process_row_parse(line, &row), -EBADMSG);
		check_int(row.pid, 7); /* written on success alone */
	}
	snprintf(line, sizeof(line), "%.*s", (int)least, whole);
	check_int(process_row_parse(line, &row), 0);
	check_int(row.resident, 77);
	check_int(process_row_parse("42 cat S 1", &row), -EBADMSG);
	check_int(process_row_parse("42 )cat( S 1", &row), -EBADMSG);
}

/* Init 10 has 11 and 12, 12 has 13; 20 is another's; 30 and 31 are a circle, as
 * numbers that were used again could make one; of 40 the parent is not there. */
static struct process_row rows[] = {
	{ .pid = 1, .parent = 0, .cpu_ticks = 1000, .resident = 1000 },
	{ .pid = 10, .parent = 1, .cpu_ticks = 1, .resident = 1 },
	{ .pid = 11, .parent = 10, .cpu_ticks = 2, .resident = 2 },
	{ .pid = 12, .parent = 10, .cpu_ticks = 4, .resident = 4 },
	{ .pid = 13, .parent = 12, .cpu_ticks = 8, .resident = 8 },
	{ .pid = 20, .parent = 1, .cpu_ticks = 16, .resident = 16 },
	{ .pid = 30, .parent = 31, .cpu_ticks = 32, .resident = 32 },
	{ .pid = 31, .parent = 30, .cpu_ticks = 64, .resident = 64 },
	{ .pid = 40, .parent = 39, .cpu_ticks = 128, .resident = 128 },
};
static struct process_table table = { rows, 9 };

static void check_usage(pid_t init, uint64_t n, uint64_t pages)
{
	struct fh_usage usage;

	memset(&usage, 0xa5, sizeof(usage));
	process_table_usage(&table, init, &usage);
	check_int(usage.processes, n);
	check_int(usage.memory, pages * (uint64_t)sysconf(_SC_PAGESIZE));
	check_int(usage.wall_us, 0);
	check(n == 0 || usage.cpu_us >= pages * 1000000 /
						(uint64_t)sysconf(_SC_CLK_TCK));
}

static void test_usage(void)
{
	check_usage(10, 4, 15);
	check_usage(12, 2, 12);
	check_usage(13, 1, 8);
	check_usage(20, 1, 16);
	check_usage(10, 4, 15); /* the marks of before are gone */
	check_usage(31, 2, 96);
	check_usage(40, 1, 128);
	check_usage(99, 0, 0);
}

static void test_self(void)
{
	struct process_table real;
	struct fh_usage usage;
	const struct process_row *row;

	check_int(process_table_read(&real), 0);
	row = process_table_find(&real, getpid());
	check(row != NULL);
	check_int(row->parent, getppid());
	check(row->resident > 0 && row->started > 0);
	check(!process_table_find(&real, INT32_MAX));
	process_table_usage(&real, getpid(), &usage);
	check_int(usage.processes, 1);
	process_table_done(&real);
	process_table_done(&real);
}

static const struct tap_test tests[] = {
	{ .name = "whatever it calls itself", .run = test_names },
	{ .name = "a row that is cut off", .run = test_cut },
	{ .name = "what belongs together", .run = test_usage },
	{ .name = "ourselves", .run = test_self },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
