/* Logs of strace in each of its forms, and what is none. */
#include <sys/mman.h>

#include "base/text.h"
#include "learn/evidence_store.h"
#include "learn/learner.h"
#include "learn/strace_calls.h"
#include "tap.h"

static struct evidence *evidence;
static struct strace_log *log_;

static void begin(void)
{
	evidence = evidence_new("/home/ada");
	log_ = strace_log_new(evidence, "/nowhere/cwd");
	check(evidence && log_);
}

static void end(void)
{
	strace_log_free(log_);
	evidence_free(evidence);
}

static void take(const char *line)
{
	char *copy = strdup(line);

	check_int(strace_log_line(log_, copy), 0);
	free(copy);
}

static void expect_at(int line, const char *real, unsigned int use)
{
	const struct seen *seen = evidence_find(evidence, real);

	if (!seen || seen->use != use)
		tap_fail(__FILE__, line, "%s: %d", real, seen ? seen->use : -1);
}
#define SEEN(real, use) expect_at(__LINE__, real, use)
#define UNSEEN(real) check(evidence_find(evidence, real) == NULL)

static void test_forms(void)
{
	static const char *const prefixes[] = {
		"", "12 ", "12  ", "[pid    12] ", "10:52:18 ",
		"12  10:52:18.590082 ", "1732272738.1 ", "     0.000011 ",
		"12    0.000373 ", "12 [00007f62db8c0ad7] ", "[  59] ",
		"12  10:52:18.5 [????????????????] ", "12 (+     0.000043) ",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		char line[256];

		begin();
		snprintf(line, sizeof(line),
			 "%sopenat(AT_FDCWD, \"/nowhere/f\", O_RDONLY|O_CLOEXEC) = 3",
			 prefixes[i]);
		take(line);
		if (log_->n_skipped)
			tap_fail(__FILE__, __LINE__, "%s", line);
		SEEN("/nowhere/f", USE_READ);
		end();
	}
}

static void test_opening(void)
{
	begin();
	take("open(\"/nowhere/r\", O_RDONLY) = 3");
	take("open(\"/nowhere/w\", O_WRONLY|O_APPEND) = 3");
	take("open(\"/nowhere/rw\", O_RDWR) = 3");
	take("open(\"/nowhere/d\", O_RDONLY|O_NONBLOCK|O_DIRECTORY) = 3");
	take("open(\"/nowhere/p\", O_RDONLY|O_PATH) = 3");
	take("open(\"/nowhere/no\", O_RDONLY) = -1 ENOENT (No such file or directory)");
	take("open(\"/nowhere/denied\", O_RDONLY) = -1 EACCES (Permission denied)");
	take("openat(AT_FDCWD, \"rel\", O_RDONLY) = 3");
	take("openat(5</nowhere/dir>, \"x\", O_RDONLY) = 3</nowhere/real>");
	take("openat2(AT_FDCWD, \"/nowhere/o2\", {flags=O_WRONLY, resolve=0}, 24) = 3");
	SEEN("/nowhere/r", USE_READ);
	SEEN("/nowhere/w", USE_WRITE);
	SEEN("/nowhere/rw", USE_READ | USE_WRITE);
	SEEN("/nowhere/d", USE_LIST);
	SEEN("/nowhere/p", USE_SEE);
	SEEN("/nowhere/cwd/rel", USE_READ);
	SEEN("/nowhere/real", USE_READ);
	SEEN("/nowhere/o2", USE_WRITE);
	UNSEEN("/nowhere/no");
	UNSEEN("/nowhere/denied");
	check_int(log_->n_skipped, 0);
	end();
}

static void test_entries(void)
{
	const struct seen *seen;

	begin();
	take("open(\"/nowhere/a/new\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3");
	take("mkdir(\"/nowhere/b/there\", 0777) = -1 EEXIST (File exists)");
	take("rename(\"/nowhere/c/old\", \"/nowhere/d/new\") = 0");
	take("unlinkat(AT_FDCWD, \"/nowhere/e/gone\", 0) = 0");
	seen = evidence_find(evidence, "/nowhere/a/new");
	check(seen && seen->is_made && seen->use & USE_WRITE);
	SEEN("/nowhere/b/there", USE_SEE);
	seen = evidence_find(evidence, "/nowhere/c/old");
	check(seen && !seen->is_made);
	check(evidence_find_directory(evidence, "/nowhere/a")->has_entry);
	check(!evidence_find_directory(evidence, "/nowhere/b")->has_entry);
	check(evidence_find_directory(evidence, "/nowhere/c")->has_entry);
	check(evidence_find_directory(evidence, "/nowhere/d")->has_entry);
	check(evidence_find_directory(evidence, "/nowhere/e")->has_entry);
	end();
}

static void test_strings(void)
{
	begin();
	take("open(\"/nowhere/\\303\\244 \\\"q\\\"\\n\\\\,)\", O_RDONLY) = 3");
	take("open(\"/nowhere/\\x41\\0011\", O_RDONLY) = 3");
	take("open(\"/nowhere/cut\"..., O_RDONLY) = 3");
	take("open(\"/nowhere/\\0x\", O_RDONLY) = 3");
	take("open(\"/nowhere/open, O_RDONLY) = 3");
	SEEN("/nowhere/\303\244 \"q\"\n\\,)", USE_READ);
	SEEN("/nowhere/A\0011", USE_READ);
	UNSEEN("/nowhere/cut");
	check_int(log_->n_skipped, 3);
	end();
}

static void test_processes(void)
{
	begin();
	take("1 execve(\"/nowhere/bin\", [\"bin\", \"/nowhere/arg\", \"lo\"...], 0x7ff /* 3 vars */) = 0");
	take("1 open(\"/nowhere/arg\", O_RDONLY <unfinished ...>");
	take("1 <... open resumed>) = 3");
	take("1 chdir(\"/nowhere/other\") = 0");
	take("1 vfork( <unfinished ...>");
	take("2 open(\"child\", O_RDONLY) = 3");
	take("2 chdir(\"sub\") = 0");
	take("1 <... vfork resumed>) = 2");
	take("2 open(\"deep\", O_RDONLY) = 3");
	take("1 open(\"parent\", O_RDONLY) = 3");
	take("1 fchdir(3) = 0");
	take("1 open(\"lost\", O_RDONLY) = 3");
	take("1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---");
	take("2 +++ exited with 0 +++");
	SEEN("/nowhere/bin", USE_EXEC);
	SEEN("/nowhere/other/child", USE_READ);
	SEEN("/nowhere/other/sub/deep", USE_READ);
	SEEN("/nowhere/other/parent", USE_READ);
	check_int(evidence_find(evidence, "/nowhere/arg")->argument, 1);
	check_int(evidence->programs.n, 1);
	check_int(log_->n_skipped, 2); /* fchdir without -y, and what follows */
	end();
}

static void test_sockets(void)
{
	begin();
	take("socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3");
	take("connect(3<TCP:[5]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"93.184.216.34\")}, 16) = -1 EINPROGRESS (Operation now in progress)");
	take("bind(3, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0");
	take("connect(4, {sa_family=AF_UNIX, sun_path=\"/nowhere/socket\"}, 110) = 0");
	take("connect(4, {sa_family=AF_UNIX, sun_path=@\"abstract\"}, 6) = 0");
	check_int(evidence->n_ports, 2);
	check_int(evidence->ports[0].port, 443);
	check(!evidence->ports[0].is_listen && !evidence->ports[0].is_loopback);
	check_int(evidence->ports[1].port, 8080);
	check(evidence->ports[1].is_listen && evidence->ports[1].is_loopback);
	SEEN("/nowhere/socket", USE_WRITE);
	check_int(evidence->abstract.n, 1);
	check_str(evidence->abstract.names[0], "@abstract");
	check_int(log_->n_skipped, 0);
	end();
}

static void test_bounds(void)
{
	begin();
	for (int i = 1; i < 5000; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%d wait4(-1,  <unfinished ...>", i);
		take(line);
	}
	check(log_->n_processes <= STRACE_PIDS_MAX);
	check(log_->n_pending <= STRACE_PENDING_MAX);
	take("9999 open(\"x\", O_RDONLY) = 3");
	SEEN("/nowhere/cwd/x", USE_READ);
	end();
}

static int read_text(const char *bytes, size_t n, struct fh_error *err)
{
	int fd = memfd_create("log", 0);
	char path[32];
	int r;

	check(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = learn_read_strace(evidence, path, err);
	close(fd);
	return r;
}

static void test_files(void)
{
	static const char good[] = "open(\"/nowhere/f\", O_RDONLY) = 3";
	struct fh_error err = { 0 };
	char *long_line = malloc(300000);

	begin();
	check_int(read_text("", 0, &err), -EINVAL);
	check_int(read_text("hello\nworld\n", 12, &err), -EINVAL);
	check(strstr(err.what, "no line of it"));
	check_int(learn_read_strace(evidence, "/nowhere/log", &err), -ENOENT);
	/* The last line has no end. */
	check_int(read_text(good, sizeof(good) - 1, &err), 0);
	SEEN("/nowhere/f", USE_READ);
	memset(long_line, 'x', 300000);
	memcpy(long_line + 299000, "\nopen(\"/nowhere/g\", O_RDONLY) = 3\n", 34);
	check_int(read_text(long_line, 299034, &err), 0);
	SEEN("/nowhere/g", USE_READ);
	check_int(evidence->counts.lines_skipped, 1);
	check_int(read_text("a\0b\nopen(\"/nowhere/h\", O_RDONLY) = 3\n", 37,
			    &err), 0);
	SEEN("/nowhere/h", USE_READ);
	free(long_line);
	end();
}

static const struct tap_test tests[] = {
	{ .name = "pids and times before a call", .run = test_forms },
	{ .name = "opening", .run = test_opening },
	{ .name = "making and removing", .run = test_entries },
	{ .name = "escapes, and names that were cut off", .run = test_strings },
	{ .name = "directories, arguments and halves of calls",
	  .run = test_processes },
	{ .name = "sockets", .run = test_sockets },
	{ .name = "processes and halves are bounded", .run = test_bounds },
	{ .name = "files that are none, long lines, zeroes", .run = test_files },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
