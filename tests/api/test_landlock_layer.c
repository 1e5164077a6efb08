/* Landlock alone: what is granted works, all else is refused. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "landlock_layer.h"

/* --- files ----------------------------------------------------------------- */

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

/* --- ports, signals -------------------------------------------------------- */

/* By the number of bind or of connect, on the loopback. */
static int try_port(int nr, uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	check(fd >= 0);
	r = SC(nr, fd, &address, sizeof(address));
	close(fd);
	return r;
}

static int try_bind(uint16_t port)
{
	return try_port(SYS_bind, port);
}

static int try_connect(uint16_t port)
{
	return try_port(SYS_connect, port);
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

/* --- threads --------------------------------------------------------------- */

static int open_root(void)
{
	return try_open("/", O_RDONLY | O_DIRECTORY);
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

/* --- as root --------------------------------------------------------------- */

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
	{ .name = "threads: all or none", .run = test_threads },
};

static const struct tap_test root[] = {
	{ .name = "after a chroot", .run = test_chroot },
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
