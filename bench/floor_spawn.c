/*
 * Builds a box by hand with the fences of fh_spawn()'s default policy.
 *
 * This is the floor that the library is measured against: one straight line of
 * system calls, the lists written down, no plan, no verification, no message
 * about what failed but the number of the line. The calls and the constants
 * that headers lack come from src/sys.
 */
#include "floor_spawn.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sys/capability.h"
#include "sys/landlock_calls.h"
#include "sys/mounts_calls.h"
#include "sys/process.h"
#include "sys/seccomp_calls.h"

#define NOT_BOXED 125
#define PIDS 256
#define STORAGE_OPTIONS "nr_inodes=100k,size=256m,mode="

#define READ_TREE (LL_FS_READ_FILE | LL_FS_READ_DIR)
#define RUN_TREE (READ_TREE | LL_FS_EXECUTE)
#define WRITE_FILE (LL_FS_READ_FILE | LL_FS_WRITE_FILE | LL_FS_TRUNCATE)
#define STORAGE                                                              \
	(WRITE_FILE | LL_FS_READ_DIR | LL_FS_REMOVE_DIR | LL_FS_REMOVE_FILE | \
	 LL_FS_MAKE_DIR | LL_FS_MAKE_REG | LL_FS_MAKE_SOCK | LL_FS_MAKE_FIFO | \
	 LL_FS_MAKE_SYM | LL_FS_REFER)

static void check(bool is_done, int line)
{
	if (!is_done) {
		dprintf(STDERR_FILENO, "floor_spawn.c:%d: %m\n", line);
		_exit(NOT_BOXED);
	}
}
#define CHECK(call) check((call) >= 0, __LINE__)

static void put(int dirfd, const char *path, int flags, const char *text)
{
	int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | flags, 0644);

	CHECK(fd);
	CHECK(write(fd, text, strlen(text)));
	close(fd);
}

static void map_ids(int proc_self, uid_t uid, gid_t gid)
{
	char map[64];

	put(proc_self, "setgroups", 0, "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	put(proc_self, "uid_map", 0, map);
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	put(proc_self, "gid_map", 0, map);
}

static void restrict_mount(const char *target, uint64_t attr)
{
	struct mnt_attr set = { .attr_set = MNT_ATTR_RDONLY | attr };

	CHECK(syscall(SYS_mount_setattr, AT_FDCWD, target, MNT_AT_RECURSIVE,
		      &set, sizeof(set)));
}

/* Shows a path of the host at the same place; the new root is ".". */
static void show(const char *path, bool is_directory, uint64_t attr)
{
	const char *target = path + 1;

	CHECK(is_directory ? mkdir(target, 0755)
			   : mknod(target, S_IFREG | 0600, 0));
	CHECK(mount(path, target, NULL, MS_BIND | MS_REC, NULL));
	restrict_mount(target, MNT_ATTR_NOSUID | attr);
}

static void make_ways(const char *path)
{
	char way[512];

	for (const char *at = path + 1; (at = strchr(at, '/')); at++) {
		snprintf(way, sizeof(way), "%.*s", (int)(at - path - 1),
			 path + 1);
		mkdir(way, 0755);
	}
}

static void store(const char *path, const char *options)
{
	mkdir(path, 0755);
	CHECK(mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    options));
}

static void show_system(void)
{
	static const char *const links[] = { "bin", "lib", "lib32", "lib64",
					     "libx32", "sbin" };
	static const char *const files[] = {
		"/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache",
		"/etc/ssl/certs", "/etc/ssl/openssl.cnf",
	};
	struct stat st;

	show("/usr", true, MNT_ATTR_NODEV);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char from[16], to[64];
		ssize_t n;

		snprintf(from, sizeof(from), "/%s", links[i]);
		n = readlink(from, to, sizeof(to) - 1);
		if (n < 0)
			continue;
		to[n] = '\0';
		CHECK(symlink(to, links[i]));
	}
	CHECK(mkdir("etc", 0755));
	CHECK(mkdir("etc/ssl", 0755));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (stat(files[i], &st) == 0)
			show(files[i], S_ISDIR(st.st_mode),
			     MNT_ATTR_NODEV | MNT_ATTR_NOEXEC);
	CHECK(symlink("/usr/share/zoneinfo/Etc/UTC", "etc/localtime"));
	put(AT_FDCWD, "etc/passwd", O_CREAT, "user:x:1000:1000::/:/bin/sh\n");
	put(AT_FDCWD, "etc/group", O_CREAT, "user:x:1000:\n");
	put(AT_FDCWD, "etc/hosts", O_CREAT, "127.0.0.1 localhost\n");
	put(AT_FDCWD, "etc/nsswitch.conf", O_CREAT, "passwd: files\n");
}

static void show_devices(void)
{
	static const char *const devices[] = {
		"/dev/full", "/dev/null", "/dev/random", "/dev/urandom",
		"/dev/zero",
	};
	static const char *const links[][2] = {
		{ "/proc/self/fd", "dev/fd" }, { "pts/ptmx", "dev/ptmx" },
		{ "/proc/self/fd/0", "dev/stdin" },
		{ "/proc/self/fd/1", "dev/stdout" },
		{ "/proc/self/fd/2", "dev/stderr" },
	};

	CHECK(mkdir("dev", 0755));
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		show(devices[i], false, MNT_ATTR_NOEXEC);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		CHECK(symlink(links[i][0], links[i][1]));
	CHECK(mkdir("dev/pts", 0755));
	CHECK(mount("devpts", "dev/pts", "devpts",
		    MS_NOSUID | MS_NOEXEC,
		    "newinstance,ptmxmode=0666,mode=620"));
	store("dev/shm", STORAGE_OPTIONS "1777");
}

static void show_tree(const struct floor_box *box)
{
	char number[16];

	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK(mount("root", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV,
		    "mode=0755,size=16m,nr_inodes=200k"));
	CHECK(chdir("/tmp"));
	show_system();
	show_devices();
	CHECK(mkdir("proc", 0755));
	CHECK(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "hidepid=4"));
	snprintf(number, sizeof(number), "%d", PIDS + 45);
	put(AT_FDCWD, "proc/sys/kernel/pid_max", 0, number);
	restrict_mount("proc", 0);
	store("tmp", STORAGE_OPTIONS "1777");
	CHECK(mkdir("var", 0755));
	make_ways(box->home);
	symlink("/tmp", "var/tmp");
	store(box->home + 1, STORAGE_OPTIONS "0700");
	if (box->program) {
		make_ways(box->program);
		show(box->program, false, MNT_ATTR_NODEV);
	}
}

static void switch_root(void)
{
	struct mnt_attr set = { .attr_set = MNT_ATTR_RDONLY };

	CHECK(syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &set, sizeof(set)));
	CHECK(mnt_pivot_root(".", "."));
	CHECK(umount2(".", MNT_DETACH));
	CHECK(chdir("/"));
}

/* A second user namespace, and no third: no right over the mounts is left. */
static void lock(int proc_self, uid_t uid, gid_t gid)
{
	put(proc_self, "../sys/user/max_user_namespaces", 0, "1");
	CHECK(unshare(CLONE_NEWUSER));
	map_ids(proc_self, uid, gid);
}

static void drop_privileges(void)
{
	const struct capability_sets none = { 0 };

	for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0;)
		cap++;
	CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	CHECK(prctl(PR_SET_SECUREBITS, SECUREBITS_LOCKED, 0, 0, 0));
	CHECK(capability_set(&none));
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void allow(int ruleset, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	CHECK(fd);
	CHECK(ll_add_path(ruleset, fd, rights));
	close(fd);
}

static void confine_files(const struct floor_box *box)
{
	static const struct {
		const char *path;
		uint64_t rights;
	} rules[] = {
		{ "/", LL_FS_READ_DIR },    { "/dev", READ_TREE },
		{ "/dev/full", WRITE_FILE }, { "/dev/null", WRITE_FILE },
		{ "/dev/pts", STORAGE | LL_FS_IOCTL_DEV },
		{ "/dev/shm", STORAGE },    { "/etc", READ_TREE },
		{ "/proc", READ_TREE },	    { "/tmp", STORAGE },
		{ "/usr", RUN_TREE },
	};
	const struct ll_ruleset_attr all = {
		.handled_fs = LL_FS_IOCTL_DEV * 2 - 1,
		.handled_net = LL_NET_BIND_TCP | LL_NET_CONNECT_TCP,
		.scoped = LL_SCOPE_ABSTRACT_UNIX | LL_SCOPE_SIGNAL,
	};
	int ruleset = ll_create(&all);

	CHECK(ruleset);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		allow(ruleset, rules[i].path, rules[i].rights);
	allow(ruleset, box->home, STORAGE);
	if (box->program)
		allow(ruleset, box->program,
		      LL_FS_READ_FILE | LL_FS_EXECUTE);
	for (int fd = 0; fd < 3; fd++)
		ll_add_path(ruleset, fd, WRITE_FILE);
	CHECK(ll_restrict(ruleset, 0));
	close(ruleset);
}

static void set_limits(void)
{
	const struct rlimit core = { 0, 0 }, processes = { PIDS, PIDS };

	CHECK(setrlimit(RLIMIT_CORE, &core));
	CHECK(setrlimit(RLIMIT_NPROC, &processes));
}

static _Noreturn void become(const struct floor_box *box, char *const argv[])
{
	char home[256];
	char *const env[] = { home, "PATH=/usr/bin:/bin", "LANG=C.UTF-8",
			      "USER=user", "LOGNAME=user", "SHELL=/bin/sh",
			      NULL };

	snprintf(home, sizeof(home), "HOME=%s", box->home);
	CHECK(setsid());
	set_limits();
	umask(022);
	CHECK(chdir(box->home));
	CHECK(process_close_range(3, ~0u));
	CHECK(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &box->filter));
	execve(argv[0], argv, env);
	_exit(127);
}

/* Pid 1: reaps all, and ends with the program, which ends the rest. */
static _Noreturn void init(const struct floor_box *box, char *const argv[])
{
	pid_t program, pid;
	int status;

	CHECK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	program = fork();
	CHECK(program);
	if (program == 0)
		become(box, argv);
	CHECK(process_close_range(0, ~0u));
	CHECK(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, &box->init_filter));
	do {
		pid = (pid_t)syscall(SYS_wait4, -1, &status, __WALL, NULL);
	} while (pid != program);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status)
				: 128 + WTERMSIG(status));
}

int floor_run(const struct floor_box *box, char *const argv[])
{
	const unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS |
				    CLONE_NEWPID | CLONE_NEWNET |
				    CLONE_NEWIPC | CLONE_NEWUTS |
				    CLONE_NEWCGROUP;
	uid_t uid = getuid();
	gid_t gid = getgid();
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL,
				   NULL, NULL);
	int proc_self, status;

	if (pid == 0) {
		CHECK(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
		proc_self = open("/proc/self",
				 O_PATH | O_DIRECTORY | O_CLOEXEC);
		map_ids(proc_self, uid, gid);
		CHECK(process_join_session_keyring());
		CHECK(sethostname("floor", 5));
		show_tree(box);
		switch_root();
		lock(proc_self, uid, gid);
		drop_privileges();
		confine_files(box);
		init(box, argv);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return NOT_BOXED;
	return WEXITSTATUS(status);
}
