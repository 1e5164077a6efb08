/* Landlock alone: what is granted works, all else is refused, and it is said. */
#include <arpa/inet.h>
#include <fumehood/landlock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "layer.h"
#include "mech/landlock_builder.h"
#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"

static struct fh_landlock *begin(unsigned int flags)
{
	struct fh_landlock *landlock = NULL;

	check_int(fh_landlock_new(flags, &landlock, NULL), 0);
	return landlock;
}

static void need_abi(int abi)
{
	if (fh_landlock_abi() < abi)
		skip("this kernel's Landlock is older");
}

/* --- a stage of files ------------------------------------------------------- */

/* A directory of this test's own, which is the working directory then. */
static void make_stage(void)
{
	char path[256];
	const char *tmp = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/layer.XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(path));
	check_int(outcome(chdir(path)), 0);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "granted" : "other";
		char file[32];
		int fd;

		check_int(outcome(mkdir(name, 0700)), 0);
		snprintf(file, sizeof(file), "%s/file", name);
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		check(fd >= 0);
		check_int(write(fd, "text\n", 5), 5);
		close(fd);
	}
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int r = outcome(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

static void check_apply(struct fh_landlock *landlock)
{
	struct fh_error err = { 0 };

	if (fh_landlock_apply(landlock, 0, NULL, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	fh_landlock_free(landlock);
}

static void test_read(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	make_stage();
	check_int(try_open("other/file", O_RDONLY), 0);
	check_int(try_open("granted/file", O_WRONLY), 0);
	check_status("NoNewPrivs", "0");
	check_int(fh_landlock_allow_read(landlock, "granted", NULL), 0);
	check_int(try_open("other/file", O_RDONLY), 0);
	check_apply(landlock);
	check_int(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	check_int(try_open("granted/file", O_RDONLY), 0);
	check_int(try_open("granted", O_RDONLY | O_DIRECTORY), 0);
	check_int(try_open("granted/file", O_WRONLY), EACCES);
	check_int(try_open("granted/new", O_WRONLY | O_CREAT), EACCES);
	check_int(try_open("other/file", O_RDONLY), EACCES);
	check_int(try_open("other", O_RDONLY | O_DIRECTORY), EACCES);
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), EACCES);
}

static void test_one_file(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	make_stage();
	check_int(try_open("granted/second", O_RDWR | O_CREAT), 0);
	check_int(fh_landlock_allow_read_write(landlock, "granted/file", NULL),
		  0);
	check_apply(landlock);
	check_int(try_open("granted/file", O_RDWR | O_TRUNC), 0);
	check_int(try_open("granted/second", O_RDONLY), EACCES);
}

static void test_read_write(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(3);
	make_stage();
	check_int(outcome(truncate("other/file", 3)), 0);
	check_int(outcome(rename("other/file", "other/x")), 0);
	check_int(outcome(rename("other/x", "other/file")), 0);
	check_int(fh_landlock_allow_read_write(landlock, "granted", NULL), 0);
	check_apply(landlock);
	check_int(try_open("granted/new", O_RDWR | O_CREAT | O_EXCL), 0);
	check_int(outcome(truncate("granted/file", 3)), 0);
	check_int(outcome(mkdir("granted/dir", 0700)), 0);
	check_int(outcome(rename("granted/new", "granted/dir/new")), 0);
	check_int(outcome(unlink("granted/dir/new")), 0);
	check_int(outcome(rmdir("granted/dir")), 0);
	check_int(outcome(truncate("other/file", 1)), EACCES);
	check_int(outcome(rename("other/file", "other/x")), EACCES);
	check_int(outcome(unlink("other/file")), EACCES);
	check_int(outcome(mkdir("other/dir", 0700)), EACCES);
}

/* A script by its interpreter would run whatever its rights. */
static void run_program(void *path)
{
	execl(path, path, NULL);
	_exit(errno);
}

static void copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	char buffer[65536];
	ssize_t n;

	check(in >= 0 && out >= 0);
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		check_int(write(out, buffer, (size_t)n), n);
	close(in);
	close(out);
}

static void test_execute(void)
{
	struct fh_landlock *landlock = begin(0);
	char here[] = "granted/true";

	need_abi(1);
	make_stage();
	copy("/bin/true", here);
	check_int(child_status(run_program, here), 0);
	check_int(fh_landlock_allow_execute(landlock, "/usr", NULL), 0);
	if (access("/lib64", F_OK) == 0)
		check_int(fh_landlock_allow_execute(landlock, "/lib64", NULL),
			  0);
	check_int(fh_landlock_allow_execute(landlock, "/lib", NULL), 0);
	check_int(fh_landlock_allow_execute(landlock, "/bin", NULL), 0);
	check_int(fh_landlock_allow_read_write(landlock, "granted", NULL), 0);
	check_apply(landlock);
	check_int(child_status(run_program, (char[]){ "/bin/true" }), 0);
	check_int(child_status(run_program, here), EACCES);
	check_int(try_open(here, O_RDONLY), 0);
}

/* The rule is on what the name meant when it was added. */
static void test_held(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	make_stage();
	check_int(fh_landlock_allow_read(landlock, "granted", NULL), 0);
	check_int(outcome(rename("granted", "moved")), 0);
	check_int(outcome(rename("other", "granted")), 0);
	check_apply(landlock);
	check_int(try_open("moved/file", O_RDONLY), 0);
	check_int(try_open("granted/file", O_RDONLY), EACCES);
}

static void test_links_followed(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	make_stage();
	check_int(outcome(symlink("granted", "link")), 0);
	check_int(fh_landlock_allow_read(landlock, "link", NULL), 0);
	check_apply(landlock);
	check_int(try_open("granted/file", O_RDONLY), 0);
	check_int(try_open("other/file", O_RDONLY), EACCES);
}

static void test_everything_granted(void)
{
	static const char *const names[] = { "/", "//", "/..",
					     "/proc/self/root" };

	need_abi(1);
	for (size_t i = 0; i < N(names); i++) {
		struct fh_landlock *landlock = begin(FH_LANDLOCK_FILES_ONLY);

		check_int(fh_landlock_allow_read(landlock, names[i], NULL), 0);
		check_apply(landlock);
		check_int(try_open("/", O_RDONLY | O_DIRECTORY), 0);
		check_int(try_open("/etc/passwd", O_RDONLY), 0);
	}
}

/* --- ports, signals --------------------------------------------------------- */

static int try_bind(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	check(fd >= 0);
	r = outcome(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
	return r;
}

static int try_connect(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	check(fd >= 0);
	r = outcome(connect(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
	return r;
}

/* Ports of which nobody listens on one: connecting is refused there anyway,
 * by another errno than Landlock's. */
#define FREE_PORT 1

static void test_ports(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(4);
	check_int(try_bind(0), 0);
	check_int(try_connect(FREE_PORT), ECONNREFUSED);
	check_int(fh_landlock_allow_bind(landlock, 0, NULL), 0);
	check_int(fh_landlock_allow_connect(landlock, FREE_PORT, NULL), 0);
	check_apply(landlock);
	check_int(try_bind(0), 0);
	check_int(try_bind(48123), EACCES);
	check_int(try_connect(FREE_PORT), ECONNREFUSED);
	check_int(try_connect(FREE_PORT + 1), EACCES);
}

static void test_files_only(void)
{
	struct fh_landlock *landlock = begin(FH_LANDLOCK_FILES_ONLY);
	struct fh_landlock_status status;
	struct fh_error err = { 0 };

	need_abi(5);
	check_int(fh_landlock_allow_bind(landlock, 80, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_allow_bind"));
	check_int(fh_landlock_allow_connect(landlock, 80, &err), -EINVAL);
	check_int(fh_landlock_apply(landlock, 0, &status, NULL), 0);
	check_int(status.state, FH_STATE_FULLY);
	check_str(status.reason, "");
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), EACCES);
	check_int(try_bind(0), 0);
	check_int(try_connect(FREE_PORT), ECONNREFUSED);
	check_int(outcome(kill(getppid(), 0)), 0);
}

static void test_signals(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status;

	need_abi(6);
	check_int(outcome(kill(getppid(), 0)), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, NULL), 0);
	check_int(status.state, FH_STATE_PARTLY);
	check(status.reason[0]);
	check_int(outcome(kill(getppid(), 0)), EPERM);
	check_int(outcome(kill(getpid(), 0)), 0);
}

/* --- what it is worth ------------------------------------------------------- */

static void test_states(void)
{
	static const struct {
		unsigned int flags;
		int abi;
		enum fh_state state;
		const char *has, *has_not;
	} rows[] = {
		{ 0, 1, FH_STATE_PARTLY, "truncation", NULL },
		{ 0, 1, FH_STATE_PARTLY, "fast open", NULL },
		{ 0, 3, FH_STATE_PARTLY, "TCP ports are not", "truncation" },
		{ 0, 4, FH_STATE_PARTLY, "device ioctls", "TCP ports are not" },
		{ 0, 5, FH_STATE_PARTLY, "signals", "device" },
		{ 0, 7, FH_STATE_PARTLY, "pathname sockets", "signals" },
		{ 0, 9, FH_STATE_PARTLY, "UDP", "pathname" },
		{ 0, 10, FH_STATE_PARTLY, "fast open", "UDP" },
		{ 0, 99, FH_STATE_PARTLY, "fast open", "UDP" },
		{ FH_LANDLOCK_FILES_ONLY, 1, FH_STATE_PARTLY, "moving", "TCP" },
		{ FH_LANDLOCK_FILES_ONLY, 2, FH_STATE_PARTLY, "truncation",
		  "moving" },
		{ FH_LANDLOCK_FILES_ONLY, 4, FH_STATE_PARTLY, "device ioctls",
		  "sockets" },
		{ FH_LANDLOCK_FILES_ONLY, 5, FH_STATE_FULLY, "", NULL },
		{ FH_LANDLOCK_FILES_ONLY, 99, FH_STATE_FULLY, "", NULL },
	};
	struct fh_landlock_status status;

	for (size_t i = 0; i < N(rows); i++) {
		landlock_describe(rows[i].flags, rows[i].abi, 0, &status);
		check_int(status.state, rows[i].state);
		check(strstr(status.reason, rows[i].has));
		check(*rows[i].has || !*status.reason);
		check(!rows[i].has_not ||
		      !strstr(status.reason, rows[i].has_not));
		check_int(status.abi, rows[i].abi);
		check_int(status.abi_used, rows[i].abi > LANDLOCK_ABI_KNOWN
						   ? LANDLOCK_ABI_KNOWN
						   : rows[i].abi);
	}
	landlock_describe(0, 0, -ENOSYS, &status);
	check_int(status.state, FH_STATE_NOT);
	check_str(status.reason, "the kernel has no Landlock");
	landlock_describe(0, 0, -EOPNOTSUPP, &status);
	check(strstr(status.reason, "lsm="));
	landlock_describe(0, 0, -EPERM, &status);
	check(strstr(status.reason, "filter"));
}

static void test_handled(void)
{
	struct ll_ruleset_attr attr;

	landlock_handle(0, 99, &attr);
	check_int(attr.handled_fs, 0x1ffff);
	check_int(attr.handled_net, 0xf);
	check_int(attr.scoped, 3);
	landlock_handle(FH_LANDLOCK_FILES_ONLY, 99, &attr);
	check_int(attr.handled_fs, 0xffff);
	check_int(attr.handled_net, 0);
	check_int(attr.scoped, 0);
	landlock_handle(0, 1, &attr);
	check_int(attr.handled_fs, 0x1fff);
	check_int(attr.handled_net, 0);
}

static void test_status(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status;
	struct fh_error err = { 0 };

	check_int(fh_landlock_get_status(landlock, &status, NULL), 0);
	check_int(status.abi, fh_landlock_abi());
	check_status("NoNewPrivs", "0");
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), 0);
	check_int(fh_landlock_get_status(NULL, &status, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_get_status: landlock is NULL"));
	check_int(fh_landlock_get_status(landlock, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_get_status: ret is NULL"));
}

/* --- kernels that are otherwise --------------------------------------------- */

/* Makes one system call answer with this errno; 0 is success. */
static void pretend(unsigned int nr, unsigned int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = N(code), .filter = code };

	check_int(outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)), 0);
	check_int(outcome(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
				&program)), 0);
}

static void test_no_landlock(void)
{
	struct fh_landlock *landlock;
	struct fh_landlock_status status = { .abi = 77 };
	struct fh_error err = { 0 };

	pretend(SYS_landlock_create_ruleset, ENOSYS);
	check_int(fh_landlock_abi(), 0);
	landlock = begin(0);
	check_int(fh_landlock_allow_read(landlock, "/nowhere", NULL), -ENOENT);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), 0);
	check_int(fh_landlock_allow_bind(landlock, 80, NULL), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, &err), -EOPNOTSUPP);
	check_int(err.code, -EOPNOTSUPP);
	check_int(status.abi, 77);
	check_int(fh_landlock_apply(landlock, FH_LANDLOCK_ACCEPT_NONE, &status,
				    NULL), 0);
	check_int(status.state, FH_STATE_NOT);
	check_str(status.reason, "the kernel has no Landlock");
	check_int(try_open("/", O_RDONLY | O_DIRECTORY), 0);
}

/* A domain that is said to stand, and does not, is found by the probe. */
static void test_probe(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status = { .abi = 77 };
	struct fh_error err = { 0 };

	need_abi(1);
	pretend(SYS_landlock_restrict_self, 0);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, &err), -EPERM);
	check(strstr(err.what, "does not hold"));
	check_int(err.stage, FH_STAGE_APPLY);
	check_int(status.abi, 77);
}

/* --- limits and bad input --------------------------------------------------- */

static void test_nested(void)
{
	struct fh_error err = { 0 };
	int r = 0;

	need_abi(1);
	for (int i = 0; i < 16; i++)
		check_apply(begin(FH_LANDLOCK_FILES_ONLY));
	struct fh_landlock *landlock = begin(FH_LANDLOCK_FILES_ONLY);
	r = fh_landlock_apply(landlock, 0, NULL, &err);
	check_int(r, -E2BIG);
	check(strstr(err.what, "16"));
}

static void test_too_many(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_error err = { 0 };

	for (int i = 0; i < 65536; i++)
		if (fh_landlock_allow_bind(landlock, 80, &err) < 0)
			tap_fail(__FILE__, __LINE__, "rule %d: %s", i,
				 err.what);
	check_int(fh_landlock_allow_bind(landlock, 80, &err), -E2BIG);
	check_int(fh_landlock_allow_connect(landlock, 80, NULL), -E2BIG);
	check_int(fh_landlock_allow_read(landlock, "/usr", NULL), -E2BIG);
	check_apply(landlock);
}

static void test_bad_input(void)
{
	struct fh_landlock *landlock = begin(0), *none = NULL;
	struct fh_error err = { 0 };

	check_int(fh_landlock_new(0, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_new: ret is NULL"));
	check_int(fh_landlock_new(2, &none, &err), -EINVAL);
	check(!none);
	check_int(fh_landlock_allow_read(NULL, "/", &err), -EINVAL);
	check(strstr(err.what, "fh_landlock_allow_read: landlock is NULL"));
	check_int(fh_landlock_allow_read(landlock, NULL, &err), -EINVAL);
	check_int(fh_landlock_allow_read_write(NULL, "/", NULL), -EINVAL);
	check_int(fh_landlock_allow_read_write(landlock, NULL, NULL), -EINVAL);
	check_int(fh_landlock_allow_execute(NULL, "/", NULL), -EINVAL);
	check_int(fh_landlock_allow_execute(landlock, NULL, NULL), -EINVAL);
	check_int(fh_landlock_allow_bind(NULL, 1, NULL), -EINVAL);
	check_int(fh_landlock_allow_connect(NULL, 1, NULL), -EINVAL);
	check_int(fh_landlock_apply(NULL, 0, NULL, NULL), -EINVAL);
	check_int(fh_landlock_apply(landlock, 2, NULL, &err), -EINVAL);
	check_int(fh_landlock_allow_read(landlock, "", NULL), -ENOENT);
	memset(&err, 0, sizeof(err));
	check_int(fh_landlock_allow_read(landlock, "/no\nwhere", &err),
		  -ENOENT);
	check(strstr(err.what, "/no\\"));
	check_status("NoNewPrivs", "0");
	fh_landlock_free(NULL);
	fh_landlock_free(landlock);
}

/* As a daemon does it between making and applying. */
static void test_closed(void)
{
	struct fh_landlock *landlock = begin(0);

	need_abi(1);
	check_int(outcome(close_range(3, ~0u, 0)), 0);
	check(fh_landlock_apply(landlock, 0, NULL, NULL) < 0);
}

/* --- threads ----------------------------------------------------------------- */

static int open_root(void)
{
	return try_open("/", O_RDONLY | O_DIRECTORY);
}

static int new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static void test_threads(void)
{
	struct fh_landlock *landlock = begin(0);
	struct fh_landlock_status status = { .abi = 77 };
	struct fh_error err = { 0 };
	struct second second;
	bool can = fh_landlock_abi() >= 8;

	need_abi(1);
	second_start(&second);
	check_int(second_do(&second, open_root), 0);
	check_int(fh_landlock_apply(landlock, 0, &status, &err),
		  can ? 0 : -EBUSY);
	check_int(open_root(), can ? EACCES : 0);
	check_int(second_do(&second, open_root), can ? EACCES : 0);
	check_int(new_privs(), can);
	check_int(second_do(&second, new_privs), can);
	check_int(status.abi, can ? fh_landlock_abi() : 77);
	check_int(err.code, can ? 0 : -EBUSY);
}

/* --- as root ----------------------------------------------------------------- */

/* A rule from above the new root reaches all of it. */
static void test_chroot(void)
{
	struct fh_landlock *landlock = begin(FH_LANDLOCK_FILES_ONLY);
	struct fh_landlock *narrow = begin(FH_LANDLOCK_FILES_ONLY);

	need_abi(1);
	make_stage();
	check_int(outcome(mkdir("granted/inner", 0700)), 0);
	check_int(fh_landlock_allow_read(landlock, "granted", NULL), 0);
	check_int(fh_landlock_allow_read(narrow, "other", NULL), 0);
	check_int(outcome(chroot("granted/inner")), 0);
	check_int(outcome(chdir("/")), 0);
	check_apply(landlock);
	check_int(open_root(), 0);
	check_apply(narrow);
	check_int(open_root(), EACCES);
}

static const struct tap_test anyone[] = {
	{ .name = "reading, and nothing else", .run = test_read },
	{ .name = "one file", .run = test_one_file },
	{ .name = "reading and writing", .run = test_read_write },
	{ .name = "executing", .run = test_execute },
	{ .name = "a rule holds what the name meant", .run = test_held },
	{ .name = "links are followed", .run = test_links_followed },
	{ .name = "everything granted is no failure",
	  .run = test_everything_granted },
	{ .name = "ports", .run = test_ports },
	{ .name = "files only", .run = test_files_only },
	{ .name = "signals", .run = test_signals },
	{ .name = "what each ABI is worth", .run = test_states },
	{ .name = "what each ABI handles", .run = test_handled },
	{ .name = "asking changes nothing", .run = test_status },
	{ .name = "a kernel without Landlock", .run = test_no_landlock },
	{ .name = "a domain that does not hold is found", .run = test_probe },
	{ .name = "the seventeenth domain", .run = test_nested },
	{ .name = "too many rules", .run = test_too_many },
	{ .name = "bad input is refused", .run = test_bad_input },
	{ .name = "a ruleset that was closed is no success",
	  .run = test_closed },
	{ .name = "threads: all or none", .run = test_threads },
};

static const struct tap_test root[] = {
	{ .name = "after a chroot", .run = test_chroot },
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
