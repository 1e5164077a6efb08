/* The account of a run goes whole or not at all to where it shall. */
#include <sys/stat.h>

#include "invented.h"
#include "report_file.h"

static struct fh_policy *policy;
static struct fh_plan *plan;
static const struct fh_result result = { .reason = FH_END_EXITED };
static char *argv[] = { "/bin/true", NULL };

static void make(const char *wish)
{
	struct fh_kernel kernel = invented_kernel(7);

	policy = invented_policy(wish ? WISHES("report", wish) : NULL);
	plan = invented_plan(policy, &kernel);
}

static const char *slurp(int fd)
{
	static char buffer[65536];
	ssize_t n = read(fd, buffer, sizeof(buffer) - 1);

	check(n >= 0);
	buffer[n] = '\0';
	return buffer;
}

static void make_directory(char ret[4000])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(ret, 4000, "%s/report.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(ret) != NULL);
}

/* In place of what was there, and nothing beside it. */
static void test_file(void)
{
	char dir[4000], path[4096], wish[4200];
	struct fh_error err = { 0 };
	struct report report;
	struct stat st;
	int fd;

	make_directory(dir);
	snprintf(path, sizeof(path), "%s/r", dir);
	snprintf(wish, sizeof(wish), "json=%s", path);
	make(wish);
	check_int(report_open(policy, &report, &err), 0);
	check(report.is_wanted && report.format == FH_JSON);
	check_str(report.path, path);
	check_int(report.fd, -1); /* a file is written under another name */
	check_int(symlink("/dev/null", path), 0);
	check_int(report_write_failure(&report, plan, &result, argv, &err), 0);
	check_int(lstat(path, &st), 0);
	check(S_ISREG(st.st_mode)); /* the link was replaced, not followed */
	check_int(st.st_mode & 0777, 0600);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check_has(slurp(fd), "{\n  \"schema\": \"fumehood-report-1\"");
	check_has(slurp(fd), ""); /* and that was all of it */
	check_int(unlink(path), 0);
	check_int(rmdir(dir), 0); /* nothing else is there */
	check_int(report_write_failure(&report, plan, &result, argv, &err), -ENOENT);
	check_has(err.what, path);
	report_done(&report);
	check_int(report_open(policy, &report, &err), -ENOENT);
	check_has(err.what, path);
	report_done(&report);
	report_done(&report);
}

static void test_pipe(void)
{
	char dir[4000], path[4096], wish[4200];
	struct fh_error err = { 0 };
	struct report report;
	int fd;

	make_directory(dir);
	snprintf(path, sizeof(path), "%s/pipe", dir);
	snprintf(wish, sizeof(wish), "text=%s", path);
	make(wish);
	check_int(mkfifo(path, 0600), 0);
	check_int(report_open(policy, &report, &err), -ENXIO); /* no reader */
	report_done(&report);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	check_int(report_open(policy, &report, &err), 0);
	check(report.fd >= 0);
	check_int(report_write_failure(&report, plan, &result, argv, &err), 0);
	check_has(slurp(fd), "Result: exited, exit code 0\n");
	report_done(&report);
	unlink(path);
	rmdir(dir);
}

static void test_streams(void)
{
	static const char *const wishes[] = { NULL, "none", "text", "json" };
	static const char *const begins[] = { "", "", "Result: ", "{\n" };

	for (size_t i = 0; i < N(wishes); i++) {
		struct fh_error err = { 0 };
		struct report report;
		int ends[2], saved = dup(STDERR_FILENO);
		const char *text;

		make(wishes[i]);
		check_int(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
		check_int(report_open(policy, &report, &err), 0);
		check_int(report.is_wanted, i > 1);
		check(!report.path && report.fd < 0);
		dup2(ends[1], STDERR_FILENO);
		check_int(report_write_failure(&report, plan, &result, argv, &err), 0);
		dup2(saved, STDERR_FILENO);
		close(ends[1]);
		text = slurp(ends[0]);
		check(strncmp(text, begins[i], strlen(begins[i])) == 0);
		check(i > 1 || !*text);
		report_done(&report);
	}
}

static const struct tap_test tests[] = {
	{ .name = "a file", .run = test_file },
	{ .name = "a pipe", .run = test_pipe },
	{ .name = "standard error, or nowhere", .run = test_streams },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
