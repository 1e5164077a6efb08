/* A program that names a million things is learned from in bounded memory and time;
 * what was learned before it is added to, once. */
#include <limits.h>
#include <sys/resource.h>

#include "base/text.h"
#include "learn/evidence_store.h"
#include "profile/profile_lines.h"
#include "tap.h"

#define MILLION 1000000

static struct evidence *evidence;
static struct text text;
static struct fh_learned counts;

static const char *print(void)
{
	text_done(&text);
	check_int(evidence_print(evidence, "test", &text, &counts), 0);
	return text_string(&text);
}

static void see(const char *path, unsigned int use)
{
	check_int(evidence_path(evidence, path, path, use), 0);
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
#ifdef __SANITIZE_ADDRESS__
	return 0; /* its shadow and its quarantine are not ours */
#endif
	return usage.ru_maxrss;
}

static void flood(const char *prefix, unsigned int use, bool is_there)
{
	for (int i = 0; i < MILLION; i++) {
		char path[128];

		snprintf(path, sizeof(path), "/nowhere/%d/%s%d", i / 1000,
			 prefix, i);
		check_int(evidence_path(evidence, path, is_there ? path : NULL,
					use), 0);
	}
}

static void test_one_directory(void)
{
	long before;

	evidence = evidence_new("/home/ada");
	before = peak_kib();
	for (int i = 0; i < MILLION; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/nowhere/flood/%d", i);
		see(path, USE_READ);
	}
	check_int(evidence->n_paths, EVIDENCE_CHILDREN_MAX);
	check_int(evidence->counts.dropped, MILLION - EVIDENCE_CHILDREN_MAX);
	see("/nowhere/else", USE_READ);
	print();
	check(strstr(text_string(&text), "# Not complete:"));
	check(strstr(text_string(&text), "\nread = /nowhere/else\n"));
	check(peak_kib() - before < 8 << 10);
}

static void test_many_directories(void)
{
	long before;

	evidence = evidence_new("/home/ada");
	before = peak_kib();
	flood("z", USE_READ | USE_SEE, true);
	check_int(evidence->n_paths, EVIDENCE_PATHS_MAX);
	check(evidence->n_directories <= EVIDENCE_PATHS_MAX);
	/* As many grants as a box may have are not what anybody wants. */
	print();
	check(counts.granted <= 4096);
	check(counts.dropped > 0);
	check(text.len < 1 << 20);
	check(peak_kib() - before < 32 << 10);
}

/* What is not there costs nothing, and what is made no more than its bound. */
static void test_missing_and_made(void)
{
	long before;

	evidence = evidence_new("/home/ada");
	before = peak_kib();
	flood("x", USE_READ, false);
	check_int(evidence->n_paths, 0);
	check_int(evidence->counts.dropped, 0);
	flood("y", USE_WRITE | USE_ENTRY, false);
	check(evidence->n_paths <= EVIDENCE_PATHS_MAX);
	check(peak_kib() - before < 32 << 10);
}

static void test_long_names(void)
{
	static char path[PATH_MAX];

	evidence = evidence_new("/home/ada");
	for (int i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), "/nowhere/%03d/%05d-%0*d/%0*d/%0*d",
			 i % 100, i, 240, 0, 240, 0, 240, 0);
		see(path, USE_READ);
	}
	check(evidence->n_name_bytes <= EVIDENCE_NAMES_MAX);
	/* All of it control characters: too long a line to be read again. */
	memset(path, 1, sizeof(path));
	memcpy(path, "/n/", 3);
	path[PATH_MAX - 1] = '\0';
	for (int i = 200; i < PATH_MAX - 1; i += 200)
		path[i] = '/';
	see(path, USE_READ);
	print();
	check(counts.dropped > 0);
	for (const char *line = text_string(&text); *line;) {
		size_t n = strcspn(line, "\n");

		check(n < PROFILE_LINE_MAX);
		line += n + (line[n] == '\n');
	}
}

static void test_other_bounds(void)
{
	evidence = evidence_new(NULL);
	for (int i = 0; i < 100000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "/p/%d", i);
		check_int(evidence_program(evidence, name), 0);
		check_int(evidence_abstract(evidence, name), 0);
		check_int(evidence_variable(evidence, name, "/f"), 0);
		evidence_port(evidence, i & 1, 2, (uint16_t)i, false);
		evidence_family(evidence, i);
		evidence_syscall(evidence, (unsigned int)i);
	}
	evidence_peaks(evidence, UINT64_MAX / 8, UINT64_MAX, UINT64_MAX);
	print();
	check(counts.dropped > 0);
	/* A flood does not use up what the user accepts. */
	check_int(evidence_accept(evidence, "/home/x"), 0);
	check_int(evidence->accepted.n, 1);
}

static void load(const char *const lines[][2])
{
	struct fh_policy *policy = policy_new();

	for (size_t i = 0; lines[i][0]; i++)
		check_int(policy_set(policy, lines[i][0], lines[i][1], NULL,
				     NULL), 0);
	check_int(evidence_load(evidence, policy, "mine"), 0);
	policy_free(policy);
}

static void test_merge(void)
{
	static const char *const lines[][2] = {
		{ "read", "${1}" }, { "write", "-${CWD}/out" },
		{ "read", "/srv/data" }, { "hide", "/srv/data/x" },
		{ "connect", "443" }, { "net", "host" },
		{ "syscalls", "file-processor" }, { "deny-syscall", "@chown" },
		{ "memory", "512M" }, { "keep-env", "TERM" }, { 0 },
	};
	char *first;

	evidence = evidence_new("/home/ada");
	load(lines);
	see("/srv/data/file", USE_READ);
	see("/srv/other", USE_READ);
	see("/srv/data/changed", USE_WRITE);
	evidence_port(evidence, false, 2, 80, false);
	evidence_syscall(evidence, CALL_openat);
	evidence_syscall(evidence, CALL_chown);
	first = strdup(print());
	for (size_t i = 0; i < 5; i++) {
		static const char *const expected[] = {
			"\nread = ${1}\n", "\nwrite = -${CWD}/out\n",
			"\nread = /srv/data\n", "\nhide = /srv/data/x\n",
			"\nread = /srv/other\n",
		};

		check(strstr(first, expected[i]));
	}
	check(strstr(first, "\nconnect = 443\nconnect = 80\n"));
	check(strstr(first, "\nwrite = /srv/data/changed\n"));
	check(!strstr(first, "read = /srv/data/file"));
	check(strstr(first, "\ndescription = test\n"));
	check(strstr(first, "memory = 512M"));
	check(strstr(first, "\nkeep-env = TERM\n"));
	/* What is called now is allowed, and what was stays so. */
	check(!strstr(first, "deny-syscall = @chown"));
	check(strcmp(first, print()) == 0);
	free(first);
}

static void test_network(void)
{
	evidence = evidence_new(NULL);
	evidence_port(evidence, true, 2, 0, true);
	evidence_port(evidence, false, 2, 40000, true);
	check(strstr(print(), "\nnet = loopback\n"));
	evidence_port(evidence, false, 2, 5432, true);
	check(strstr(print(), "\nnet = loopback\n"));
	evidence_port(evidence, false, 10, 443, false);
	print();
	check(strstr(text_string(&text), "\nnet = host\n"));
	check(strstr(text_string(&text), "\nconnect = 443\n"));
	check(!strstr(text_string(&text), "without"));
	evidence_port(evidence, true, 2, 8080, false);
	print();
	check(strstr(text_string(&text), "\nlisten = 8080\n"));
	check(strstr(text_string(&text), "\nwithout = network\n"));
}

/* Somebody else's service on the loopback is outside. */
static void test_foreign_loopback(void)
{
	evidence = evidence_new(NULL);
	evidence_port(evidence, false, 2, 5432, true);
	print();
	check(strstr(text_string(&text), "\nnet = host\nconnect = 5432\n"));
}

static void test_calls(void)
{
	evidence = evidence_new(NULL);
	evidence_syscall(evidence, CALL_openat);
	evidence_syscall(evidence, CALL_ptrace);
	evidence_syscall(evidence, CALL_mount);
	evidence_syscall(evidence, CALL_clone3);
	print();
	check(strstr(text_string(&text), "# held back: allow-syscall = ptrace:"));
	check(strstr(text_string(&text), "# held back: mount: no option"));
	check(!strstr(text_string(&text), "clone3"));
	check(strstr(text_string(&text), "\nsyscalls = file-processor\n"));
	check(strstr(text_string(&text), "\ndeny-syscall = @process\n"));
	evidence_syscall(evidence, CALL_socket);
	evidence_family(evidence, 16);
	check(strstr(print(), "\nsyscalls = default\n"));
}

static const struct tap_test tests[] = {
	{ .name = "a million names in one directory", .run = test_one_directory },
	{ .name = "a million names in a thousand", .run = test_many_directories },
	{ .name = "a million names that are not there, or are made",
	  .run = test_missing_and_made },
	{ .name = "names as long as can be", .run = test_long_names },
	{ .name = "everything else is bounded", .run = test_other_bounds },
	{ .name = "a profile is added to, and adding again changes nothing",
	  .run = test_merge },
	{ .name = "the network is what was used of it", .run = test_network },
	{ .name = "a service on the host's loopback needs the host's network",
	  .run = test_foreign_loopback },
	{ .name = "calls come as the smallest policy", .run = test_calls },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
