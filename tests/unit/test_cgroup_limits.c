/* Limits are written and believed only as they are read back; accounts are read with what
 * is missing left out. On plain files in the place of a cgroup's. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cgroup/cgroup_parts.h"
#include "own_tree.h"

#define NONE CGROUP_UNLIMITED

static int dir = -1;

static void begin(void)
{
	make_top(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	dir = cgroup_open_dir(AT_FDCWD, top);
	check(dir >= 0);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in(name), "w");

	check(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static const char *text_of(const char *name)
{
	static char text[128];
	FILE *file = fopen(in(name), "r");
	size_t n;

	check(file != NULL);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static struct cgroup_wish wish_for_nothing(void)
{
	return (struct cgroup_wish){ NONE, NONE, NONE, NONE, NONE };
}

static void test_nothing(void)
{
	struct cgroup_wish wish = wish_for_nothing();

	begin();
	check_int(cgroup_controllers_for(&wish), 0);
	check_int(cgroup_limit(dir, &wish, NULL), 0);
	wish.swap = 0;
	check_int(cgroup_controllers_for(&wish), CONTROLLER_BIT(MEMORY));
}

static void test_all(void)
{
	const struct cgroup_wish wish = { .memory = 64 << 20, .swap = 0,
					  .pids = 17, .cpus = 1500,
					  .io_weight = 50 };

	begin();
	for (const char *const *name = (const char *const[]){
		     "memory.max", "memory.swap.max", "memory.oom.group",
		     "pids.max", "cpu.max", "io.weight", NULL }; *name; name++)
		put(*name, "");
	check_int(cgroup_controllers_for(&wish), (1 << N_CONTROLLERS) - 1);
	check_int(cgroup_limit(dir, &wish, NULL), 0);
	check_str(text_of("memory.max"), "67108864");
	check_str(text_of("memory.swap.max"), "0");
	check_str(text_of("memory.oom.group"), "1");
	check_str(text_of("pids.max"), "17");
	check_str(text_of("cpu.max"), "150000 100000");
	check_str(text_of("io.weight"), "default 50");
}

/* A file that does not say what was written: a longer old text shows behind it. */
static void check_refused(const char *name, const struct cgroup_wish *wish,
			  const char *control)
{
	struct fh_error err = { 0 };

	put(name, "999999999999999999999999999999999999");
	check_int(cgroup_limit(dir, wish, &err), -EIO);
	check(strstr(err.what, name) != NULL);
	check(unlink(in(name)) == 0);
	check_int(cgroup_limit(dir, wish, &err), -ENOENT);
	check(strstr(err.what, name) != NULL);
	put(name, "");
	check_int(cgroup_limit(dir, wish, &err), 0);
	check_str(text_of(name), control);
}

static void test_read_back(void)
{
	struct cgroup_wish wish = wish_for_nothing();

	begin();
	wish.pids = 3;
	check_refused("pids.max", &wish, "3");
	wish = wish_for_nothing();
	wish.swap = 4 << 20;
	check_refused("memory.swap.max", &wish, "4194304");
	wish = wish_for_nothing();
	wish.cpus = 250;
	check_refused("cpu.max", &wish, "25000 100000");
	wish = wish_for_nothing();
	wish.io_weight = 10000;
	check_refused("io.bfq.weight", &wish, "default 10000");
	/* Where the kernel has its own, that is the one. */
	put("io.weight", "");
	put("io.bfq.weight", "");
	check_int(cgroup_limit(dir, &wish, NULL), 0);
	check_str(text_of("io.weight"), "default 10000");
	check_str(text_of("io.bfq.weight"), "");
}

/* The kernel would have rounded this down; what was not is another value. */
static void test_pages(void)
{
	struct cgroup_wish wish = wish_for_nothing();

	begin();
	put("memory.oom.group", "");
	wish.memory = 1000000;
	put("memory.max", "");
	check_int(cgroup_limit(dir, &wish, NULL), -EIO);
	wish.memory = 1 << 20;
	put("memory.max", "");
	check_int(cgroup_limit(dir, &wish, NULL), 0);
	/* So much is "max" to the kernel, which a file does not know. */
	wish.memory = UINT64_MAX << 12;
	put("memory.max", "");
	check_int(cgroup_limit(dir, &wish, NULL), -EIO);
}

static void test_cpus(void)
{
	static const struct { uint64_t thousandths; const char *max; } rows[] = {
		{ 1, "1000 1000000" }, { 9, "9000 1000000" },
		{ 10, "1000 100000" }, { 1000, "100000 100000" },
		{ 64000, "6400000 100000" },
	};
	struct cgroup_wish wish = wish_for_nothing();

	begin();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put("cpu.max", "");
		wish.cpus = rows[i].thousandths;
		check_int(cgroup_limit(dir, &wish, NULL), 0);
		check_str(text_of("cpu.max"), rows[i].max);
	}
	wish.cpus = UINT64_MAX - 1;
	check_int(cgroup_limit(dir, &wish, NULL), -EINVAL);
}

/* More processes than there can be are as many as there can be. */
static void test_pids(void)
{
	struct cgroup_wish wish = wish_for_nothing();

	begin();
	put("pids.max", "");
	wish.pids = UINT64_MAX - 1;
	check_int(cgroup_limit(dir, &wish, NULL), 0);
	check_str(text_of("pids.max"), "4194304");
}

static void test_account(void)
{
	struct cgroup cgroup = { .outer = -1, .parent = -1 };
	struct cgroup_account account;

	begin();
	cgroup.box = dir;
	cgroup.wish = wish_for_nothing();
	cgroup_read(&cgroup, &account);
	check(!account.has_cpu && !account.has_written);
	check_int(account.memory_peak, 0);
	put("memory.current", "4096\n");
	put("memory.peak", "8192\n");
	put("pids.current", "2\n");
	put("pids.peak", "5\n");
	put("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_throttled 4\n");
	put("io.stat", "8:0 rbytes=1 wbytes=2 rios=3\n");
	put("memory.events", "low 0\nmax 9\noom 1\noom_kill 3\noom_group_kill 1\n");
	put("pids.events", "max 6\n");
	cgroup_read(&cgroup, &account);
	check_int(account.memory, 4096);
	check_int(account.memory_peak, 8192);
	check_int(account.pids, 2);
	check_int(account.pids_peak, 5);
	check(account.has_cpu && account.has_written);
	check_int(account.cpu_us, 30);
	check_int(account.user_us, 20);
	check_int(account.system_us, 10);
	check_int(account.written, 2);
	/* Nothing of it was limited by us. */
	check_int(account.memory_hits + account.pids_hits + account.cpu_hits, 0);
	cgroup.wish = (struct cgroup_wish){ 1, 1, 1, 1, 1 };
	cgroup_read(&cgroup, &account);
	check_int(account.memory_hits, 3);
	check_int(account.pids_hits, 6);
	check_int(account.cpu_hits, 4);
	/* The whole machine was out of memory, not the box. */
	put("memory.events", "low 0\nmax 9\noom 0\noom_kill 3\n");
	cgroup_read(&cgroup, &account);
	check_int(account.memory_hits, 0);
}

static void test_empty(void)
{
	int64_t before;

	begin();
	put("cgroup.events", "populated 0\nfrozen 0\n");
	put("cgroup.kill", "");
	check_int(cgroup_empty(dir, deadline_in(5000)), 0);
	check_str(text_of("cgroup.kill"), "");
	put("cgroup.events", "populated 1\nfrozen 0\n");
	before = deadline_clock_ms();
	check_int(cgroup_empty(dir, deadline_in(100)), -ETIMEDOUT);
	check_str(text_of("cgroup.kill"), "1");
	check(deadline_clock_ms() - before < 5000);
	/* As before Linux 5.14. */
	check(unlink(in("cgroup.kill")) == 0);
	put("cgroup.freeze", "");
	put("cgroup.procs", "");
	check_int(cgroup_empty(dir, deadline_in(100)), -ETIMEDOUT);
	check_str(text_of("cgroup.freeze"), "0");
}

/* One by one, and nobody but those who are named. */
static void test_kill_by_number(void)
{
	pid_t named, other;
	char text[32];
	int status;

	begin();
	named = fork();
	if (named == 0)
		pause();
	other = fork();
	if (other == 0)
		pause();
	snprintf(text, sizeof(text), "%d\n", named);
	put("cgroup.events", "populated 1\nfrozen 0\n");
	put("cgroup.freeze", "");
	put("cgroup.procs", text);
	check_int(cgroup_empty(dir, deadline_in(200)), -ETIMEDOUT);
	check_int(waitpid(named, &status, 0), named);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	check_int(waitpid(other, &status, WNOHANG), 0);
	kill(other, SIGKILL);
	waitpid(other, &status, 0);
}

static const struct tap_test tests[] = {
	{ .name = "no limit writes nothing", .run = test_nothing },
	{ .name = "every limit is written", .run = test_all },
	{ .name = "another value, or no such file, is a failure",
	  .run = test_read_back },
	{ .name = "memory is kept in whole pages", .run = test_pages },
	{ .name = "processors become a quota that the kernel takes",
	  .run = test_cpus },
	{ .name = "processes have a most", .run = test_pids },
	{ .name = "the account says what is counted, and blames what was limited",
	  .run = test_account },
	{ .name = "the end is waited for, but not for ever", .run = test_empty },
	{ .name = "where the kernel cannot, each is killed by itself",
	  .run = test_kill_by_number },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
