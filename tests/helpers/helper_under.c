/*
 * Runs a command where something is denied, as on machines unlike this one.
 *
 *   helper_under DENIAL[,DENIAL...] -- COMMAND
 *
 *   no-namespaces   user.max_user_namespaces is 0: ENOSPC
 *   container       what Docker's default filter denies: EPERM, clone3 ENOSYS
 *   no-mounts       user namespaces come without a capability: mount EPERM
 *   no-clone3       a filter that does not know clone3: ENOSYS
 *   chroot          the caller is in a chroot: unshare EPERM
 *   masked-proc     a file in /proc is covered: a fresh one EPERM
 *   no-landlock     a kernel without Landlock: ENOSYS
 *   landlock-off    Landlock is compiled in, disabled at boot: EOPNOTSUPP
 *
 * They are taken in the order given. Needs no privilege.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#ifndef SYS_landlock_create_ruleset /* Linux 5.13 */
#define SYS_landlock_create_ruleset 444
#endif
#define LANDLOCK_LAST 446
/* CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET of <linux/sched.h>. */
#define CLONE_NEW_ANY 0x7e020000u
#define CALLS_MAX 32

static void die(const char *what)
{
	fprintf(stderr, "helper_under: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void check(int r, const char *what)
{
	if (r < 0)
		die(what);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd, path);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* A user namespace with our own ids, in which we hold every capability. */
static void enter_namespaces(int others)
{
	unsigned int uid = getuid(), gid = getgid();
	char map[64];

	check(unshare(CLONE_NEWUSER | others), "unshare");
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_file("/proc/self/gid_map", map);
}

static void load(struct sock_filter *code, size_t len)
{
	struct sock_fprog program = { .len = (unsigned short)len,
				      .filter = code };

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
	      "load a filter");
}

#define NR BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define FLAGS                                                                  \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                                     \
		 offsetof(struct seccomp_data, args[0]))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

static void refuse(const int *calls, int error)
{
	struct sock_filter code[CALLS_MAX * 2 + 2] = { NR };
	size_t n = 1;

	for (; *calls >= 0; calls++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)*calls, 0, 1);
		code[n++] = (struct sock_filter)RETURN(
			SECCOMP_RET_ERRNO | (unsigned int)error);
	}
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	load(code, n);
}

/* clone is refused only with a flag that makes a namespace. */
static void refuse_clone(void)
{
	struct sock_filter code[] = {
		NR,
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
		FLAGS,
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEW_ANY, 0, 1),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};

	load(code, sizeof(code) / sizeof(*code));
}

static void deny_namespaces(void)
{
	enter_namespaces(0);
	write_file("/proc/sys/user/max_user_namespaces", "0");
}

static void deny_clone3(void)
{
	static const int calls[] = { SYS_clone3, -1 };

	refuse(calls, ENOSYS);
}

/* https://github.com/moby/profiles, seccomp/default.json: what needs
 * CAP_SYS_ADMIN and is not allowed without it. */
static void deny_as_container(void)
{
	static const int calls[] = {
		SYS_unshare,	SYS_setns,    SYS_mount,   SYS_umount2,
		SYS_pivot_root, SYS_fsopen,   SYS_fsmount, SYS_fsconfig,
		SYS_open_tree,	SYS_move_mount, SYS_mount_setattr,
		SYS_keyctl,	SYS_add_key,  SYS_request_key,
		SYS_sethostname, SYS_bpf,     SYS_perf_event_open, -1,
	};

	refuse(calls, EPERM);
	refuse_clone();
	deny_clone3();
}

static void deny_mounts(void)
{
	static const int calls[] = { SYS_mount,	     SYS_umount2,
				     SYS_pivot_root, SYS_open_tree,
				     SYS_move_mount, SYS_mount_setattr,
				     SYS_sethostname, -1 };

	refuse(calls, EPERM);
}

static void deny_by_chroot(void)
{
	char here[4096], root[4096];

	if (!getcwd(here, sizeof(here)))
		die("getcwd");
	snprintf(root, sizeof(root), "%.4000s/root.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(root))
		die("create a directory");
	enter_namespaces(CLONE_NEWNS);
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	check(mount("/", root, NULL, MS_BIND | MS_REC, NULL), "bind /");
	check(chroot(root), "chroot");
	check(chdir(here), "chdir");
}

static void mask_proc(void)
{
	enter_namespaces(CLONE_NEWNS);
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	check(mount("/dev/null", "/proc/uptime", NULL, MS_BIND, NULL),
	      "cover /proc/uptime");
}

static void deny_landlock(int error)
{
	static const int calls[] = { SYS_landlock_create_ruleset,
				     SYS_landlock_create_ruleset + 1,
				     LANDLOCK_LAST, -1 };

	refuse(calls, error);
}

static void deny_landlock_unknown(void)
{
	deny_landlock(ENOSYS);
}

static void deny_landlock_off(void)
{
	deny_landlock(EOPNOTSUPP);
}

static const struct {
	const char *name;
	void (*deny)(void);
} denials[] = {
	{ "no-namespaces", deny_namespaces },
	{ "container", deny_as_container },
	{ "no-mounts", deny_mounts },
	{ "no-clone3", deny_clone3 },
	{ "chroot", deny_by_chroot },
	{ "masked-proc", mask_proc },
	{ "no-landlock", deny_landlock_unknown },
	{ "landlock-off", deny_landlock_off },
};
#define N_DENIALS (sizeof(denials) / sizeof(*denials))

static void deny(const char *name)
{
	for (size_t i = 0; i < N_DENIALS; i++) {
		if (strcmp(name, denials[i].name) == 0) {
			denials[i].deny();
			return;
		}
	}
	errno = EINVAL;
	die(name);
}

int main(int argc, char **argv)
{
	if (argc < 4 || strcmp(argv[2], "--") != 0)
		return 99;
	for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ","))
		deny(name);
	execvp(argv[3], argv + 3);
	die(argv[3]);
}
