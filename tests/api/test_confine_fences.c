/* What a confined process can no longer do, each with its control before. */
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <time.h>

#include "fenced.h"

static struct place place;

/* The place is this test's alone, and goes with it. */
static struct fh_policy *file_policy(void)
{
	struct fh_policy *policy = POLICY("syscalls", "default");

	place = place_new();
	check_int(fh_policy_allow(policy, FH_READ, place.in, &err), 0);
	check_int(fh_policy_allow(policy, FH_WRITE, place.out, &err), 0);
	return policy;
}

/* --- files ------------------------------------------------------------------- */

static void test_grants(void)
{
	struct fh_policy *policy = file_policy();
	char moved[192];

	snprintf(moved, sizeof(moved), "%s/moved", place.out);
	check_int(opened(place.secret, O_RDONLY), 0);
	check_int(opened(place.in_file, O_RDWR), 0);
	check_fence(policy);
	check_int(opened(place.in_file, O_RDONLY), 0);
	check_int(opened(place.in, O_RDONLY | O_DIRECTORY), 0);
	check_int(opened(place.in_file, O_WRONLY), EACCES);
	check_int(opened(place.in_file, O_RDONLY | O_TRUNC), EACCES);
	check_int(outcome(unlink(place.in_file)), EACCES);
	check_int(outcome(rename(place.in_file, moved)), EACCES);
	/* As between file systems: Landlock's word for it. */
	check_int(outcome(link(place.in_file, moved)), EXDEV);
	check_int(opened(place.out_file, O_WRONLY | O_CREAT), 0);
	check_int(opened(place.out_file, O_RDWR | O_TRUNC), 0);
	check_int(outcome(rename(place.out_file, moved)), 0);
	check_int(outcome(unlink(moved)), 0);
	check_int(opened(place.secret, O_RDONLY), EACCES);
	check_int(opened(place.secret, O_WRONLY), EACCES);
	check_int(opened(place.dir, O_RDONLY | O_DIRECTORY), EACCES);
	check_int(outcome(truncate(place.secret, 0)), EACCES);
	check_int(outcome(unlink(place.secret)), EACCES);
}

/* Ways around a name. */
static void test_detours(void)
{
	struct fh_policy *policy = file_policy();
	int dir = open(place.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int read_only = open(place.secret, O_RDONLY | O_CLOEXEC);
	char through[192], again[64], link_name[192];
	int fd;

	snprintf(through, sizeof(through), "%s/../secret", place.out);
	snprintf(link_name, sizeof(link_name), "%s/link", place.out);
	snprintf(again, sizeof(again), "/proc/self/fd/%d", read_only);
	check_int(opened(through, O_RDONLY), 0);
	check_int(opened(again, O_RDWR), 0);
	fd = openat(dir, "secret", O_RDONLY);
	check(fd >= 0);
	close(fd);
	check_fence(policy);
	check_int(opened(through, O_RDONLY), EACCES);
	check_int(opened(again, O_RDWR), EACCES);
	check_int(outcome(openat(dir, "secret", O_RDONLY)), EACCES);
	check_int(outcome(symlink(place.secret, link_name)), 0);
	check_int(opened(link_name, O_RDONLY), EACCES);
	check_int(outcome(unlink(link_name)), 0);
	check_int(opened("/proc/self/mem", O_RDWR), EACCES);
	check_int(opened("/proc/self/environ", O_RDONLY), EACCES);
	check_int(opened("/proc/1/status", O_RDONLY), EACCES);
	check_int(opened("/dev/null", O_RDWR), EACCES);
	/* What was open stays of use. */
	check_int(outcome(read(read_only, through, 6)), 0);
}

/* The owner may not change what describes a file that he may only read. */
static void test_metadata(void)
{
	struct fh_policy *policy = file_policy();
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	int fd = open(place.in_file, O_RDONLY | O_CLOEXEC);
	int flags = 0;

	check_int(outcome(chmod(place.in_file, 0666)), 0);
	check_int(outcome(utimensat(AT_FDCWD, place.in_file, times, 0)), 0);
	check_int(outcome(fchown(fd, (uid_t)-1, (gid_t)-1)), 0);
	check_fence(policy);
	check_int(outcome(chmod(place.in_file, 0600)), EPERM);
	check_int(outcome(fchmod(fd, 0600)), EPERM);
	check_int(outcome(chmod(place.secret, 0600)), EPERM);
	check_int(outcome(fchown(fd, (uid_t)-1, (gid_t)-1)), EPERM);
	check_int(outcome(utimensat(AT_FDCWD, place.in_file, times, 0)),
		  EPERM);
	check_int(SC(SYS_setxattr, place.in_file, "user.x", "", 0, 0), EPERM);
	check_int(SC(SYS_ioctl, fd, 0x40086602, &flags), EPERM);
}

static int run(const char *path)
{
	char *const argv[] = { (char *)path, NULL }, *const none[] = { NULL };
	int status = 0;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		execve(path, argv, none);
		_exit(errno);
	}
	check_int(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void test_execute(void)
{
	struct fh_policy *policy = file_policy();

	check_int(run("/bin/true"), 0);
	check_int(fh_policy_allow(policy, FH_READ, "/usr", &err), 0);
	check_fence(policy);
	check_int(run("/bin/true"), EACCES);
}

static void test_execute_granted(void)
{
	struct fh_policy *policy = file_policy();

	check_int(fh_policy_allow(policy, FH_EXEC, "/usr", &err), 0);
	check_int(fh_policy_set(policy, "exec", "-/lib64", &err), 0);
	check_int(fh_policy_set(policy, "read", "-/etc/ld.so.cache", &err), 0);
	check_fence(policy);
	check_int(run("/usr/bin/true"), 0);
}

/* --- processes ------------------------------------------------------------------ */

static int trace_parent(void)
{
	pid_t parent = getpid(), child = fork();
	int status = 0;

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (ptrace(PTRACE_SEIZE, parent, NULL, NULL) < 0)
			_exit(errno);
		_exit(0);
	}
	check_int(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void test_trace(void)
{
	int control;

	/* Yama may refuse it to a child; then root alone shows the control. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	control = trace_parent();
	if (control)
		skip("a child may not trace its parent on this machine");
	check_fence(POLICY("syscalls", "default"));
	check_int(trace_parent(), EPERM);
}

/* Allowed by the filter, a child still cannot trace what is outside. */
static void test_trace_outside(void)
{
	pid_t outside = fork();

	if (outside == 0) {
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
		pause();
	}
	usleep(20000);
	check_int(outcome(ptrace(PTRACE_SEIZE, outside, NULL, NULL)), 0);
	check_int(outcome(ptrace(PTRACE_INTERRUPT, outside, NULL, NULL)), 0);
	check_int(waitpid(outside, NULL, 0), outside);
	check_int(outcome(ptrace(PTRACE_DETACH, outside, NULL, NULL)), 0);
	check_fence(POLICY("syscalls", "default", "allow-syscall", "ptrace"));
	check_int(outcome(ptrace(PTRACE_SEIZE, outside, NULL, NULL)), EPERM);
}

/* Of the same user, so that nothing but the fence refuses it. */
static void test_signal(void)
{
	uid_t uid = is_root() ? TESTER : getuid();
	union sigval value = { 0 };
	pid_t outside, inside;

	check_int(SC(SYS_setresuid, uid, uid, uid), 0);
	outside = fork();
	if (outside == 0)
		for (;;)
			pause();
	check_int(outcome(kill(outside, 0)), 0);
	check_fence(POLICY("syscalls", "default"));
	check_int(outcome(kill(outside, 0)), EPERM);
	check_int(outcome(kill(outside, SIGTERM)), EPERM);
	check_int(outcome(kill(getppid(), 0)), EPERM);
	check_int(outcome(kill(-1, 0)), EPERM);
	check_int(SC(SYS_tkill, outside, 0), EPERM);
	check_int(SC(SYS_tgkill, outside, outside, SIGTERM), EPERM);
	check_int(outcome(sigqueue(outside, 0, value)), EPERM);
	check_int(outcome(setpriority(PRIO_PROCESS, (id_t)outside, 5)), EPERM);
	check_int(SC(SYS_prlimit64, outside, RLIMIT_NOFILE, NULL, NULL), EPERM);
	/* Its own children are its own. */
	inside = fork();
	if (inside == 0)
		for (;;)
			pause();
	check_int(outcome(kill(inside, SIGKILL)), 0);
	check_int(waitpid(inside, NULL, 0), inside);
}

/* --- limits ----------------------------------------------------------------------- */

static void check_limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit limit = { 0 };

	check_int(getrlimit((__rlimit_resource_t)resource, &limit), 0);
	check_int(limit.rlim_cur, soft);
	check_int(limit.rlim_max, hard);
	limit.rlim_cur = limit.rlim_max = hard + 1;
	check_int(SC(SYS_prlimit64, 0, resource, &limit, NULL), EPERM);
}

static void test_limits(void)
{
	struct fh_policy *policy = file_policy();
	int fd = open(place.out_file, O_WRONLY | O_CREAT, 0666);
	static char block[4096];
	int fds = 0;

	check_int(write(fd, block, sizeof(block)), sizeof(block));
	check_int(lseek(fd, 0, SEEK_SET), 0);
	check_int(fh_policy_limit(policy, FH_LIMIT_FILE_SIZE, 1024, &err), 0);
	check_int(fh_policy_limit(policy, FH_LIMIT_OPEN_FILES, 32, &err), 0);
	check_int(fh_policy_limit(policy, FH_LIMIT_CPU_TIME, 2000, &err), 0);
	signal(SIGXFSZ, SIG_IGN);
	check_fence(policy);
	check_limit(RLIMIT_FSIZE, 1024, 1024);
	check_limit(RLIMIT_NOFILE, 32, 32);
	check_limit(RLIMIT_CPU, 2, 3);
	check_int(write(fd, block, sizeof(block)), 1024);
	check_int(outcome(write(fd, block, 1)), EFBIG);
	while (dup(1) >= 0)
		fds++;
	check_int(errno, EMFILE);
	check(fds > 0 && fds < 32);
}

/* What confining itself needs must not meet the limit that it sets. */
static void test_few_files(void)
{
	struct fh_policy *policy = file_policy();

	check_int(fh_policy_limit(policy, FH_LIMIT_OPEN_FILES, 4, &err), 0);
	dup2(1, 3);
	dup2(1, 4);
	dup2(1, 5);
	check_fence(policy);
	check_int(opened(place.in_file, O_RDONLY), EMFILE);
	check_limit(RLIMIT_NOFILE, 4, 4);
	close(3);
	check_int(opened(place.in_file, O_RDONLY), 0);
	check_int(opened(place.secret, O_RDONLY), EACCES);
}

static void burn(void *arg)
{
	(void)arg;
	check_fence(POLICY("cpu-time", "1s"));
	for (;;)
		;
}

static void test_cpu_time(void)
{
	check_int(child_status(burn, NULL), 128 + SIGXCPU);
}

/* A hard limit that is lower already is not an error, and stays. */
static void test_lower_limit(void)
{
	const struct rlimit low = { 16, 16 };

	check_int(setrlimit(RLIMIT_NOFILE, &low), 0);
	check_fence(POLICY("open-files", "64"));
	check_int(fcntl(1, F_DUPFD, 16) < 0 ? errno : 0, EINVAL);
}

static void test_write_exec(void)
{
	void *page = mmap(NULL, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(page != MAP_FAILED);
	munmap(page, 4096);
	check_fence(POLICY("no-write-exec", NULL));
	page = mmap(NULL, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(page == MAP_FAILED && errno == EACCES);
	page = mmap(NULL, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(page != MAP_FAILED);
	check_int(outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC)),
		  EACCES);
}

static void call_ptrace(void *policy)
{
	if (policy)
		check_fence(policy);
	syscall(SYS_keyctl, 0, -3, 0);
}

static void test_kill(void)
{
	struct fh_policy *policy = POLICY("on-deny", "kill");

	check_int(child_status(call_ptrace, NULL), 0);
	check_int(child_status(call_ptrace, policy), 128 + SIGSYS);
}

static const struct tap_test anyone[] = {
	TEST(grants, "granted paths alone, and only so far"),
	TEST(detours, "links, descriptors and /proc lead nowhere"),
	TEST(metadata, "modes, owners and times stay"),
	TEST(execute, "what is not granted is not executed"),
	TEST(execute_granted, "what is granted is executed"),
	TEST(trace, "a child cannot trace the confined process"),
	TEST(trace_outside, "ptrace, where allowed, ends at the fence"),
	TEST(signal, "no signal to an outside process"),
	TEST(limits, "limits are in force and cannot be raised"),
	TEST(few_files, "a limit of open files beneath what is open"),
	TEST(cpu_time, "processor time"),
	TEST(lower_limit, "a limit that is lower already stays"),
	TEST(write_exec, "no-write-exec"),
	TEST(kill, "on-deny kill"),
};

static void test_root_metadata(void)
{
	struct fh_policy *policy = POLICY("uid", "0", "gid", "0", "syscalls",
					  "default");

	check_int(opened("/etc/shadow", O_RDONLY), 0);
	check_int(opened("/proc/sys/kernel/core_pattern", O_WRONLY), 0);
	check_fence(policy);
	check_int(opened("/etc/shadow", O_RDONLY), EACCES);
	check_int(opened("/proc/sys/kernel/core_pattern", O_WRONLY), EACCES);
	check_int(outcome(chown("/tmp", 0, 0)), EPERM);
	check_int(outcome(chroot("/")), EPERM);
}

static const struct tap_test root[] = {
	TEST(root_metadata, "root that stays root is fenced all the same"),
};

static const struct tap_test user[] = {};

TESTS_RUN(anyone, root, user)
