/* What each policy refuses, said call by call in plain words. */
#include "filter_expect.h"

/* What no box may have, whatever its policy (attacks: kernel surface). */
static const char *const never[] = {
	"acct",		 "add_key",	  "adjtimex",
	"bpf",		 "chroot",	  "clock_settime",
	"delete_module", "finit_module",  "fsconfig",
	"fsmount",	 "fsopen",	  "fspick",
	"init_module",	 "io_setup",	  "io_uring_enter",
	"io_uring_register", "io_uring_setup", "ioperm",
	"iopl",		 "kcmp",	  "kexec_file_load",
	"kexec_load",	 "keyctl",	  "lookup_dcookie",
	"modify_ldt",	 "mount",	  "mount_setattr",
	"move_mount",	 "move_pages",	  "name_to_handle_at",
	"open_by_handle_at", "open_tree", "open_tree_attr",
	"perf_event_open", "pidfd_getfd", "pivot_root",
	"process_madvise", "process_vm_readv", "process_vm_writev",
	"ptrace",	 "quotactl",	  "quotactl_fd",
	"reboot",	 "remap_file_pages", "request_key",
	"setdomainname", "sethostname",	  "setns",
	"settimeofday",	 "swapoff",	  "swapon",
	"syslog",	 "umount2",	  "unshare",
	"userfaultfd",	 "uselib",	  "vhangup",
	"vmsplice",
};

static const char *const absent[] = { "clone3",	 "listmount", "listns",
				      "openat2", "statmount",
				      "lsm_list_modules" };

static void test_never(void)
{
	for (int base = 0; base < N_BOX_POLICIES; base++) {
		COMPILE(.base = base);
		for (size_t i = 0; i < N(never); i++)
			EXPECT(never[i], EPERM, 0);
		for (size_t i = 0; i < N(absent); i++)
			EXPECT(absent[i], ENOSYS, 0);
		COMPILE(.base = base, .on_deny = FH_DENY_KILL);
		for (size_t i = 0; i < N(never); i++)
			EXPECT(never[i], KILLED, 0);
		for (size_t i = 0; i < N(absent); i++)
			EXPECT(absent[i], ENOSYS, 0);
	}
}

static void test_default_allows(void)
{
	static const char *const needed[] = {
		"execve", "execveat",	"fork",	  "vfork",   "wait4",
		"futex",  "faccessat2", "statx",  "rseq",    "close_range",
		"mseal",  "futex_wait", "capset", "setxattr", "setxattrat",
		"shmget", "mq_open",	"prctl",  "seccomp", "mkdir",
		"setuid", "chown",	"rename", "kill",    "uretprobe",
		"memfd_create", "pidfd_open", "landlock_restrict_self",
		"sched_setaffinity", "epoll_pwait2", "copy_file_range",
	};

	COMPILE(.base = SYSCALLS_DEFAULT);
	for (size_t i = 0; i < N(needed); i++)
		EXPECT(needed[i], OK, 0);
}

static void test_clone(void)
{
	static const uint64_t namespaces[] = {
		0x00020000, 0x02000000, 0x04000000, 0x08000000,
		0x10000000, 0x20000000, 0x40000000, 0x7e020000,
	};

	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("clone", OK, 0x3d0f00 | 17); /* a thread of glibc */
	for (size_t i = 0; i < N(namespaces); i++) {
		EXPECT("clone", EPERM, namespaces[i]);
		EXPECT("clone", EPERM, namespaces[i] | 17 | HIGH);
	}
	COMPILE(.base = SYSCALLS_DEFAULT, .on_deny = FH_DENY_KILL);
	EXPECT("clone", KILLED, 0x10000000);
	COMPILE(.base = SYSCALLS_DEFAULT, .on_deny = FH_DENY_LOG);
	EXPECT("clone", EPERM, 0x10000000);
	/* LOG would let strict's clone through, but not its namespaces. */
	COMPILE(.base = SYSCALLS_STRICT, .on_deny = FH_DENY_LOG);
	EXPECT("clone", LOGGED, 17);
	EXPECT("clone", EPERM, 0x10000000);
}

static void test_terminal(void)
{
	for (int base = 0; base < N_SYSCALL_POLICIES; base++) {
		COMPILE(.base = base);
		EXPECT("ioctl", OK, 0, 0x5401); /* TCGETS */
		EXPECT("ioctl", EPERM, 0, 0x5412);
		EXPECT("ioctl", EPERM, 0, 0x5412 | HIGH);
		EXPECT("ioctl", EPERM, 0, 0x5412 | ~0ull << 32);
		EXPECT("ioctl", EPERM, 0, 0x541c);
		EXPECT("ioctl", EPERM, 0, 0x5423);
	}
	EXPECT("ioctl", OK, 0, 0x541b); /* FIONREAD */
}

static void test_sockets(void)
{
	static const uint64_t families[] = { 0,	 3,  4,	 5,  6,	 9,  11, 15,
					     17, 21, 29, 31, 38, 40, 42, 43,
					     44, 45, 0x2a, 255, 66 };

	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("socket", OK, 1, 1, 0);
	EXPECT("socket", OK, 2, 1, 0);
	EXPECT("socket", OK, 10, 1 | 02000000, 6);
	EXPECT("socket", OK, 2, 2 | 04000, 17);
	EXPECT("socket", OK, 2, 2, 1);	 /* ping */
	EXPECT("socket", OK, 2, 1, 262); /* MPTCP */
	EXPECT("socket", OK, 16, 3, 0);
	EXPECT("socket", EAFNOSUPPORT, 16, 3, 9); /* NETLINK_AUDIT */
	EXPECT("socket", EAFNOSUPPORT, 16, 3, 12); /* nfnetlink */
	EXPECT("socket", EPERM, 2, 3, 1);
	EXPECT("socket", EPERM, 10, 3 | 02000000, 58);
	EXPECT("socket", EPERM, 2 | HIGH, 3 | HIGH, 1);
	EXPECT("socket", EPERM, 2, 10, 3);
	EXPECT("socket", EPROTONOSUPPORT, 2, 1, 132); /* SCTP */
	EXPECT("socket", EPROTONOSUPPORT, 2, 5, 132);
	EXPECT("socket", EPROTONOSUPPORT, 2, 6, 33);  /* DCCP */
	EXPECT("socket", EPROTONOSUPPORT, 2, 1, 256); /* SMC */
	EXPECT("socket", EPROTONOSUPPORT, 2, 2, 115); /* L2TP */
	for (size_t i = 0; i < N(families); i++) {
		EXPECT("socket", EAFNOSUPPORT, families[i], 1, 0);
		EXPECT("socket", EAFNOSUPPORT, families[i] | HIGH, 3, 0);
	}
	EXPECT("socketpair", OK, 1, 1, 0);
	EXPECT("socketpair", EAFNOSUPPORT, 2, 1, 0);
	EXPECT("socketpair", EAFNOSUPPORT, 30, 1, 0); /* TIPC */
}

static void test_personality(void)
{
	static const uint64_t harmless[] = { 0, 8, 0x20000, 0x20008,
					     0xffffffff, ~0ull };
	static const uint64_t harmful[] = { 0x40000, 0x400000, 0x440000,
					    0x4000008, 1, 0x40000 | HIGH };

	COMPILE(.base = SYSCALLS_DEFAULT);
	for (size_t i = 0; i < N(harmless); i++)
		EXPECT("personality", OK, harmless[i]);
	for (size_t i = 0; i < N(harmful); i++)
		EXPECT("personality", EPERM, harmful[i]);
}

static void test_prctl(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("prctl", EPERM, 35);
	EXPECT("prctl", EPERM, 35 | HIGH);
	EXPECT("prctl", OK, 15);
	EXPECT("prctl", OK, 38);
}

static void test_setuid_files(void)
{
	static const int bases[] = { SYSCALLS_DEFAULT, SYSCALLS_FILE_PROCESSOR,
				     SYSCALLS_NETWORK_SERVER };

	for (size_t i = 0; i < N(bases); i++) {
		COMPILE(.base = bases[i]);
		EXPECT("chmod", OK, 0, 0755);
		EXPECT("chmod", OK, 0, 01777);
		EXPECT("chmod", EPERM, 0, 04755);
		EXPECT("chmod", EPERM, 0, 02755 | HIGH);
		EXPECT("fchmod", EPERM, 0, 06000);
		EXPECT("fchmodat", EPERM, 0, 0, 04755);
		EXPECT("fchmodat", OK, 0, 04755, 0755);
		EXPECT("fchmodat2", EPERM, 0, 0, 04755);
		EXPECT("mknod", EPERM, 0, 0104755);
		EXPECT("mknod", OK, 0, 010644);
		EXPECT("mknodat", EPERM, 0, 0, 0104755);
		EXPECT("creat", EPERM, 0, 04755);
		EXPECT("open", EPERM, 0, 0101, 04755);
		EXPECT("openat", EPERM, 0, 0, 0101, 02755);
		EXPECT("openat", EPERM, 0, 0, 020200001, 04755);
		EXPECT("openat", OK, 0, 0, 0101, 0644);
		/* Without O_CREAT the mode is what a register happened to
		 * hold. */
		EXPECT("openat", OK, 0, 0, 1, ~0ull);
		EXPECT("open", OK, 0, 02000000, ~0ull);
	}
}

static void test_strict(void)
{
	static const char *const gone[] = {
		"fork",	   "vfork",  "clone",  "unlink", "rename", "mkdir",
		"creat",   "chmod",  "kill",   "link",	 "execveat",
		"shmget",  "mq_open", "connect", "truncate", "symlink",
		"utimensat", "chown", "setuid", "memfd_create", "mknod",
	};
	static const char *const loader[] = {
		"execve",     "mmap",	   "mprotect", "munmap",
		"brk",	      "read",	   "pread64",  "close",
		"fstat",      "newfstatat", "access",  "arch_prctl",
		"set_tid_address", "set_robust_list", "rseq", "prlimit64",
		"getrandom",  "readlink",  "exit_group", "futex",
		"rt_sigaction", "tgkill",  "write",    "getdents64",
	};

	COMPILE(.base = SYSCALLS_STRICT);
	for (size_t i = 0; i < N(gone); i++)
		EXPECT(gone[i], EPERM, 0);
	for (size_t i = 0; i < N(loader); i++)
		EXPECT(loader[i], OK, 0);
	EXPECT("socket", EAFNOSUPPORT, 1, 1, 0);
	EXPECT("socketpair", EAFNOSUPPORT, 1, 1, 0);
	EXPECT("openat", OK, 0, 0, 02000000);
	EXPECT("openat", OK, 0, 0, 0200000 | 02000000 | 04000, ~0ull);
	EXPECT("openat", EACCES, 0, 0, 1);
	EXPECT("openat", EACCES, 0, 0, 2 | HIGH);
	EXPECT("openat", EACCES, 0, 0, 0100);
	EXPECT("openat", EACCES, 0, 0, 01000); /* O_TRUNC of O_RDONLY cuts */
	EXPECT("openat", EACCES, 0, 0, 020200000);
	EXPECT("open", EACCES, 0, 0101);
	EXPECT("open", OK, 0, 0);
	EXPECT("ioctl", EPERM, 0, 0x89e2); /* SIOCGSKNS */
	EXPECT("ioctl", OK, 0, 0x5413);
	EXPECT("prctl", OK, 15);
	EXPECT("prctl", EPERM, 4);
}

static void test_file_processor(void)
{
	COMPILE(.base = SYSCALLS_FILE_PROCESSOR);
	EXPECT("socket", EAFNOSUPPORT, 1, 1, 0);
	EXPECT("socketpair", EAFNOSUPPORT, 1, 1, 0);
	EXPECT("shmget", EPERM, 0);
	EXPECT("msgsnd", EPERM, 0);
	EXPECT("connect", EPERM, 0);
	EXPECT("clone", OK, 17);
	EXPECT("execve", OK, 0);
	EXPECT("pipe2", OK, 0);
	EXPECT("unlink", OK, 0);
	EXPECT("rename", OK, 0);
}

static void test_network_server(void)
{
	COMPILE(.base = SYSCALLS_NETWORK_SERVER);
	EXPECT("socket", OK, 1, 1, 0);
	EXPECT("socket", OK, 2, 1, 0);
	EXPECT("socket", OK, 10, 2, 0);
	EXPECT("socket", EAFNOSUPPORT, 16, 3, 0);
	EXPECT("listen", OK, 3, 1);
	EXPECT("accept4", OK, 3);
	EXPECT("shmget", EPERM, 0);
	EXPECT("mq_open", EPERM, 0);
	EXPECT("execve", OK, 0);
}

/* What libraries try while they start gets an answer, not a bullet. */
static void test_kill(void)
{
	COMPILE(.base = SYSCALLS_FILE_PROCESSOR, .on_deny = FH_DENY_KILL);
	EXPECT("ptrace", KILLED, 0);
	EXPECT("connect", KILLED, 0);
	EXPECT("chmod", KILLED, 0, 04755);
	EXPECT("ioctl", KILLED, 0, 0x5412);
	EXPECT("get_mempolicy", EPERM, 0);
	EXPECT("mbind", KILLED, 0);
	EXPECT("clone3", ENOSYS, 0);
	EXPECT("openat2", ENOSYS, 0);
	EXPECT("socket", EAFNOSUPPORT, 1, 1, 0);
	COMPILE(.base = SYSCALLS_STRICT, .on_deny = FH_DENY_KILL);
	EXPECT("openat", EACCES, 0, 0, 0101);
}

static void test_log(void)
{
	COMPILE(.base = SYSCALLS_FILE_PROCESSOR, .on_deny = FH_DENY_LOG);
	EXPECT("connect", LOGGED, 0);
	EXPECT("shmget", LOGGED, 0);
	EXPECT("socket", EAFNOSUPPORT, 2, 1, 0);
	EXPECT("ioctl", EPERM, 0, 0x5412);
	EXPECT("mount", EPERM, 0);
	EXPECT("unshare", EPERM, 0);
	EXPECT("ptrace", EPERM, 0);
	EXPECT("keyctl", EPERM, 0);
	EXPECT("bpf", EPERM, 0);
	EXPECT("finit_module", EPERM, 0);
	EXPECT("io_uring_setup", EPERM, 0);
	EXPECT("clone3", ENOSYS, 0);
	/* What is logged is still held by the rules on its arguments. */
	COMPILE(.base = SYSCALLS_STRICT, .on_deny = FH_DENY_LOG);
	EXPECT("chmod", LOGGED, 0, 0644);
	EXPECT("chmod", EPERM, 0, 04755);
}

static void test_init_filter(void)
{
	seccomp_compile_init(FILTER_ARCH_X86_64, false, &compiled);
	EXPECT("wait4", OK, 0);
	EXPECT("pread64", OK, 0);
	EXPECT("rt_sigtimedwait", KILLED, 0);
	EXPECT("exit_group", OK, 0);
	EXPECT("kill", OK, 1, 15);
	EXPECT("openat", KILLED, 0);
	EXPECT("execve", KILLED, 0);
	EXPECT("mmap", KILLED, 0);
	EXPECT("clone", KILLED, 17);
	EXPECT("clone3", KILLED, 0);
	EXPECT("socket", KILLED, 1);
	EXPECT("ptrace", KILLED, 0);
	EXPECT("tgkill", KILLED, 0);
	EXPECT("prctl", KILLED, 0);
}

/* Telling without waiting, and a process that has our memory. */
static void test_init_filter_that_watches(void)
{
	seccomp_compile_init(FILTER_ARCH_X86_64, false, &compiled);
	EXPECT("sendto", OK, 5, 0, 1, 0x4040);
	EXPECT("sendto", KILLED, 5, 0, 1, 0);
	EXPECT("sendto", KILLED, 5, 0, 1, 0x4041);
	EXPECT("clone", OK, 0x111);
	EXPECT("clone", KILLED, 0x11);
	EXPECT("clone", KILLED, 0x10011);
	EXPECT("clone", KILLED, 0x10000111);
	EXPECT("clone", KILLED, 0x111 | HIGH);
}

static void test_relay_filter(void)
{
	seccomp_compile_relay(FILTER_ARCH_X86_64, &compiled);
	EXPECT("read", OK, 0);
	EXPECT("write", OK, 1);
	EXPECT("poll", OK, 0);
	EXPECT("close", OK, 3);
	EXPECT("exit_group", OK, 0);
	EXPECT("kill", KILLED, 1, 15);
	EXPECT("openat", KILLED, 0);
	EXPECT("fcntl", KILLED, 0);
	EXPECT("dup", KILLED, 0);
	EXPECT("ioctl", KILLED, 0);
	EXPECT("wait4", KILLED, 0);
	EXPECT("clone", KILLED, 0x111);
	EXPECT("mmap", KILLED, 0);
	EXPECT("sendto", KILLED, 5, 0, 1, 0x4040);
	EXPECT("sendmsg", KILLED, 0);
}

/* What counting needs, by argument; nothing else of these calls. */
static void test_init_filter_that_counts(void)
{
	static const uint64_t allowed[] = { 0xc0502100, 0xc0182101, 0x40082104 };
	static const uint64_t killed[] = { 0xc0182103 /* ADDFD */, 0x40082102,
					   0x80082102, 0x5412, 0x5401, 0,
					   0xc0502101 };

	seccomp_compile_init(FILTER_ARCH_X86_64, false, &compiled);
	for (size_t i = 0; i < N(allowed); i++)
		EXPECT("ioctl", KILLED, 5, allowed[i]);
	EXPECT("unshare", KILLED, 0x400);
	EXPECT("close_range", KILLED, 0);
	seccomp_compile_init(FILTER_ARCH_X86_64, true, &compiled);
	for (size_t i = 0; i < N(allowed); i++)
		EXPECT("ioctl", OK, 5, allowed[i]);
	for (size_t i = 0; i < N(killed); i++)
		EXPECT("ioctl", KILLED, 5, killed[i]);
	EXPECT("unshare", OK, 0x400);
	EXPECT("unshare", KILLED, 0);
	EXPECT("unshare", KILLED, 0x10000400);
	EXPECT("unshare", KILLED, 0x400 | HIGH);
	EXPECT("close_range", OK, 0);
	EXPECT("openat", KILLED, 0);
	EXPECT("recvmsg", KILLED, 0);
	EXPECT("execve", KILLED, 0);
}

/* One listener, and init has it; a program that asks for the call by name may
 * have it instead. */
static void test_listeners(void)
{
	const struct syscall_change by_name = { "seccomp", false },
		by_group = { "@sandbox", false }, denied = { "seccomp", true };

	for (int base = 0; base < N_BOX_POLICIES; base++) {
		if (base == SYSCALLS_STRICT)
			continue;
		COMPILE(.base = base);
		EXPECT("seccomp", OK, 1, 8);
		COMPILE(.base = base, .can_count = true);
		EXPECT("seccomp", OK, 1, 0);
		EXPECT("seccomp", OK, 1, 1);
		EXPECT("seccomp", EBUSY, 1, 8);
		EXPECT("seccomp", EBUSY, 1, 8 | 32 | HIGH);
		COMPILE(.base = base, .can_count = true,
			.on_deny = FH_DENY_KILL);
		EXPECT("seccomp", EBUSY, 1, 8);
		COMPILE(.base = base, .can_count = true, .changes = &by_group,
			.n_changes = 1);
		EXPECT("seccomp", EBUSY, 1, 8);
		COMPILE(.base = base, .can_count = true, .changes = &by_name,
			.n_changes = 1);
		EXPECT("seccomp", OK, 1, 8);
		COMPILE(.base = base, .can_count = true, .changes = &denied,
			.n_changes = 1);
		EXPECT("seccomp", EPERM, 1, 8);
	}
	COMPILE(.base = SYSCALLS_STRICT, .can_count = true);
	EXPECT("seccomp", EPERM, 1, 8);
	check(seccomp_counts(&(struct seccomp_request){
		.can_count = true, .changes = &denied, .n_changes = 1 }));
	check(!seccomp_counts(&(struct seccomp_request){
		.can_count = true, .changes = &by_name, .n_changes = 1 }));
	check(!seccomp_counts(&(struct seccomp_request){ 0 }));
}

static void test_verdict(void)
{
	struct verdict verdict;
	bool has_rules = true;

	COMPILE(.base = SYSCALLS_DEFAULT);
	verdict = seccomp_verdict(&compiled, 0, &has_rules);
	check_int(verdict.kind, VERDICT_ALLOW);
	check(!has_rules);
	verdict = seccomp_verdict(&compiled, 41, &has_rules);
	check(has_rules);
	verdict = seccomp_verdict(&compiled, 165, NULL);
	check_int(verdict.kind, VERDICT_ERRNO);
	check_int(verdict.error, EPERM);
	check_int(seccomp_verdict(&compiled, 400, NULL).kind, VERDICT_UNKNOWN);
	check_int(seccomp_verdict(&compiled, -1, NULL).kind, VERDICT_UNKNOWN);
	check_int(seccomp_verdict(&compiled, 1 << 30, NULL).kind,
		  VERDICT_UNKNOWN);
}

static void test_aarch64(void)
{
	compile(&(const struct seccomp_request){
		.arch = FILTER_ARCH_AARCH64, .base = SYSCALLS_DEFAULT });
	EXPECT("openat", EPERM, 0, 0, 0101, 04755);
	EXPECT("clone", EPERM, 0x10000000);
	EXPECT("ioctl", EPERM, 0, 0x5412 | HIGH);
	EXPECT("mount", EPERM, 0);
	EXPECT("clone3", ENOSYS, 0);
	check_int(answer(&compiled, "read", (const uint64_t[6]){ 0 }), OK);
}

static const struct tap_test tests[] = {
	{ .name = "what no box may have", .run = test_never },
	{ .name = "default: what programs need", .run = test_default_allows },
	{ .name = "clone makes no namespaces", .run = test_clone },
	{ .name = "nothing types into the terminal", .run = test_terminal },
	{ .name = "socket families and protocols", .run = test_sockets },
	{ .name = "personalities", .run = test_personality },
	{ .name = "prctl", .run = test_prctl },
	{ .name = "no set-id files", .run = test_setuid_files },
	{ .name = "strict", .run = test_strict },
	{ .name = "file-processor", .run = test_file_processor },
	{ .name = "network-server", .run = test_network_server },
	{ .name = "KILL spares what libraries try", .run = test_kill },
	{ .name = "LOG never lets the dangerous through", .run = test_log },
	{ .name = "the filter of init", .run = test_init_filter },
	{ .name = "init tells, and looks whether a process can be made",
	  .run = test_init_filter_that_watches },
	{ .name = "the filter of the output relay", .run = test_relay_filter },
	{ .name = "the filter of an init that counts",
	  .run = test_init_filter_that_counts },
	{ .name = "one listener", .run = test_listeners },
	{ .name = "seccomp_verdict", .run = test_verdict },
	{ .name = "aarch64", .run = test_aarch64 },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
