/* What is read of a process that stopped: strings, paths, addresses. */
#include "observe/observe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "sys/mounts_calls.h"
#include "tap.h"

/* A copy of this process, with its memory, descriptors and directory. */
static pid_t stopped(void)
{
	int status;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		raise(SIGSTOP);
		_exit(0);
	}
	check_int(waitpid(pid, &status, WUNTRACED), pid);
	check(WIFSTOPPED(status));
	return pid;
}

static char *pages(size_t n)
{
	char *at = mmap(NULL, n * 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(at != MAP_FAILED);
	return at;
}

static uint64_t address_of(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static char *fresh_directory(void)
{
	static char directory[64];

	snprintf(directory, sizeof(directory), "/tmp/observe.%d", getpid());
	mkdir(directory, 0700);
	check_int(chdir(directory), 0);
	return directory;
}

static void test_table(void)
{
	check(n_observed_calls > 80);
	for (size_t i = 1; i < n_observed_calls; i++)
		check(observed_calls[i - 1].call < observed_calls[i].call);
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		const struct observed_call *row = observed_call_find(call);

		check(!row || row->call == call);
	}
	for (size_t i = 0; i < n_observed_calls; i++) {
		const struct observed_call *row = &observed_calls[i];
		bool has_path = row->paths[0].path != OBSERVED_NONE;

		check(observed_call_find(row->call) == row);
		check_int(has_path, row->kind <= OBSERVED_OPEN_HOW);
		check_int(row->paths[0].use != 0, has_path);
	}
	check(!observed_call_find(CALL_read));
	check(!observed_call_find(CALL_write));
}

static void test_string(void)
{
	char *at = pages(3);
	char got[8192];
	pid_t pid;

	munmap(at + 8192, 4096);
	memset(at, 'a', 8192);
	at[4093] = 'x';
	at[4094] = '\0';
	at[8190] = 'y';
	at[8191] = '\0';
	pid = stopped();
	check_int(observe_string(pid, address_of(at + 4093), got, 8), 1);
	check_str(got, "x");
	/* up to the page that is not there */
	check_int(observe_string(pid, address_of(at + 8190), got, 8192), 1);
	check_str(got, "y");
	check_int(observe_string(pid, address_of(at + 8191), got, 8192), 0);
	check_int(observe_string(pid, address_of(at), got, 8192), 4094);
	/* over the border of two pages */
	check_int(observe_string(pid, address_of(at + 4095), got, 8192), 4096);
	check_int(observe_string(pid, address_of(at + 4095), got, 4096),
		  -ENAMETOOLONG);
	check_int(observe_string(pid, address_of(at + 4095), got, 0),
		  -ENAMETOOLONG);
}

static void test_no_string(void)
{
	char *at = pages(2);
	char got[8192];
	pid_t pid;

	memset(at, 'a', 4096);
	munmap(at + 4096, 4096);
	pid = stopped();
	check_int(observe_string(pid, address_of(at), got, 8192), -EFAULT);
	check_int(observe_string(pid, 0, got, 8192), -EFAULT);
	check_int(observe_string(pid, UINT64_MAX - 3, got, 8192), -EFAULT);
	check_int(observe_string(pid, UINT64_C(1) << 63, got, 8), -EFAULT);
	check_int(observe_bytes(pid, address_of(at), got, 4096), 4096);
	check_int(observe_bytes(pid, address_of(at + 1), got, 4096), -EFAULT);
	check_int(observe_bytes(pid, UINT64_MAX - 3, got, 8), -EFAULT);
	check_int(observe_bytes(pid, 0, got, 0), 0);
	kill(pid, SIGKILL);
	check_int(waitpid(pid, NULL, 0), pid);
	check_int(observe_string(pid, address_of(at), got, 8), -ESRCH);
}

/* What a call with these arguments names, or how it fails. */
struct naming {
	unsigned int call;
	int dirfd;
	const char *name;
	uint64_t flags; /* where the table says that they are */
	int code;
	const char *path; /* after "%", from the working directory */
};

static int name_of(pid_t pid, const struct naming *naming, char ret[PATH_MAX])
{
	struct observed observed = {
		.tid = pid,
		.row = observed_call_find(naming->call),
		.call = naming->call,
	};
	const struct observed_path *row = &observed.row->paths[0];

	observed.args[row->path] = address_of(naming->name);
	/* as the kernel shows it: without a sign */
	if (row->dirfd != OBSERVED_NONE)
		observed.args[row->dirfd] = (uint32_t)naming->dirfd;
	if (observed.row->flags != OBSERVED_NONE)
		observed.args[observed.row->flags] = naming->flags;
	return observe_path(&observed, 0, ret);
}

static void check_namings(const struct naming *namings, size_t n,
			  const char *here)
{
	pid_t pid = stopped();

	for (size_t i = 0; i < n; i++) {
		char got[PATH_MAX] = "untouched", expected[PATH_MAX];
		const char *path = namings[i].path;

		printf("# %zu\n", i);
		check_int(name_of(pid, &namings[i], got), namings[i].code);
		if (path && *path == '%')
			snprintf(expected, sizeof(expected), "%s%s", here,
				 path + 1);
		else
			snprintf(expected, sizeof(expected), "%s",
				 path ? path : "untouched");
		check_str(got, expected);
	}
}

static void test_paths(void)
{
	char *here = fresh_directory();
	int at = open("/usr", O_PATH);
	int file = open("file", O_CREAT | O_RDWR, 0600);
	const int cwd = AT_FDCWD, empty = AT_EMPTY_PATH;
	const struct naming namings[] = {
		{ CALL_stat, 0, "/etc/passwd", 0, 0, "/etc/passwd" },
		{ CALL_stat, 0, "//etc/./../etc//passwd/", 0, 0,
		  "/etc/../etc/passwd" },
		{ CALL_stat, 0, "/", 0, 0, "/" },
		{ CALL_stat, 0, "/..", 0, 0, "/.." },
		{ CALL_stat, 0, "...", 0, 0, "%/..." },
		{ CALL_stat, 0, ".", 0, 0, "%" },
		{ CALL_stat, 0, ".hidden", 0, 0, "%/.hidden" },
		{ CALL_stat, 0, "../x", 0, 0, "%/../x" },
		{ CALL_stat, 0, "", 0, -ENOENT, NULL },
		{ CALL_stat, 0, NULL, 0, -EFAULT, NULL },
		{ CALL_openat, cwd, "x", 0, 0, "%/x" },
		{ CALL_openat, at, "lib", 0, 0, "/usr/lib" },
		{ CALL_openat, at, "/lib", 0, 0, "/lib" },
		{ CALL_openat, 999, "/lib", 0, 0, "/lib" },
		{ CALL_openat, 999, "lib", 0, -EBADF, NULL },
		{ CALL_openat, -1, "lib", 0, -EBADF, NULL },
		{ CALL_openat, at, "", 0, -ENOENT, NULL },
		{ CALL_openat, at, "", (uint64_t)empty, -ENOENT, NULL },
		{ CALL_openat2, at, "lib", 0, 0, "/usr/lib" },
		{ CALL_newfstatat, at, "", (uint64_t)empty, 0, "/usr" },
		{ CALL_newfstatat, at, NULL, (uint64_t)empty, 0, "/usr" },
		{ CALL_newfstatat, file, "", (uint64_t)empty, 0, "%/file" },
		{ CALL_newfstatat, cwd, "", (uint64_t)empty, 0, "%" },
		{ CALL_newfstatat, at, "", 0, -ENOENT, NULL },
		{ CALL_newfstatat, at, "x", (uint64_t)empty, 0, "/usr/x" },
		{ CALL_readlinkat, at, "", 0, 0, "/usr" },
		{ CALL_utimensat, file, NULL, 0, 0, "%/file" },
		{ CALL_symlinkat, at, "link", 0, 0, "/usr/link" },
	};

	check_namings(namings, ARRAY_SIZE(namings), here);
}

static void test_nameless(void)
{
	char *here = fresh_directory();
	int ends[2];
	int plain = socket(AF_UNIX, SOCK_STREAM, 0);
	int memory = (int)syscall(SYS_memfd_create, "x", 0);
	int gone = open("gone", O_CREAT | O_RDWR, 0600);
	int lies = open("lies (deleted)", O_CREAT | O_RDWR, 0600);
	int swept;
	const uint64_t empty = AT_EMPTY_PATH;

	check_int(pipe(ends), 0);
	check_int(unlink("gone"), 0);
	check_int(mkdir("swept", 0700), 0);
	swept = open("swept", O_RDONLY);
	check_int(chdir("swept"), 0);
	check_int(rmdir("../swept"), 0);

	const struct naming namings[] = {
		{ CALL_newfstatat, ends[0], "", empty, 0, "" },
		{ CALL_newfstatat, plain, "", empty, 0, "" },
		{ CALL_newfstatat, memory, "", empty, 0, "" },
		{ CALL_newfstatat, gone, "", empty, 0, "" },
		{ CALL_newfstatat, lies, "", empty, 0, "%/lies (deleted)" },
		{ CALL_newfstatat, AT_FDCWD, "", empty, 0, "" },
		{ CALL_newfstatat, 999, "", empty, -EBADF, NULL },
		{ CALL_openat, ends[0], "x", 0, -ENOTDIR, NULL },
		{ CALL_openat, swept, "x", 0, -ENOENT, NULL },
		{ CALL_openat, AT_FDCWD, "x", 0, -ENOENT, NULL },
		{ CALL_openat, AT_FDCWD, "/x", 0, 0, "/x" },
	};

	check_namings(namings, ARRAY_SIZE(namings), here);
}

static void test_long(void)
{
	char *long_name = pages(2);
	char *most = pages(2);
	char *edge = pages(2);
	const char *here = fresh_directory();

	memset(long_name, 'n', PATH_MAX);
	memset(most, 'm', PATH_MAX - 1);
	memset(edge, '/', PATH_MAX - 2);
	edge[PATH_MAX - 2] = 'e';
	most[0] = '/';

	const struct naming namings[] = {
		{ CALL_stat, 0, long_name, 0, -ENAMETOOLONG, NULL },
		{ CALL_stat, 0, long_name + 1, 0, -ENAMETOOLONG, NULL },
		{ CALL_stat, 0, most + 1, 0, -ENAMETOOLONG, NULL },
		{ CALL_stat, 0, most, 0, 0, most },
		{ CALL_stat, 0, edge, 0, 0, "/e" },
	};

	check_namings(namings, ARRAY_SIZE(namings), here);
}

static void test_use(void)
{
	struct open_request how = { .flags = O_RDWR | O_CREAT };
	static const struct {
		uint64_t flags;
		unsigned int use;
	} opens[] = {
		{ O_RDONLY, USE_READ },
		{ O_RDONLY | O_DIRECTORY, USE_LIST },
		{ O_WRONLY, USE_WRITE },
		{ O_RDWR, USE_READ | USE_WRITE },
		{ O_RDONLY | O_TRUNC, USE_READ | USE_WRITE },
		{ O_WRONLY | O_CREAT, USE_WRITE | USE_ENTRY },
		{ O_RDONLY | O_CREAT, USE_READ | USE_ENTRY },
		{ O_PATH | O_DIRECTORY, USE_SEE },
		{ O_TMPFILE | O_RDWR, USE_WRITE | USE_ENTRY },
	};
	struct observed observed = { .tid = getpid(), .call = CALL_openat };

	observed.row = observed_call_find(CALL_openat);
	for (size_t i = 0; i < ARRAY_SIZE(opens); i++) {
		observed.args[2] = opens[i].flags;
		check_int(observe_use(&observed, 0), opens[i].use);
	}
	check_int(observe_use(&observed, 1), 0);
	observed.call = CALL_openat2;
	observed.row = observed_call_find(CALL_openat2);
	observed.args[2] = address_of(&how);
	check_int(observe_use(&observed, 0),
		  USE_READ | USE_WRITE | USE_ENTRY);
	observed.args[2] = 8;
	check_int(observe_use(&observed, 0), 0);
	observed.call = CALL_rename;
	observed.row = observed_call_find(CALL_rename);
	check_int(observe_use(&observed, 1), USE_ENTRY);
}

static struct observed_address address(unsigned int call, const void *at,
				       uint64_t len, int code)
{
	struct observed_address got = { .family = 4711 };
	struct observed observed = {
		.tid = getpid(),
		.row = observed_call_find(call),
		.call = call,
	};
	int first = call == CALL_sendto ? 4 : 1;

	observed.args[first] = address_of(at);
	observed.args[first + 1] = len;
	check_int(observe_address(&observed, &got), code);
	return got;
}

static void test_internet(void)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(443),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(80),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	const unsigned int calls[] = { CALL_connect, CALL_bind, CALL_sendto };
	struct observed_address got;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		got = address(calls[i], &in, sizeof(in), 0);
		check_int(got.family, AF_INET);
		check_int(got.port, 443);
		check_str(got.text, "127.0.0.1");
		got = address(calls[i], &in6, sizeof(in6), 0);
		check_int(got.family, AF_INET6);
		check_int(got.port, 80);
		check_str(got.text, "::1");
	}
	got = address(CALL_connect, &in6, 24, 0);
	check_str(got.text, "::1");
	address(CALL_connect, &in6, 23, -EINVAL);
	address(CALL_connect, &in, sizeof(in) - 1, -EINVAL);
	address(CALL_connect, &in, 0, -EINVAL);
	address(CALL_connect, &in, 1, -EINVAL);
	address(CALL_connect, &in, (uint32_t)-1, -EINVAL);
	address(CALL_connect, &in, 1u << 20, -EINVAL);
	got = address(CALL_connect, (void *)8, sizeof(in), -EFAULT);
	check_int(got.family, -1);
}

static void test_other_families(void)
{
	struct sockaddr any = { .sa_family = AF_UNSPEC };
	struct observed_address got = address(CALL_connect, &any, 16, 0);

	check_int(got.family, AF_UNSPEC);
	any.sa_family = AF_NETLINK;
	got = address(CALL_bind, &any, 12, 0);
	check_int(got.family, AF_NETLINK);
	check_str(got.text, "");
	check_str(got.path, "");
}

static void test_unix(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *here = fresh_directory();
	char expected[PATH_MAX];
	struct observed_address got;

	strcpy(un.sun_path, "/run/x");
	got = address(CALL_connect, &un, sizeof(un), 0);
	check_int(got.family, AF_UNIX);
	check_str(got.path, "/run/x");
	/* the length ends it as well */
	got = address(CALL_connect, &un, 2 + 4, 0);
	check_str(got.path, "/run");
	strcpy(un.sun_path, "sock");
	got = address(CALL_bind, &un, sizeof(un), 0);
	snprintf(expected, sizeof(expected), "%s/sock", here);
	check_str(got.path, expected);
	memset(un.sun_path, 'u', sizeof(un.sun_path));
	got = address(CALL_bind, &un, sizeof(un), 0);
	check_int(strlen(got.path), strlen(here) + 1 + sizeof(un.sun_path));
	address(CALL_bind, &un, sizeof(un) + 1, -EINVAL);
	memcpy(un.sun_path, "\0a\0b", 4);
	got = address(CALL_bind, &un, 2 + 4, 0);
	check_str(got.path, "@a@b");
	got = address(CALL_bind, &un, 2, 0);
	check_str(got.path, "@");
}

static void test_normalize(void)
{
	static const char *const pairs[][2] = {
		{ "/", "/" },		    { "/..", "/" },
		{ "/../../a", "/a" },	    { "/a/../b", "/b" },
		{ "/a/b/../../..", "/" },   { "/a/./b//c/", "/a/b/c" },
		{ "/a/..b/...", "/a/..b/..." }, { "", "/" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		char path[64];

		strcpy(path, pairs[i][0]);
		observe_normalize(path);
		check_str(path, pairs[i][1]);
	}
}

static void test_program(void)
{
	char name[32] = "untouched";
	pid_t pid;

	prctl(PR_SET_NAME, "some name");
	pid = stopped();
	observe_program(pid, name, sizeof(name));
	check_str(name, "some name");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	observe_program(pid, name, sizeof(name));
	check_str(name, "");
}

static const struct tap_test tests[] = {
	{ .name = "the table is sorted and consistent", .run = test_table },
	{ .name = "strings end anywhere in a page", .run = test_string },
	{ .name = "what is no string is an error", .run = test_no_string },
	{ .name = "paths become absolute", .run = test_paths },
	{ .name = "what has no name has none", .run = test_nameless },
	{ .name = "names that are too long", .run = test_long },
	{ .name = "what a file is opened for", .run = test_use },
	{ .name = "addresses of the internet", .run = test_internet },
	{ .name = "addresses of other families", .run = test_other_families },
	{ .name = "addresses of unix sockets", .run = test_unix },
	{ .name = "dots are taken out", .run = test_normalize },
	{ .name = "the name of the program", .run = test_program },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
