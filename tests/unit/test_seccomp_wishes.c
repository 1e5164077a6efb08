/* What each wish beside the policy refuses, said call by call. */
#include "filter_expect.h"

static void test_only_unix(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .only_unix_sockets = true);
	EXPECT("socket", OK, 1, 1, 0);
	EXPECT("socketpair", OK, 1, 1, 0);
	EXPECT("socket", EAFNOSUPPORT, 2, 1, 0);
	EXPECT("socket", EAFNOSUPPORT, 10, 2, 0);
	EXPECT("socket", EAFNOSUPPORT, 2, 3, 1);
	EXPECT("socket", EAFNOSUPPORT, 16, 3, 0);
	EXPECT("socket", EAFNOSUPPORT, 40, 1, 0);
}

static void test_tcp_ports(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .tcp_ports_by_landlock = true);
	EXPECT("socket", OK, 2, 1, 0);
	EXPECT("socket", OK, 10, 1 | 02000000, 6);
	EXPECT("socket", EPROTONOSUPPORT, 2, 1, 262);
	EXPECT("socket", EPROTONOSUPPORT, 2, 1, 262 | HIGH);
	EXPECT("socket", EPROTONOSUPPORT, 10, 1, 132);
	EXPECT("socket", EAFNOSUPPORT, 40, 1, 0);
	EXPECT("socket", EAFNOSUPPORT, 43, 1, 0);
	EXPECT("socket", EACCES, 2, 2, 0);
	EXPECT("socket", EACCES, 10, 2 | 02000000 | 04000, 17);
	EXPECT("socket", EACCES, 2, 2 | HIGH, 1);
	EXPECT("socket", EPERM, 2, 3, 255);
	EXPECT("socket", OK, 1, 2, 0);
	EXPECT("sendto", OK, 3, 0, 0, 0x4000);
	EXPECT("sendto", EOPNOTSUPP, 3, 0, 0, 0x20000000);
	EXPECT("sendto", EOPNOTSUPP, 3, 0, 0, 0x20004000 | HIGH);
	EXPECT("sendmsg", EOPNOTSUPP, 3, 0, 0x20000000);
	EXPECT("sendmsg", OK, 3, 0x20000000, 0);
	EXPECT("sendmmsg", EOPNOTSUPP, 3, 0, 1, 0x20000000);
	EXPECT("setsockopt", EOPNOTSUPP, 3, 6, 30);
	EXPECT("setsockopt", EOPNOTSUPP, 3, 6 | HIGH, 30 | HIGH);
	EXPECT("setsockopt", ENOENT, 3, 6, 31);
	EXPECT("setsockopt", OK, 3, 6, 1);
	EXPECT("setsockopt", OK, 3, 1, 30);
	COMPILE(.base = SYSCALLS_DEFAULT, .tcp_ports_by_landlock = true,
		.allow_udp = true);
	EXPECT("socket", OK, 2, 2, 0);
	EXPECT("socket", OK, 10, 2 | 02000000, 17);
	EXPECT("socket", EACCES, 2, 2, 1);   /* ping */
	EXPECT("socket", EACCES, 2, 2, 136); /* UDP-Lite */
	EXPECT("socket", EPROTONOSUPPORT, 2, 1, 262);
	/* Without port rules there is nothing to guard. */
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("sendto", OK, 3, 0, 0, 0x20000000);
	EXPECT("setsockopt", OK, 3, 6, 30);
}

static void test_listen(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("listen", OK, 3, 1);
	COMPILE(.base = SYSCALLS_DEFAULT, .deny_listen_autobind = true);
	EXPECT("listen", EACCES, 3, 1);
	EXPECT("bind", OK, 3);
}

/* Their first argument says whose. */
static const char *const by_pid[] = { "prlimit64", "sched_setaffinity",
				      "sched_setattr", "sched_setparam",
				      "sched_setscheduler" };

static void test_other_pids(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .deny_other_pids = true);
	for (size_t i = 0; i < N(by_pid); i++) {
		EXPECT(by_pid[i], OK, 0, 7);
		EXPECT(by_pid[i], OK, HIGH, 7);
		EXPECT(by_pid[i], EPERM, 1, 7);
		EXPECT(by_pid[i], EPERM, ~0ull, 7);
	}
	EXPECT("setpriority", OK, 0, 0, 5);
	EXPECT("setpriority", EPERM, 0, 77, 5);
	EXPECT("setpriority", EPERM, 2, 0, 5); /* all of the user's */
	EXPECT("ioprio_set", OK, 1, 0, 5);
	EXPECT("ioprio_set", EPERM, 3, 0, 5);
	EXPECT("kill", EPERM, ~0ull, 9);
	EXPECT("kill", OK, 1234, 15);
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("prlimit64", OK, 1, 7);
	EXPECT("setpriority", OK, 2, 0, 5);
	EXPECT("kill", OK, ~0ull, 9);
}

static void test_init_above(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .protect_init = true);
	for (size_t i = 0; i < N(by_pid); i++) {
		EXPECT(by_pid[i], OK, 0, 7);
		EXPECT(by_pid[i], OK, 77, 7);
		EXPECT(by_pid[i], EPERM, 1, 7);
		EXPECT(by_pid[i], EPERM, HIGH | 1, 7);
	}
	EXPECT("setpriority", OK, 0, 77, 5);
	EXPECT("setpriority", EPERM, 0, 1, 5);
	EXPECT("ioprio_set", EPERM, 1, 1, 5);
}

static void test_shared_group(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .shares_group = true);
	EXPECT("setpriority", EPERM, 1, 0, 5);
	EXPECT("setpriority", OK, 0, 0, 5);
	EXPECT("ioprio_set", EPERM, 2, 0, 5);
	EXPECT("kill", OK, 0, 15);
	COMPILE(.base = SYSCALLS_DEFAULT, .deny_group_signals = true);
	EXPECT("kill", EPERM, 0, 15);
	EXPECT("kill", EPERM, HIGH, 15);
	EXPECT("kill", OK, 77, 15);
}

static void test_file_flags(void)
{
	static const unsigned long calls[] = { 0x40086602, 0x40046602,
		0x40087602, 0x40047602, 0x401c5820, 0x800c6613, 0x40806685 };

	COMPILE(.base = SYSCALLS_DEFAULT, .deny_file_flags = true);
	for (size_t i = 0; i < N(calls); i++) {
		EXPECT("ioctl", EPERM, 3, calls[i]);
		EXPECT("ioctl", EPERM, 3, HIGH | calls[i]);
	}
	EXPECT("ioctl", OK, 3, 0x5401);
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("ioctl", OK, 3, calls[0]);
}

static void test_write_exec(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, .deny_write_exec = true);
	EXPECT("mmap", OK, 0, 4096, 3);
	EXPECT("mmap", OK, 0, 4096, 5);
	EXPECT("mmap", EACCES, 0, 4096, 7);
	EXPECT("mmap", EACCES, 0, 4096, 6);
	EXPECT("mprotect", OK, 0, 4096, 3);
	EXPECT("mprotect", EACCES, 0, 4096, 5);
	EXPECT("mprotect", EACCES, 0, 4096, 4 | HIGH);
	EXPECT("pkey_mprotect", EACCES, 0, 4096, 5);
	EXPECT("shmat", EACCES, 0, 0, 0100000);
	EXPECT("shmat", OK, 0, 0, 0110000);
	EXPECT("shmat", OK, 0, 0, 0);
	COMPILE(.base = SYSCALLS_DEFAULT);
	EXPECT("mmap", OK, 0, 4096, 7);
}

#define CHANGE(...)                                                            \
	.changes = (const struct syscall_change[]){ __VA_ARGS__ },             \
	.n_changes = N(((const struct syscall_change[]){ __VA_ARGS__ }))
#define ALLOW(call) { .name = (call) }
#define DENY(call) { .name = (call), .is_deny = true }

static void test_changes(void)
{
	COMPILE(.base = SYSCALLS_DEFAULT, CHANGE(ALLOW("ptrace")));
	EXPECT("ptrace", OK, 0);
	EXPECT("process_vm_readv", EPERM, 0);
	COMPILE(.base = SYSCALLS_DEFAULT,
		CHANGE(ALLOW("@debug"), DENY("ptrace")));
	EXPECT("ptrace", EPERM, 0);
	EXPECT("process_vm_readv", OK, 0);
	COMPILE(.base = SYSCALLS_DEFAULT,
		CHANGE(DENY("@debug"), ALLOW("ptrace")));
	EXPECT("ptrace", OK, 0);
	COMPILE(.base = SYSCALLS_DEFAULT, CHANGE(DENY("@network-io")));
	EXPECT("socket", EAFNOSUPPORT, 1, 1, 0);
	EXPECT("bind", EPERM, 0);
	/* An allowed call keeps the rules on its arguments. */
	COMPILE(.base = SYSCALLS_STRICT, CHANGE(ALLOW("clone"), ALLOW("chmod"),
						ALLOW("@network-io")));
	EXPECT("clone", OK, 17);
	EXPECT("clone", EPERM, 0x10000000);
	EXPECT("chmod", EPERM, 0, 04755);
	EXPECT("socket", OK, 2, 1, 0);
	EXPECT("socket", EAFNOSUPPORT, 40, 1, 0);
	/* A denied one loses those that would allow. */
	COMPILE(.base = SYSCALLS_DEFAULT, CHANGE(DENY("personality")));
	EXPECT("personality", EPERM, 0);
	/* A group that openat2 is in means the rest of it. */
	COMPILE(.base = SYSCALLS_STRICT, CHANGE(ALLOW("@file-system")));
	EXPECT("openat2", ENOSYS, 0);
	EXPECT("unlink", OK, 0);
}

static void refused(const char *name, bool is_deny, const char *what,
		    const char *remedy)
{
	const struct syscall_change change = { .name = name,
					       .is_deny = is_deny };
	const struct seccomp_request request = { .changes = &change,
						 .n_changes = 1 };
	struct filter *filter = malloc(sizeof(*filter));
	struct filter *before = malloc(sizeof(*before));
	struct fh_error err = { 0 };

	check(filter && before);
	memset(filter, 0x5a, sizeof(*filter));
	memcpy(before, filter, sizeof(*before));
	check_int(seccomp_compile(&request, filter, &err), -EINVAL);
	check_int(err.code, -EINVAL);
	check_int(err.stage, FH_STAGE_PLAN);
	if (!strstr(err.what, what) || !strstr(err.remedy, remedy))
		tap_fail(__FILE__, __LINE__, "\"%s\", \"%s\"", err.what,
			 err.remedy);
	check(memcmp(filter, before, sizeof(*filter)) == 0);
	check_int(seccomp_compile(&request, filter, NULL), -EINVAL);
	free(filter);
	free(before);
}

static void test_changes_refused(void)
{
	static const char *const locked[] = {
		"unshare", "setns",	   "mount",	     "umount2",
		"fsopen",  "pivot_root",   "move_mount",     "io_uring_setup",
		"chroot",  "io_uring_enter", "mount_setattr", "open_tree_attr",
		"@mount",  "@namespace",   "@io-uring",
	};

	for (size_t i = 0; i < N(locked); i++)
		refused(locked[i], false, locked[i], "leave it out");
	refused("clone3", false, "clone3 cannot be allowed", "clone");
	refused("openat2", false, "openat2 cannot be allowed", "openat");
	refused("@privileged", false, "it contains chroot", "leave it out");
	refused("opneat", false, "opneat", "openat?");
	refused("opneat", true, "opneat", "openat?");
	refused("@proces", true, "@proces", "@process?");
	refused("", false, "unknown", "");
	refused("@", true, "unknown", "");
	refused("a\nb", true, "a\\", "");
	refused("execve", true, "execve", "");
	refused("@default", true, "execve", "");
}

static const struct tap_test tests[] = {
	{ .name = "only unix sockets", .run = test_only_unix },
	{ .name = "nothing passes the TCP port rules by",
	  .run = test_tcp_ports },
	{ .name = "listen is refused on demand", .run = test_listen },
	{ .name = "other processes are left alone", .run = test_other_pids },
	{ .name = "init is above", .run = test_init_above },
	{ .name = "a shared process group", .run = test_shared_group },
	{ .name = "ioctls that change files", .run = test_file_flags },
	{ .name = "nothing written becomes code", .run = test_write_exec },
	{ .name = "changes, in their order", .run = test_changes },
	{ .name = "changes that are refused", .run = test_changes_refused },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
