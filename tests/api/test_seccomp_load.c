/* Filters alone, loaded: the kernel does to every thread what was said. */
#include <linux/filter.h>
#include <sys/stat.h>

#include "seccomp_layer.h"

#define KILLED (128 + SIGSYS)

static void check_load(const struct fh_seccomp *seccomp)
{
	struct fh_error err = { 0 };

	if (fh_seccomp_load(seccomp, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

/* --- for real ------------------------------------------------------------------ */

struct trial {
	int (*call)(void);
	void (*say)(struct fh_seccomp *seccomp); /* NULL: no filter */
	const char *base;
};

static void run_trial(void *arg)
{
	const struct trial *trial = arg;

	if (trial->say) {
		struct fh_seccomp *seccomp = begin(trial->base);

		trial->say(seccomp);
		check_load(seccomp);
	}
	_exit(trial->call());
}

/* With the filter the call ends so; without it, well. */
static void check_trial(int (*call)(void),
			void (*say)(struct fh_seccomp *seccomp), int expected)
{
	struct trial control = { .call = call };
	struct trial filtered = { .call = call, .say = say, .base = DEFAULT };

	check_int(child_status(run_trial, &control), 0);
	check_int(child_status(run_trial, &filtered), expected);
}

static int call_getpgid(void)
{
	return SC(SYS_getpgid, 0);
}

static void say_errno(struct fh_seccomp *seccomp)
{
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_ERRNO, 99, NULL), 0);
	check_int(fh_seccomp_deny(seccomp, "getpgid", NULL), 0);
}

static void say_kill(struct fh_seccomp *seccomp)
{
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	check_int(fh_seccomp_deny(seccomp, "getpgid", NULL), 0);
}

static void say_log(struct fh_seccomp *seccomp)
{
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	check_int(fh_seccomp_deny(seccomp, "getpgid", NULL), 0);
}

static void test_actions_live(void)
{
	check_trial(call_getpgid, say_errno, 99);
	check_trial(call_getpgid, say_kill, KILLED);
	check_trial(call_getpgid, say_log, 0);
}

static void say_read_only(struct fh_seccomp *seccomp)
{
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
}

static void say_read_only_kill(struct fh_seccomp *seccomp)
{
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
}

static char stage_file[300], stage_dir[256];

static int open_flags(const char *path, int flags)
{
	return outcome(open(path, flags | O_CLOEXEC, 0600));
}

static int call_read(void)
{
	char byte;
	int fd = open(stage_file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return read(fd, &byte, 1) == 1 ? 0 : EIO;
}

static int call_path(void)
{
	return open_flags(stage_file, O_PATH);
}

static int call_write(void)
{
	return open_flags(stage_file, O_WRONLY);
}

static int call_read_write(void)
{
	return open_flags(stage_file, O_RDWR);
}

static int call_create(void)
{
	return open_flags(stage_file, O_RDONLY | O_CREAT);
}

static int call_truncate(void)
{
	return open_flags(stage_file, O_RDONLY | O_TRUNC) ||
			       access(stage_file, F_OK)
		       ? errno : 0;
}

static int call_tmpfile(void)
{
	return open_flags(stage_dir, O_TMPFILE | O_WRONLY);
}

static int call_creat(void)
{
#if defined(SYS_creat)
	return SC(SYS_creat, stage_file, 0600);
#else
	return open_flags(stage_file, O_WRONLY | O_CREAT | O_TRUNC);
#endif
}

/* With bits above the 32 that the kernel looks at. */
static int call_write_high(void)
{
	return SC(SYS_openat, AT_FDCWD, stage_file,
		  UINT64_C(0x5500000000) | O_WRONLY, 0);
}

static int call_openat2(void)
{
	const uint64_t how[3] = { O_RDONLY };

	return SC(SYS_openat2, AT_FDCWD, stage_file, how, sizeof(how));
}

static void test_read_only(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(stage_dir, sizeof(stage_dir), "%s/layer.XXXXXX",
		 tmp ? tmp : "/tmp");
	check(mkdtemp(stage_dir));
	snprintf(stage_file, sizeof(stage_file), "%s/file", stage_dir);
	fd = open(stage_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	check_int(write(fd, "text", 4), 4);
	close(fd);
	check_trial(call_read, say_read_only, 0);
	check_trial(call_path, say_read_only, 0);
	check_trial(call_write, say_read_only, EPERM);
	check_trial(call_write_high, say_read_only, EPERM);
	check_trial(call_read_write, say_read_only, EPERM);
	check_trial(call_create, say_read_only, EPERM);
	check_trial(call_tmpfile, say_read_only, EPERM);
	check_trial(call_openat2, say_read_only, ENOSYS);
	check_trial(call_openat2, say_read_only_kill, ENOSYS);
	check_trial(call_write, say_read_only_kill, KILLED);
	check_trial(call_read, say_read_only_kill, 0);
	/* Last: without the filter these leave the file empty. */
	check_trial(call_truncate, say_read_only, EPERM);
	check_trial(call_creat, say_read_only, EPERM);
}

#if defined(__x86_64__)
/* getpid by i386's table; 20 is writev by ours. */
static int call_int80(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory");
	return r > 0 ? 0 : 1;
}

static int call_x32(void)
{
	int r = SC(SYS_getpid | 0x40000000);

	/* A kernel without x32 says the same: a number that is refused by the
	 * filter under KILL would end us here. */
	return r == ENOSYS || r == 0 ? 0 : r;
}

static void say_nothing(struct fh_seccomp *seccomp)
{
	(void)seccomp;
}

static void test_architectures(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);

	check_trial(call_int80, say_nothing, KILLED);
	check_trial(call_x32, say_nothing, 0);
	check_int(ask(seccomp, SYS_getpid | 0x40000000, 0, 0), ERRNO(ENOSYS));
	fh_seccomp_free(seccomp);
}
#else
static void test_architectures(void)
{
	skip("no second table of calls on this architecture");
}
#endif

/* Nothing is asked of the kernel after the filter stands: not even memory is
 * given back. */
static void load_least(void *arg)
{
	struct fh_seccomp *seccomp = begin(NULL);

	(void)arg;
	check_int(fh_seccomp_allow(seccomp, "exit_group", NULL), 0);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	_exit(-fh_seccomp_load(seccomp, NULL));
}

__attribute__((unused)) static void test_least(void)
{
	check_int(child_status(load_least, NULL), 0);
}

static void test_status(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);

	check_status("NoNewPrivs", "0");
	check_status("Seccomp", "0");
	check_load(seccomp);
	check_status("NoNewPrivs", "1");
	check_status("Seccomp", "2");
	check_status("Seccomp_filters", "1");
	check_load(seccomp);
	check_status("Seccomp_filters", "2");
}

static void test_export(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);
	struct sock_fprog program;
	void *code;
	size_t n;

	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_ERRNO, 99, NULL), 0);
	check_int(fh_seccomp_deny(seccomp, "getpgid", NULL), 0);
	check_int(fh_seccomp_export(seccomp, &code, &n, NULL), 0);
	check_int(bpf_check(code, n), 0);
	program = (struct sock_fprog){ .len = (unsigned short)n,
				       .filter = code };
	check_int(call_getpgid(), 0);
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(outcome(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
				&program)), 0);
	check_int(call_getpgid(), 99);
}

/* --- threads -------------------------------------------------------------------- */

static void test_threads(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);
	struct second second;

	say_errno(seccomp);
	second_start(&second);
	check_int(second_do(&second, call_getpgid), 0);
	check_int(second_do(&second, new_privs), 0);
	check_load(seccomp);
	check_int(call_getpgid(), 99);
	check_int(second_do(&second, call_getpgid), 99);
	check_int(second_do(&second, new_privs), 1);
}

static int load_own(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 1, .filter = code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return outcome(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void test_diverged(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);
	struct fh_error err = { 0 };
	struct second second;

	say_errno(seccomp);
	second_start(&second);
	check_int(second_do(&second, load_own), 0);
	check_int(fh_seccomp_load(seccomp, &err), -EBUSY);
	check_int(err.code, -EBUSY);
	check_int(call_getpgid(), 0);
	check_int(second_do(&second, call_getpgid), 0);
	check_status("Seccomp", "0");
}

static const struct tap_test anyone[] = {
	{ .name = "actions, for real", .run = test_actions_live },
	{ .name = "opening to read only", .run = test_read_only },
	{ .name = "other tables of calls", .run = test_architectures },
#if !defined(__SANITIZE_ADDRESS__) /* which asks for itself */
	{ .name = "loading asks nothing afterwards", .run = test_least },
#endif
	{ .name = "the status after loading", .run = test_status },
	{ .name = "what is exported can be loaded", .run = test_export },
	{ .name = "all threads are filtered", .run = test_threads },
	{ .name = "a thread with another filter", .run = test_diverged },
};

static const struct tap_test none[] = {};

TESTS_RUN(anyone, none, none)
