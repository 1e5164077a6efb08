/* Filters alone: what was said is what the kernel then does. */
#include <fumehood/seccomp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/stat.h>

#include "layer.h"
#include "mech/bpf_run.h"
#include "mech/seccomp.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#else
#define ARCH AUDIT_ARCH_AARCH64
#endif
#define DEFAULT "default"
#define KILLED (128 + SIGSYS)

static struct fh_seccomp *begin(const char *base)
{
	struct fh_seccomp *seccomp = NULL;

	check_int(fh_seccomp_new(base, &seccomp, NULL), 0);
	return seccomp;
}

static void check_load(const struct fh_seccomp *seccomp)
{
	struct fh_error err = { 0 };

	if (fh_seccomp_load(seccomp, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
}

/* What the filter answers, by the interpreter: an SECCOMP_RET_ value. */
static uint32_t ask(const struct fh_seccomp *seccomp, int nr, unsigned int arg,
		    uint64_t value)
{
	struct seccomp_data data = { .nr = nr, .arch = ARCH };
	uint32_t action;
	void *code;
	size_t n;

	data.args[arg] = value;
	check_int(fh_seccomp_export(seccomp, &code, &n, NULL), 0);
	check_int(bpf_run(code, n, &data, &action, NULL), 0);
	free(code);
	return action;
}

#define ERRNO(e) (SECCOMP_RET_ERRNO | (e))

/* --- bases -------------------------------------------------------------------- */

static void test_nothing(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	size_t known = 0;

	for (int nr = 0; nr < 600; nr++) {
		uint32_t action = ask(seccomp, nr, 0, 0);

		check(action == ERRNO(EPERM) || action == ERRNO(ENOSYS));
		known += action == ERRNO(EPERM);
	}
	check(known > 250);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(ask(seccomp, -1, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_socket, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_openat2, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_LOG);
	/* What would undo other fences is refused even then. */
	check_int(ask(seccomp, SYS_ptrace, 0, 0), ERRNO(EPERM));
	fh_seccomp_free(seccomp);
}

/* A base alone is the very filter that a box with that policy has. */
static void test_bases(void)
{
	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		const struct seccomp_request request = {
			.arch = FILTER_ARCH_NATIVE,
			.base = (enum syscall_policy)base,
		};
		struct fh_seccomp *seccomp =
			begin(syscall_policies[base].name);
		static struct filter filter;
		struct bpf_program program;
		void *code;
		size_t n;

		check_int(seccomp_compile(&request, &filter, NULL), 0);
		check_int(bpf_emit(&filter, &program, NULL), 0);
		check_int(fh_seccomp_export(seccomp, &code, &n, NULL), 0);
		check_int(n, program.len);
		check(memcmp(code, program.code, n * 8) == 0);
		free(code);
		bpf_program_done(&program);
		fh_seccomp_free(seccomp);
	}
}

static void test_override(void)
{
	struct fh_seccomp *seccomp = begin("strict");

	/* A rule on the arguments in the base is dropped as well. */
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(fh_seccomp_allow(seccomp, "openat", NULL), 0);
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), SECCOMP_RET_ALLOW);
	check_int(fh_seccomp_deny(seccomp, "@file-system", NULL), 0);
	check_int(ask(seccomp, SYS_openat, 2, 0), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5401), ERRNO(EPERM));
	check_int(fh_seccomp_allow(seccomp, "@network-io", NULL), 0);
	check_int(ask(seccomp, SYS_socket, 0, 2), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_read, 0, 0), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

/* --- conditions ---------------------------------------------------------------- */

static bool holds(const struct fh_condition *c, uint64_t value)
{
	uint64_t cut = c->is_wide ? UINT64_MAX : UINT32_MAX;
	uint64_t wanted = c->value & cut, masked = value & c->mask & cut;

	value &= cut;
	switch (c->compare) {
	case FH_COMPARE_EQ:
		return value == wanted;
	case FH_COMPARE_NE:
		return value != wanted;
	case FH_COMPARE_MASKED_EQ:
		return masked == wanted;
	case FH_COMPARE_MASKED_NE:
		return masked != wanted;
	case FH_COMPARE_GT:
		return value > wanted;
	case FH_COMPARE_GE:
		return value >= wanted;
	}
	return false;
}

static void test_comparisons(void)
{
	static const uint64_t values[] = { 0, 1, 3, 0x100000000, 0x100000001,
					   0xffffffff, UINT64_MAX, 0x300000003,
					   0x80000000, 0x8000000000000000 };
	static const uint64_t wanted[] = { 0, 1, 3, 0x100000001, 0x300000000 };

	for (unsigned int op = FH_COMPARE_EQ; op <= FH_COMPARE_GE; op++)
		for (size_t w = 0; w < 2 * N(wanted); w++) {
			struct fh_condition c = {
				.argument = w % 6,
				.compare = (enum fh_compare)op,
				.value = wanted[w / 2],
				.mask = 0x300000003,
				.is_wide = w % 2,
			};
			struct fh_seccomp *seccomp = begin(NULL);
			bool is_fit = c.is_wide || c.value <= UINT32_MAX;

			if (!c.is_wide)
				c.mask = 3;
			check_int(fh_seccomp_allow_if(seccomp, "read", &c, 1,
						      NULL),
				  is_fit ? 0 : -EINVAL);
			for (size_t v = 0; v < N(values) && is_fit; v++)
				check_int(ask(seccomp, SYS_read, c.argument,
					      values[v]),
					  holds(&c, values[v])
						  ? SECCOMP_RET_ALLOW
						  : ERRNO(EPERM));
			fh_seccomp_free(seccomp);
		}
}

static void test_order(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	const struct fh_condition five = { .argument = 0, .value = 5 };
	const struct fh_condition above[] = {
		{ .argument = 0, .compare = FH_COMPARE_GT, .value = 3 },
		{ .argument = 1, .value = 0 },
	};

	check_int(fh_seccomp_deny_if(seccomp, "read", &five, 1, NULL), 0);
	check_int(fh_seccomp_allow_if(seccomp, "read", above, 2, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 3), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 0, 4), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_read, 0, 5), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 1, 5), ERRNO(EPERM));
	/* Saying it anew drops them. */
	check_int(fh_seccomp_allow(seccomp, "@basic-io", NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 5), SECCOMP_RET_ALLOW);
	check_int(fh_seccomp_deny_if(seccomp, "read", &five, 1, NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, 5), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_read, 0, 6), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

/* Before the rules of the base, which still stand for the rest. */
static void test_before_base(void)
{
	struct fh_seccomp *seccomp = begin(DEFAULT);
	const struct fh_condition sti = { .argument = 1, .value = 0x5412 };

	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), ERRNO(EPERM));
	check_int(fh_seccomp_allow_if(seccomp, "ioctl", &sti, 1, NULL), 0);
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), SECCOMP_RET_ALLOW);
	check_int(ask(seccomp, SYS_ioctl, 1, 0x541c), ERRNO(EPERM));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5401), SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

static void test_actions(void)
{
	struct fh_seccomp *seccomp = begin("file-processor");
	const struct fh_condition five = { .argument = 0, .value = 5 };

	check_int(fh_seccomp_deny_if(seccomp, "close", &five, 1, NULL), 0);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_ERRNO, 4095, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), ERRNO(4095));
	check_int(ask(seccomp, SYS_ptrace, 0, 0), ERRNO(4095));
	check_int(ask(seccomp, SYS_ioctl, 1, 0x5412), ERRNO(4095));
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_KILL, 0, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_ptrace, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(fh_seccomp_deny(seccomp, "@namespace", NULL), 0);
	check_int(ask(seccomp, SYS_clone3, 0, 0), ERRNO(ENOSYS));
	check_int(ask(seccomp, SYS_unshare, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(fh_seccomp_deny(seccomp, "clone3", NULL), 0);
	check_int(ask(seccomp, SYS_clone3, 0, 0), SECCOMP_RET_KILL_PROCESS);
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	check_int(ask(seccomp, SYS_close, 0, 5), SECCOMP_RET_LOG);
	fh_seccomp_free(seccomp);
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

static int new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

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

/* --- printing --------------------------------------------------------------------- */

static void test_text(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	char *text = NULL, line[64];

	check_int(fh_seccomp_allow(seccomp, "read", NULL), 0);
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
	check_int(fh_seccomp_print(seccomp, FH_TEXT, &text, NULL), 0);
	check(strstr(text, "Base: none\n"));
	snprintf(line, sizeof(line), "\n  %-24sallow\n", "read");
	check(strstr(text, line));
	check(strstr(text, "allow if (argument 2 & 0x400243) == 0"));
	check(!strstr(text, "  write "));
	free(text);
	fh_seccomp_free(seccomp);
}

static void test_json(void)
{
	struct fh_seccomp *seccomp = begin("strict");
	const struct fh_condition wide = { .argument = 5, .is_wide = true,
					   .value = UINT64_MAX };
	char *text = NULL;
	FILE *jq;

	check_int(fh_seccomp_deny_if(seccomp, "read", &wide, 1, NULL), 0);
	check_int(fh_seccomp_print(seccomp, FH_JSON, &text, NULL), 0);
	check(strstr(text, "\"schema\": \"fumehood-seccomp-1\""));
	jq = popen("jq -e '.schema == \"fumehood-seccomp-1\""
		   " and .base == \"strict\""
		   " and .refused == {action: \"errno\", errno: 1}"
		   " and (.calls | length > 250)"
		   " and (.calls[] | select(.name == \"read\")"
		   " | .action == \"allow\" and .rules == [{if: [{argument: 5,"
		   " compare: \"eq\", bits: 64, value: \"0xffffffffffffffff\"}],"
		   " action: \"errno\", errno: 1}])' >/dev/null", "we");
	check(jq);
	check(fputs(text, jq) >= 0);
	check_int(pclose(jq), 0);
	free(text);
	fh_seccomp_free(seccomp);
}

/* --- bad input --------------------------------------------------------------------- */

#define CONDITION(...) (&(const struct fh_condition){ __VA_ARGS__ })

static void test_bad_condition(void)
{
	static const struct fh_condition bad[] = {
		{ .argument = 6 },
		{ .compare = (enum fh_compare)6 },
		{ .compare = (enum fh_compare)-1 },
		{ .value = UINT64_C(1) << 32 },
		{ .compare = FH_COMPARE_GT, .value = UINT64_C(1) << 32 },
		{ .compare = FH_COMPARE_MASKED_EQ, .mask = UINT64_C(1) << 33 },
		{ .compare = FH_COMPARE_MASKED_EQ },
		{ .compare = FH_COMPARE_MASKED_NE, .mask = 1, .value = 2 },
	};
	struct fh_seccomp *seccomp = begin(NULL);
	struct fh_error err;

	for (size_t i = 0; i < N(bad); i++) {
		memset(&err, 0, sizeof(err));
		check_int(fh_seccomp_allow_if(seccomp, "read", &bad[i], 1,
					      &err), -EINVAL);
		check(strstr(err.what, "fh_seccomp_allow_if: condition 0"));
	}
	check_int(ask(seccomp, SYS_read, 0, 0), ERRNO(EPERM));
	/* Control: a negative int is written as it comes. */
	check_int(fh_seccomp_allow_if(seccomp, "read",
				      CONDITION(.value = (uint64_t)-100), 1,
				      NULL), 0);
	check_int(ask(seccomp, SYS_read, 0, (uint32_t)-100),
		  SECCOMP_RET_ALLOW);
	fh_seccomp_free(seccomp);
}

static void test_bad_names(void)
{
	struct fh_seccomp *seccomp = NULL;
	struct fh_error err = { 0 };

	check_int(fh_seccomp_new("stric", &seccomp, &err), -ENOENT);
	check(strstr(err.remedy, "strict"));
	check(!seccomp);
	seccomp = begin(NULL);
	check_int(fh_seccomp_allow(seccomp, "opneat", &err), -ENOENT);
	check(strstr(err.what, "opneat"));
	check(strstr(err.remedy, "openat"));
	check_int(fh_seccomp_deny(seccomp, "@file-sytem", &err), -ENOENT);
	check(strstr(err.remedy, "@file-system"));
	check_int(fh_seccomp_allow(seccomp, "", NULL), -ENOENT);
	check_int(fh_seccomp_allow_if(seccomp, "raed", CONDITION(0), 1, &err),
		  -ENOENT);
	check(strstr(err.remedy, "read"));
	check_int(fh_seccomp_deny_if(seccomp, "@debug", CONDITION(0), 1, &err),
		  -EINVAL);
	check(strstr(err.what, "fh_seccomp_deny_if: @debug is a group"));
	fh_seccomp_free(seccomp);
}

static void test_null(void)
{
	struct fh_seccomp *s = begin(NULL);
	struct fh_error err = { 0 };
	void *code;
	char *text;
	size_t n;

	check_int(fh_seccomp_new(NULL, NULL, &err), -EINVAL);
	check(strstr(err.what, "fh_seccomp_new: ret is NULL"));
	check_int(fh_seccomp_allow(NULL, "read", &err), -EINVAL);
	check(strstr(err.what, "fh_seccomp_allow: seccomp is NULL"));
	check_int(fh_seccomp_allow(s, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_deny(NULL, "read", NULL), -EINVAL);
	check_int(fh_seccomp_deny(s, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_allow_if(NULL, "read", CONDITION(0), 1, NULL),
		  -EINVAL);
	check_int(fh_seccomp_allow_if(s, NULL, CONDITION(0), 1, NULL),
		  -EINVAL);
	check_int(fh_seccomp_allow_if(s, "read", NULL, 1, NULL), -EINVAL);
	check_int(fh_seccomp_deny_if(s, "read", NULL, 1, NULL), -EINVAL);
	check_int(fh_seccomp_open_read_only(NULL, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(NULL, FH_DENY_KILL, 0, NULL), -EINVAL);
	check_int(fh_seccomp_print(NULL, FH_TEXT, &text, NULL), -EINVAL);
	check_int(fh_seccomp_print(s, FH_TEXT, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_print(s, (enum fh_format)2, &text, NULL),
		  -EINVAL);
	check_int(fh_seccomp_export(NULL, &code, &n, NULL), -EINVAL);
	check_int(fh_seccomp_export(s, NULL, &n, NULL), -EINVAL);
	check_int(fh_seccomp_export(s, &code, NULL, NULL), -EINVAL);
	check_int(fh_seccomp_load(NULL, &err), -EINVAL);
	fh_seccomp_free(NULL);
	fh_seccomp_free(s);
}

static void test_bad_action(void)
{
	struct fh_seccomp *s = begin(NULL);

	check_int(fh_seccomp_on_deny(s, (enum fh_deny)3, 0, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, 0, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, 4096, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_ERRNO, -1, NULL), -EINVAL);
	check_int(fh_seccomp_on_deny(s, FH_DENY_KILL, 1, NULL), -EINVAL);
	check_int(ask(s, SYS_read, 0, 0), ERRNO(EPERM));
	fh_seccomp_free(s);
}

static void test_too_many(void)
{
	struct fh_seccomp *seccomp = begin("strict");
	const struct fh_condition four[4] = { { 0 } };
	struct fh_error err = { 0 };
	size_t n = 0;
	int r = 0;

	check_int(fh_seccomp_allow_if(seccomp, "read", four, 4, &err),
		  -EINVAL);
	check(strstr(err.what, "4 conditions"));
	check_int(fh_seccomp_allow_if(seccomp, "read", four, 0, NULL),
		  -EINVAL);
	while (r == 0 && n++ < 1000)
		r = fh_seccomp_deny_if(seccomp, "read",
				       CONDITION(.value = n), 1, &err);
	check_int(r, -E2BIG);
	check(n > 30);
	/* What does not fit changes nothing. */
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(fh_seccomp_open_read_only(seccomp, &err), -E2BIG);
	check_int(ask(seccomp, SYS_openat, 2, O_WRONLY), ERRNO(EACCES));
	check_int(ask(seccomp, SYS_openat, 2, 0), SECCOMP_RET_ALLOW);
	/* And the base's rules have room under every action. */
	check_int(fh_seccomp_on_deny(seccomp, FH_DENY_LOG, 0, NULL), 0);
	ask(seccomp, SYS_read, 0, 0);
	check_int(fh_seccomp_allow(seccomp, "read", NULL), 0);
	check_int(fh_seccomp_open_read_only(seccomp, NULL), 0);
	fh_seccomp_free(seccomp);
}

/* More instructions than a filter of ours may have. */
static void test_too_long(void)
{
	struct fh_seccomp *seccomp = begin(NULL);
	struct fh_error err = { 0 };
	void *code = NULL;
	size_t n = 0;

	for (unsigned int i = 0; i < 160; i++) {
		const struct fh_condition c[] = {
			{ .argument = i % 6, .value = i, .is_wide = true },
			{ .argument = (i + 1) % 6, .value = i,
			  .is_wide = true },
			{ .argument = (i + 2) % 6, .value = i,
			  .is_wide = true },
		};

		check_int(fh_seccomp_allow_if(seccomp, "read", c, 3, NULL), 0);
	}
	check_int(fh_seccomp_export(seccomp, &code, &n, &err), -E2BIG);
	check(!code && !n);
	check(strstr(err.what, "1024"));
	check_int(fh_seccomp_load(seccomp, &err), -E2BIG);
	check_status("NoNewPrivs", "0");
	check_status("Seccomp", "0");
	fh_seccomp_free(seccomp);
}

static const struct tap_test anyone[] = {
	{ .name = "without a base all is refused", .run = test_nothing },
	{ .name = "a base is the filter of a box", .run = test_bases },
	{ .name = "later calls override", .run = test_override },
	{ .name = "comparisons", .run = test_comparisons },
	{ .name = "conditions in their order", .run = test_order },
	{ .name = "conditions come before the base's",
	  .run = test_before_base },
	{ .name = "actions", .run = test_actions },
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
	{ .name = "as text", .run = test_text },
	{ .name = "as JSON", .run = test_json },
	{ .name = "bad conditions are refused", .run = test_bad_condition },
	{ .name = "unknown names", .run = test_bad_names },
	{ .name = "NULL", .run = test_null },
	{ .name = "bad actions are refused", .run = test_bad_action },
	{ .name = "too many conditions", .run = test_too_many },
	{ .name = "too long a filter", .run = test_too_long },
};

static const struct tap_test none[] = {};

TESTS_RUN(anyone, none, none)
