/* What is told of the network, processes, ceilings, system calls and privileges. */
#include "refused.h"

#define NETWORK FH_LAYER_NETWORK
#define LIMITS FH_LAYER_LIMITS

static const struct refused_row network[] = {
	{ .action = { "connect", "127.0.0.1", "$P" }, .call = "connect",
	  .wanted = "connect", .object = "tcp $P (127.0.0.1)", NETWORK,
	  ENETUNREACH, .option = "--net host --connect $P" },
	{ .settings = { "net", "loopback" },
	  .action = { "connect", "127.0.0.1", "$P" }, .call = "connect",
	  .wanted = "connect", .object = "tcp $P (127.0.0.1)", NETWORK,
	  ECONNREFUSED, .option = "--net host --connect $P" },
	{ .action = { "talk", "127.0.0.1", "$F" }, .call = "connect",
	  .wanted = "connect", .object = "tcp $F (127.0.0.1)", NETWORK,
	  ENETUNREACH, .option = "--net loopback" },
	{ .action = { "bind", "::1", "$F" }, .call = "bind",
	  .wanted = "listen", .object = "tcp $F (::1)", NETWORK,
	  EADDRNOTAVAIL, .option = "--net loopback" },
	{ .action = { "send", "127.0.0.1", "$F" }, .call = "sendto",
	  .wanted = "connect", .object = "udp $F (127.0.0.1)", NETWORK,
	  ENETUNREACH, .option = "" },
	{ .action = { "unix", "$N" }, .call = "connect", .wanted = "connect",
	  .object = "$N", NETWORK, ECONNREFUSED, .option = "" },
	{ .settings = { "net", "host" },
	  .action = { "connect", "127.0.0.1", "$P" }, .call = "connect",
	  .wanted = "connect", .object = "tcp $P (127.0.0.1)",
	  FH_LAYER_LANDLOCK, EACCES, .option = "--connect $P" },
	{ .settings = { "net", "host" },
	  .action = { "bind", "127.0.0.1", "$F" }, .call = "bind",
	  .wanted = "listen", .object = "tcp $F (127.0.0.1)",
	  FH_LAYER_LANDLOCK, EACCES,
	  .option = "--listen $F --without network" },
	{ .settings = { "net", "host" }, .action = { "unix", "$N" },
	  .call = "connect", .wanted = "connect", .object = "$N",
	  FH_LAYER_LANDLOCK, EPERM, .option = "" },
};

static void test_network(void)
{
	check_rows(network, COUNT(network));
}

static const struct refused_row processes[] = {
	{ .action = { "kill", "$T" }, .call = "kill", .wanted = "signal",
	  .object = "process $T", FH_LAYER_PROCESSES, ESRCH, .option = "" },
	{ .action = { "pidfd", "$T" }, .call = "pidfd_open", .wanted = "see",
	  .object = "process $T", FH_LAYER_PROCESSES, ESRCH, .option = "" },
};

static void test_processes(void)
{
	if (getpid() < 200)
		skip("a number as low as this may be one of the box's own");
	check_rows(processes, COUNT(processes));
}

static const struct refused_row limits[] = {
	{ .settings = { "open-files", "20" }, .action = { "descriptors", "20" },
	  .call = "dup", .wanted = "open", .object = "", LIMITS, EMFILE,
	  .option = "--open-files 40" },
	{ .settings = { "pids", "12" }, .action = { "fork", "14" },
	  .call = "clone", .wanted = "process", .object = "", LIMITS, EAGAIN,
	  .option = "--pids 24", .has_no_control = true, .is_for_user = true },
	{ .settings = { "tmp-size", "1M" },
	  .action = { "reserve", "/tmp/explain-big", "1500000" },
	  .call = "fallocate", .wanted = "write",
	  .object = "/tmp/explain-big", LIMITS, ENOSPC,
	  .option = "--tmp-size 2097152", .has_no_control = true },
	{ .settings = { "file-size", "1000", "write", "$D" },
	  .action = { "fill", "$D/new", "1500" }, .call = "pwrite64",
	  .wanted = "write", .object = "$D/new", LIMITS, 0, SIGXFSZ,
	  .option = "--file-size 2000" },
	{ .settings = { "cpu-time", "1" }, .action = { "burn", "1300" },
	  .call = "", .wanted = "time", .object = "", LIMITS, 0, SIGXCPU,
	  .option = "--cpu-time 2" },
	{ .settings = { "timeout", "500ms" }, .action = { "sleep", "700" },
	  .call = "", .wanted = "time", .object = "", LIMITS, 0, SIGTERM,
	  .option = "--timeout 1000ms" },
};

static void test_limits(void)
{
	check_rows(limits, COUNT(limits));
}

static const struct refused_row syscalls[] = {
	{ .settings = { "deny-syscall", "uname" }, .action = { "uname" },
	  .call = "uname", .wanted = "", .object = "", FH_LAYER_SECCOMP, EPERM,
	  .option = "--allow-syscall uname" },
	{ .settings = { "deny-syscall", "uname", "on-deny", "kill" },
	  .action = { "uname" }, .call = "uname", .wanted = "", .object = "",
	  FH_LAYER_SECCOMP, 0, SIGSYS, .option = "--allow-syscall uname" },
	{ .action = { "mount" }, .call = "mount", .wanted = "", .object = "",
	  FH_LAYER_SECCOMP, EPERM, .option = "", .has_no_control = true },
	{ .action = { "family", "17" }, .call = "socket", .wanted = "",
	  .object = "AF_PACKET", FH_LAYER_SECCOMP, EAFNOSUPPORT, .option = "",
	  .has_no_control = true },
};

static void test_syscalls(void)
{
	check_rows(syscalls, COUNT(syscalls));
}

static const struct refused_row privileges[] = {
	{ .settings = { "read", "$D" }, .action = { "read", "$D/theirs" },
	  .call = "openat", .wanted = "read", .object = "$D/theirs",
	  FH_LAYER_PRIVILEGES, EACCES, .option = "", .is_for_root = true },
	{ .settings = { "write", "$D" }, .action = { "chmod", "$D/theirs" },
	  .call = "chmod", .wanted = "write", .object = "$D/theirs",
	  FH_LAYER_PRIVILEGES, EPERM, .option = "", .is_for_root = true },
	{ .settings = { "write", "$D" },
	  .action = { "chown", "$D/file", "4242", "4242" }, .call = "chown",
	  .wanted = "write", .object = "$D/file", FH_LAYER_PRIVILEGES, EINVAL,
	  .option = "", .is_for_root = true },
	{ .action = { "read", "$D/theirs" }, .call = "openat",
	  .wanted = "read", .object = "$D/theirs", FH_LAYER_MOUNTS, ENOENT,
	  .option = "", .is_for_root = true },
};

static void test_privileges(void)
{
	check_rows(privileges, COUNT(privileges));
}

/* --- the tier of Landlock and the filter alone ------------------------------------- */

#define LANDLOCK FH_LAYER_LANDLOCK
#define GRANTED(...) .settings = { "read", "$D" }, .action = { __VA_ARGS__ }

static const struct refused_row landlock[] = {
	{ .action = { "read", "$D/file" }, .call = "openat", .wanted = "read",
	  .object = "$D/file", LANDLOCK, EACCES, .option = "-r $D/file" },
	{ .action = { "read", "$D/link" }, .call = "openat", .wanted = "read",
	  .object = "$D/file", LANDLOCK, EACCES, .option = "-r $D/file" },
	{ .action = { "list", "$D/dir" }, .call = "openat", .wanted = "read",
	  .object = "$D/dir", LANDLOCK, EACCES, .option = "-r $D/dir" },
	{ .action = { "write", "$D/file" }, .call = "openat",
	  .wanted = "write", .object = "$D/file", LANDLOCK, EACCES,
	  .option = "-w $D/file" },
	{ GRANTED("write", "$D/file"), .call = "openat", .wanted = "write",
	  .object = "$D/file", LANDLOCK, EACCES, .option = "-w $D/file" },
	{ GRANTED("create", "$D/new"), .call = "openat", .wanted = "write",
	  .object = "$D/new", LANDLOCK, EACCES, .option = "-w $D" },
	{ GRANTED("mkdir", "$D/new"), .call = "mkdir", .wanted = "create",
	  .object = "$D/new", LANDLOCK, EACCES, .option = "-w $D" },
	{ GRANTED("unlink", "$D/file"), .call = "unlink", .wanted = "remove",
	  .object = "$D/file", LANDLOCK, EACCES, .option = "-w $D" },
	{ GRANTED("rename", "$D/file", "$D/new"), .call = "rename",
	  .wanted = "rename", .object = "$D/file", LANDLOCK, EACCES,
	  .option = "-w $D" },
	{ GRANTED("truncate", "$D/file"), .call = "truncate",
	  .wanted = "write", .object = "$D/file", LANDLOCK, EACCES,
	  .option = "-w $D/file" },
	{ GRANTED("exec", "$D/exec", "uname"), .call = "execve",
	  .wanted = "exec", .object = "$D/exec", LANDLOCK, EACCES,
	  .option = "-x $D/exec" },
	{ .settings = { "exec", "$D/script" }, .action = { "exec", "$D/script" },
	  .call = "execve", .wanted = "exec", .object = "$D/interp", LANDLOCK,
	  EACCES, .option = "-x $D/interp" },
	{ .action = { "kill", "$T" }, .call = "kill", .wanted = "signal",
	  .object = "process $T", LANDLOCK, EPERM, .option = "" },
	{ .action = { "unix", "$N" }, .call = "connect", .wanted = "connect",
	  .object = "$N", LANDLOCK, EPERM, .option = "" },
};

static void test_landlock(void)
{
	deny_namespaces();
	check_rows(landlock, COUNT(landlock));
}

static const struct tap_test tests[] = {
	{ .name = "addresses out of reach are told", .run = test_network,
	  .seconds = 120 },
	{ .name = "processes outside are told", .run = test_processes,
	  .seconds = 60 },
	{ .name = "ceilings are told", .run = test_limits, .seconds = 120 },
	{ .name = "system calls that were refused are told",
	  .run = test_syscalls, .seconds = 60 },
	/* Only root has privileges to lose, and nobody takes namespaces from it: of
	 * these two each user has one. */
	{ .name = "what root may do outside by a capability is told",
	  .run = test_privileges, .seconds = 60 },
	{ .name = "without namespaces it is Landlock that is told of",
	  .run = test_landlock, .seconds = 120 },
};
#define N_SHARED (COUNT(tests) - 2)

int main(void)
{
	struct tap_test own[N_SHARED + 1];

	memcpy(own, tests, sizeof(own));
	own[N_SHARED] = tests[N_SHARED + (getuid() != 0)];
	return tap_run(own, COUNT(own));
}
