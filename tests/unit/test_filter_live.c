/* The kernel enforces the filters as the tables say: what they refuse. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "filter_trial.h"

/* With the filter the call gives this errno; without it, something else, or
 * the refusal would prove nothing. */
static void check_refused(int (*call)(void),
			  const struct seccomp_request *request, int expected)
{
	struct trial control = { .call = call };
	struct trial boxed = { .call = call, .request = request };

	if (child_status(run_trial, &control) == expected)
		skip("it fails alike without the filter");
	check_int(child_status(run_trial, &boxed), expected);
}

static int call_userns(void)
{
	return SC(SYS_unshare, CLONE_NEWUSER);
}

static void test_userns(void)
{
	check_refused(call_userns, DEFAULT, EPERM);
}

static int call_clone_userns(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static void test_clone_userns(void)
{
	check_refused(call_clone_userns, DEFAULT, EPERM);
}

static int call_clone3(void)
{
	uint64_t args[8] = { [4] = SIGCHLD };
	long pid = syscall(SYS_clone3, args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static void test_clone3(void)
{
	check_refused(call_clone3, DEFAULT, ENOSYS);
}

static int call_io_uring(void)
{
	unsigned params[30] = { 0 };

	return SC(SYS_io_uring_setup, 8, params);
}

static void test_io_uring(void)
{
	check_refused(call_io_uring, DEFAULT, EPERM);
}

static int call_keyctl(void)
{
	return SC(SYS_keyctl, 0, -3, 0); /* id of the session keyring */
}

static void test_keyctl(void)
{
	check_refused(call_keyctl, DEFAULT, EPERM);
}

/* The one call of the mount family that works without any capability. */
static int call_open_tree(void)
{
	return SC(SYS_open_tree, AT_FDCWD, "/", 0);
}

static void test_open_tree(void)
{
	check_refused(call_open_tree, DEFAULT, EPERM);
}

static int call_personality(void)
{
	return SC(SYS_personality, 0x40000); /* ADDR_NO_RANDOMIZE */
}

static void test_personality(void)
{
	check_refused(call_personality, DEFAULT, EPERM);
}

static int call_vsock(void)
{
	return SC(SYS_socket, 40, SOCK_STREAM, 0);
}

static void test_vsock(void)
{
	check_refused(call_vsock, DEFAULT, EAFNOSUPPORT);
}

static int call_audit_netlink(void)
{
	return SC(SYS_socket, 16, SOCK_RAW, 4); /* NETLINK_SOCK_DIAG */
}

static void test_netlink(void)
{
	check_refused(call_audit_netlink, DEFAULT, EAFNOSUPPORT);
}

static int call_mptcp(void)
{
	return SC(SYS_socket, AF_INET, SOCK_STREAM, 262);
}

static void test_mptcp(void)
{
	check_refused(call_mptcp, REQUEST(.tcp_ports_by_landlock = true),
		      EPROTONOSUPPORT);
}

static int call_udp(void)
{
	return SC(SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void test_udp(void)
{
	check_refused(call_udp, REQUEST(.tcp_ports_by_landlock = true), EACCES);
}

static int call_fastopen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned char address[16] = { AF_INET, 0, 0, 1, 127, 0, 0, 1 };

	if (fd < 0)
		return 99;
	return SC(SYS_sendto, fd, "x", 1, 0x20000000 | 1ull << 32, address,
		  sizeof(address));
}

static void test_fastopen(void)
{
	check_refused(call_fastopen, REQUEST(.tcp_ports_by_landlock = true),
		      EOPNOTSUPP);
}

static int call_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? 99 : outcome(listen(fd, 1));
}

static void test_listen(void)
{
	check_refused(call_listen, REQUEST(.deny_listen_autobind = true),
		      EACCES);
}

static int call_chmod_setuid(void)
{
	int fd = (int)syscall(SYS_memfd_create, "x", 0);

	return fd < 0 ? 99 : outcome(fchmod(fd, 04755));
}

static void test_chmod_setuid(void)
{
	check_refused(call_chmod_setuid, DEFAULT, EPERM);
}

static int call_open_setuid(void)
{
	char directory[] = "/tmp/filter-live-XXXXXX";
	int fd;
	int r;

	if (!mkdtemp(directory))
		return 99;
	fd = open(directory, O_TMPFILE | O_WRONLY, 04755);
	r = outcome(fd);
	rmdir(directory);
	return r;
}

static void test_open_setuid(void)
{
	check_refused(call_open_setuid, DEFAULT, EPERM);
}

static int call_open_for_writing(void)
{
	return outcome(open("/dev/null", O_WRONLY));
}

static void test_strict_open(void)
{
	check_refused(call_open_for_writing, STRICT, EACCES);
}

static int call_fork(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static void test_strict_fork(void)
{
	check_refused(call_fork, STRICT, EPERM);
}

static int call_prlimit_parent(void)
{
	struct rlimit limit;

	return SC(SYS_prlimit64, getppid(), RLIMIT_NOFILE, NULL, &limit);
}

static void test_prlimit(void)
{
	check_refused(call_prlimit_parent, REQUEST(.deny_other_pids = true),
		      EPERM);
}

static int call_mmap_wx(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : 0;
}

static void test_mmap_wx(void)
{
	check_refused(call_mmap_wx, REQUEST(.deny_write_exec = true), EACCES);
}

/* --- the terminal ------------------------------------------------------- */

/* Types a character into a terminal of its own, the request given with bits
 * above 32 that the kernel drops. */
static int type_into_terminal(unsigned long request)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	int tty;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return 99;
	setsid();
	tty = open(ptsname(master), O_RDWR);
	if (tty < 0)
		return 98;
	return SC(SYS_ioctl, tty, request, "x");
}

static int call_tiocsti(void)
{
	return type_into_terminal(TIOCSTI);
}

static int call_tiocsti_high(void)
{
	return type_into_terminal(TIOCSTI | 1ul << 32);
}

static void test_tiocsti(void)
{
	check_refused(call_tiocsti, DEFAULT, EPERM);
}

static void test_tiocsti_high(void)
{
	check_refused(call_tiocsti_high, DEFAULT, EPERM);
}

/* --- other ways into the kernel ----------------------------------------- */

#ifdef __x86_64__
/* i386's getpid, whose number is x86_64's writev. */
static void call_int80(void *arg)
{
	long r = 20;

	if (arg)
		confine_by(arg);
	__asm__ volatile("int $0x80" : "+a"(r) : : "memory", "r8", "r9", "r10",
			 "r11");
	_exit(r == getpid() ? 0 : 9);
}

static void test_int80(void)
{
	if (child_status(call_int80, NULL) != 0)
		skip("this kernel has no 32-bit entry");
	check_int(child_status(call_int80, (void *)DEFAULT), 128 + SIGSYS);
}

static int call_x32(void)
{
	return SC(0x40000000 | SYS_getpid);
}

static void kill_x32(void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct bpf_program program = { .code = code, .len = N(code) };

	(void)arg;
	check_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_int(seccomp_load(&program), 0);
	_exit(call_x32());
}

/* Most kernels have no x32 and answer ENOSYS on their own. That the filter
 * sees the number is shown by one that kills for all that it does not know. */
static void test_x32(void)
{
	struct trial boxed = { .call = call_x32, .request = DEFAULT };

	check_int(child_status(run_trial, &boxed), ENOSYS);
	check_int(child_status(kill_x32, NULL), 128 + SIGSYS);
}
#endif

static int call_unknown(void)
{
	return SC(511);
}

static int call_minus_one(void)
{
	return SC(-1);
}

/* Killing would end the child by SIGSYS, so ENOSYS says that it went on. */
static void test_unknown(void)
{
	struct trial unknown = { .call = call_unknown, .request = DEFAULT };
	struct trial minus_one = { .call = call_minus_one,
				   .request = REQUEST(.on_deny = FH_DENY_KILL) };

	check_int(child_status(run_trial, &unknown), ENOSYS);
	check_int(child_status(run_trial, &minus_one), ENOSYS);
}

static const struct tap_test tests[] = {
	{ .name = "unshare(CLONE_NEWUSER)", .run = test_userns },
	{ .name = "clone(CLONE_NEWUSER)", .run = test_clone_userns },
	{ .name = "clone3 is ENOSYS", .run = test_clone3 },
	{ .name = "io_uring_setup", .run = test_io_uring },
	{ .name = "keyctl", .run = test_keyctl },
	{ .name = "open_tree", .run = test_open_tree },
	{ .name = "personality(ADDR_NO_RANDOMIZE)", .run = test_personality },
	{ .name = "socket(AF_VSOCK)", .run = test_vsock },
	{ .name = "netlink but for routes", .run = test_netlink },
	{ .name = "MPTCP beside port rules", .run = test_mptcp },
	{ .name = "UDP beside port rules", .run = test_udp },
	{ .name = "MSG_FASTOPEN beside port rules", .run = test_fastopen },
	{ .name = "listen binds by itself", .run = test_listen },
	{ .name = "fchmod(04755)", .run = test_chmod_setuid },
	{ .name = "open(O_TMPFILE, 04755)", .run = test_open_setuid },
	{ .name = "strict: open for writing", .run = test_strict_open },
	{ .name = "strict: fork", .run = test_strict_fork },
	{ .name = "prlimit64 on the parent", .run = test_prlimit },
	{ .name = "mmap writable and executable", .run = test_mmap_wx },
	{ .name = "TIOCSTI", .run = test_tiocsti },
	{ .name = "TIOCSTI | 1 << 32", .run = test_tiocsti_high },
#ifdef __x86_64__
	{ .name = "int $0x80 is killed", .run = test_int80 },
	{ .name = "x32 is ENOSYS", .run = test_x32 },
#endif
	{ .name = "unknown numbers are ENOSYS", .run = test_unknown },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
