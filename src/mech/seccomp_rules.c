/* What allowed calls may not do, told by their arguments. */
#include "mech/seccomp_rules.h"

#include <errno.h>

#include "base/cleanup.h"

/*
 * All of these arguments are 32 bits wide in the kernel, which drops what is
 * above; so do the tests (CVE-2019-10063: TIOCSTI | 1 << 32).
 */
#define EQ(n, v) { .arg = (n), .op = ARG_EQ, .value = (v) }
#define BITS_EQ(n, m, v)                                                       \
	{ .arg = (n), .op = ARG_MASKED_EQ, .mask = (m), .value = (v) }
#define ANY_BIT(n, m) { .arg = (n), .op = ARG_MASKED_NE, .mask = (m) }

#define TESTS(...)                                                             \
	.tests = { __VA_ARGS__ },                                              \
	.n_tests = sizeof((struct arg_test[]){ __VA_ARGS__ }) /                \
		   sizeof(struct arg_test)
#define ALLOWED .verdict = { .kind = VERDICT_ALLOW }
#define REFUSED(e) .verdict = { .kind = VERDICT_ERRNO, .error = (e) }

#define RULE(name, condition) .call = CALL_##name, .when = WHEN_##condition

/* include/uapi/linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER,
 * NEWPID, NEWNET. CLONE_NEWTIME lies in clone's signal byte: only clone3 and
 * unshare can pass it. */
#define CLONE_NEW_ANY 0x7e020000
#define CLONE_IN_PROCESS 0x10000 /* CLONE_THREAD */

/* include/uapi/asm-generic/ioctls.h, the same on both architectures. TIOCSTI
 * types into the terminal, TIOCLINUX pastes (CVE-2017-5226, CVE-2023-28100),
 * TIOCSETD loads line disciplines, a rich source of kernel bugs. */
#define IOCTL_TIOCSTI 0x5412
#define IOCTL_TIOCLINUX 0x541c
#define IOCTL_TIOCSETD 0x5423
/* include/uapi/linux/fs.h, fscrypt.h and fsverity.h */
#define IOCTL_FS_SETFLAGS 0x40086602
#define IOCTL_FS32_SETFLAGS 0x40046602
#define IOCTL_FS_SETVERSION 0x40087602
#define IOCTL_FS32_SETVERSION 0x40047602
#define IOCTL_FS_FSSETXATTR 0x401c5820
#define IOCTL_FS_ENCRYPT 0x800c6613
#define IOCTL_FS_VERITY 0x40806685
#define IOCTL_TCGETS 0x5401
#define IOCTL_TCGETS2 0x802c542a
#define IOCTL_TIOCGWINSZ 0x5413
#define IOCTL_FIONREAD 0x541b
#define IOCTL_FIONBIO 0x5421
#define IOCTL_FIONCLEX 0x5450
#define IOCTL_FIOCLEX 0x5451

/* include/uapi/linux/prctl.h */
#define PRCTL_SET_PDEATHSIG 1
#define PRCTL_SET_NAME 15
#define PRCTL_GET_NAME 16
#define PRCTL_CAPBSET_READ 23
#define PRCTL_SET_MM 35
#define PRCTL_SET_VMA 0x53564d41

/* include/uapi/linux/personality.h: 32-bit addresses and an old uname are
 * harmless, ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC weaken the program. */
#define PER_QUERY 0xffffffff
#define PER_UNAME26 0x20000
#define PER_32 8

/* include/linux/socket.h and include/linux/net.h. One test for both internet
 * families: 2 and 10 differ in one bit, and no other number has the rest. */
#define FAMILY_UNIX EQ(0, 1)
#define FAMILY_INET BITS_EQ(0, ~8u, 2)
#define FAMILY_NETLINK EQ(0, 16)
#define TYPE_STREAM BITS_EQ(1, 0xf, 1)
#define TYPE_DGRAM BITS_EQ(1, 0xf, 2)
#define TYPE_RAW BITS_EQ(1, 0xf, 3)
#define TYPE_PACKET BITS_EQ(1, 0xf, 10)
#define PROTOCOL(n) EQ(2, n)
#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMPV6 58
#define PROTO_MPTCP 262
#define NETLINK_ROUTE_PROTO 0

/* include/linux/socket.h; connects without a connect call, which Landlock's
 * CONNECT_TCP does not see. */
#define FLAG_FASTOPEN 0x20000000
/* include/uapi/linux/tcp.h: TCP_FASTOPEN_CONNECT does the same; TCP_ULP "smc"
 * turns the socket into a kind that Landlock does not know. */
#define OPT_FASTOPEN_CONNECT 30
#define OPT_ULP 31

/* As OPEN_CHANGES: O_CREAT, __O_TMPFILE. */
#define OPEN_MAKES (0100 | 020000000)
#define SETID_BITS 06000

#define FLAG_NEW_LISTENER 8 /* include/uapi/linux/seccomp.h */

#define PROT_WX 6 /* PROT_WRITE | PROT_EXEC */
#define PROT_X 4
#define SHM_X_OR_RO 0110000 /* SHM_EXEC | SHM_RDONLY */
#define SHM_X 0100000

const struct seccomp_rule seccomp_rules[] = {
	{ RULE(clone, NO_NAMESPACES), TESTS(ANY_BIT(0, CLONE_NEW_ANY)),
	  REFUSED(EPERM) },

	/* A child would outlive the worker, and the signal is what ends it with
	 * its monitor. */
	{ RULE(clone, WORKER), TESTS(BITS_EQ(0, CLONE_IN_PROCESS, 0)),
	  REFUSED(EPERM) },
	{ RULE(prctl, WORKER), TESTS(EQ(0, PRCTL_SET_PDEATHSIG)),
	  REFUSED(EPERM) },

	{ RULE(ioctl, ALWAYS), TESTS(EQ(1, IOCTL_TIOCSTI)), REFUSED(EPERM) },
	{ RULE(ioctl, ALWAYS), TESTS(EQ(1, IOCTL_TIOCLINUX)), REFUSED(EPERM) },
	{ RULE(ioctl, ALWAYS), TESTS(EQ(1, IOCTL_TIOCSETD)), REFUSED(EPERM) },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_TCGETS)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_TCGETS2)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_TIOCGWINSZ)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_FIONREAD)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_FIONBIO)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_FIONCLEX)), ALLOWED },
	{ RULE(ioctl, STRICT), TESTS(EQ(1, IOCTL_FIOCLEX)), ALLOWED },

	/* Moves the bounds of the own mappings, as shown in /proc. */
	{ RULE(prctl, ALWAYS), TESTS(EQ(0, PRCTL_SET_MM)), REFUSED(EPERM) },
	{ RULE(prctl, STRICT), TESTS(EQ(0, PRCTL_SET_NAME)), ALLOWED },
	{ RULE(prctl, STRICT), TESTS(EQ(0, PRCTL_GET_NAME)), ALLOWED },
	{ RULE(prctl, STRICT), TESTS(EQ(0, PRCTL_CAPBSET_READ)), ALLOWED },
	{ RULE(prctl, STRICT), TESTS(EQ(0, PRCTL_SET_VMA)), ALLOWED },

	{ RULE(personality, ALWAYS), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(personality, ALWAYS), TESTS(EQ(0, PER_32)), ALLOWED },
	{ RULE(personality, ALWAYS), TESTS(EQ(0, PER_UNAME26)), ALLOWED },
	{ RULE(personality, ALWAYS), TESTS(EQ(0, PER_UNAME26 | PER_32)),
	  ALLOWED },
	{ RULE(personality, ALWAYS), TESTS(EQ(0, PER_QUERY)), ALLOWED },

	/*
	 * A set-user-id file in a granted directory would lend the user's id
	 * to whoever runs it outside. Opening with O_CREAT makes one as well.
	 */
	{ RULE(chmod, ALWAYS), TESTS(ANY_BIT(1, SETID_BITS)), REFUSED(EPERM) },
	{ RULE(fchmod, ALWAYS), TESTS(ANY_BIT(1, SETID_BITS)), REFUSED(EPERM) },
	{ RULE(fchmodat, ALWAYS), TESTS(ANY_BIT(2, SETID_BITS)),
	  REFUSED(EPERM) },
	{ RULE(fchmodat2, ALWAYS), TESTS(ANY_BIT(2, SETID_BITS)),
	  REFUSED(EPERM) },
	{ RULE(mknod, ALWAYS), TESTS(ANY_BIT(1, SETID_BITS)), REFUSED(EPERM) },
	{ RULE(mknodat, ALWAYS), TESTS(ANY_BIT(2, SETID_BITS)),
	  REFUSED(EPERM) },
	{ RULE(creat, ALWAYS), TESTS(ANY_BIT(1, SETID_BITS)), REFUSED(EPERM) },
	{ RULE(open, FILES_MADE),
	  TESTS(ANY_BIT(1, OPEN_MAKES), ANY_BIT(2, SETID_BITS)),
	  REFUSED(EPERM) },
	{ RULE(openat, FILES_MADE),
	  TESTS(ANY_BIT(2, OPEN_MAKES), ANY_BIT(3, SETID_BITS)),
	  REFUSED(EPERM) },
	{ RULE(open, STRICT), TESTS(ANY_BIT(1, OPEN_CHANGES)),
	  REFUSED(EACCES) },
	{ RULE(openat, STRICT), TESTS(ANY_BIT(2, OPEN_CHANGES)),
	  REFUSED(EACCES) },

	/* Protocols are listed, not excluded: asking for a rare one makes the
	 * kernel load its module, netns or not. */
	{ RULE(socket, ALWAYS), TESTS(FAMILY_UNIX), ALLOWED },
	{ RULE(socket, NETLINK),
	  TESTS(FAMILY_NETLINK, PROTOCOL(NETLINK_ROUTE_PROTO)), ALLOWED },
	{ RULE(socket, INET), TESTS(FAMILY_INET, TYPE_STREAM, PROTOCOL(0)),
	  ALLOWED },
	{ RULE(socket, INET),
	  TESTS(FAMILY_INET, TYPE_STREAM, PROTOCOL(PROTO_TCP)), ALLOWED },
	{ RULE(socket, INET_FREE),
	  TESTS(FAMILY_INET, TYPE_STREAM, PROTOCOL(PROTO_MPTCP)), ALLOWED },
	{ RULE(socket, INET_UDP), TESTS(FAMILY_INET, TYPE_DGRAM, PROTOCOL(0)),
	  ALLOWED },
	{ RULE(socket, INET_UDP),
	  TESTS(FAMILY_INET, TYPE_DGRAM, PROTOCOL(PROTO_UDP)), ALLOWED },
	{ RULE(socket, INET_FREE),
	  TESTS(FAMILY_INET, TYPE_DGRAM, PROTOCOL(PROTO_ICMP)), ALLOWED },
	{ RULE(socket, INET_FREE),
	  TESTS(FAMILY_INET, TYPE_DGRAM, PROTOCOL(PROTO_ICMPV6)), ALLOWED },
	{ RULE(socket, TCP_PORTS), TESTS(FAMILY_INET, TYPE_DGRAM),
	  REFUSED(EACCES) },
	{ RULE(socket, INET), TESTS(FAMILY_INET, TYPE_RAW), REFUSED(EPERM) },
	{ RULE(socket, INET), TESTS(FAMILY_INET, TYPE_PACKET), REFUSED(EPERM) },
	{ RULE(socket, INET), TESTS(FAMILY_INET), REFUSED(EPROTONOSUPPORT) },
	{ RULE(socketpair, ALWAYS), TESTS(FAMILY_UNIX), ALLOWED },

	/* The errno that the kernel gives with fast open switched off, and
	 * without the ULP: callers fall back. */
	{ RULE(sendto, TCP_HELD), TESTS(ANY_BIT(3, FLAG_FASTOPEN)),
	  REFUSED(EOPNOTSUPP) },
	{ RULE(sendmsg, TCP_HELD), TESTS(ANY_BIT(2, FLAG_FASTOPEN)),
	  REFUSED(EOPNOTSUPP) },
	{ RULE(sendmmsg, TCP_HELD), TESTS(ANY_BIT(3, FLAG_FASTOPEN)),
	  REFUSED(EOPNOTSUPP) },
	{ RULE(setsockopt, TCP_HELD),
	  TESTS(EQ(1, PROTO_TCP), EQ(2, OPT_FASTOPEN_CONNECT)),
	  REFUSED(EOPNOTSUPP) },
	{ RULE(setsockopt, TCP_HELD), TESTS(EQ(1, PROTO_TCP), EQ(2, OPT_ULP)),
	  REFUSED(ENOENT) },

	/* 0 is the caller. kill's -1 is everybody that the user may signal. */
	{ RULE(prlimit64, SELF_ONLY), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(sched_setaffinity, SELF_ONLY), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(sched_setattr, SELF_ONLY), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(sched_setparam, SELF_ONLY), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(sched_setscheduler, SELF_ONLY), TESTS(EQ(0, 0)), ALLOWED },
	{ RULE(setpriority, SELF_ONLY), TESTS(EQ(0, 0), EQ(1, 0)), ALLOWED },
	{ RULE(ioprio_set, SELF_ONLY), TESTS(EQ(0, 1), EQ(1, 0)), ALLOWED },
	{ RULE(kill, SELF_ONLY), TESTS(EQ(0, 0xffffffff)), REFUSED(EPERM) },

	/* Init has the program's uid, which is all that these ask for. */
	{ RULE(prlimit64, INIT_ABOVE), TESTS(EQ(0, 1)), REFUSED(EPERM) },
	{ RULE(sched_setaffinity, INIT_ABOVE), TESTS(EQ(0, 1)),
	  REFUSED(EPERM) },
	{ RULE(sched_setattr, INIT_ABOVE), TESTS(EQ(0, 1)), REFUSED(EPERM) },
	{ RULE(sched_setparam, INIT_ABOVE), TESTS(EQ(0, 1)), REFUSED(EPERM) },
	{ RULE(sched_setscheduler, INIT_ABOVE), TESTS(EQ(0, 1)),
	  REFUSED(EPERM) },
	{ RULE(setpriority, INIT_ABOVE), TESTS(EQ(0, 0), EQ(1, 1)),
	  REFUSED(EPERM) },
	{ RULE(ioprio_set, INIT_ABOVE), TESTS(EQ(0, 1), EQ(1, 1)),
	  REFUSED(EPERM) },

	/* A group that is shared reaches out of the pid namespace: these look
	 * at no namespace when the group is "mine", which is 0. */
	{ RULE(setpriority, GROUP_SHARED), TESTS(EQ(0, 1), EQ(1, 0)),
	  REFUSED(EPERM) },
	{ RULE(ioprio_set, GROUP_SHARED), TESTS(EQ(0, 2), EQ(1, 0)),
	  REFUSED(EPERM) },
	{ RULE(kill, GROUP_SIGNALS), TESTS(EQ(0, 0)), REFUSED(EPERM) },

	/* They change a file through a descriptor that only reads. */
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS_SETFLAGS)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS32_SETFLAGS)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS_SETVERSION)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS32_SETVERSION)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS_FSSETXATTR)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS_ENCRYPT)),
	  REFUSED(EPERM) },
	{ RULE(ioctl, HOST_TREE), TESTS(EQ(1, IOCTL_FS_VERITY)),
	  REFUSED(EPERM) },

	/* The kernel has one listener for all filters of a process, and gives this
	 * answer while init has it. Should init be no more: where two filters
	 * notify, the newer one's listener answers, and one of the program's own
	 * could let through what ours refuses. */
	{ RULE(seccomp, COUNTED), TESTS(ANY_BIT(1, FLAG_NEW_LISTENER)),
	  REFUSED(EBUSY) },

	/* As PR_SET_MDWE (6.3): nothing that was written becomes code. */
	{ RULE(mmap, NO_WRITE_EXEC), TESTS(BITS_EQ(2, PROT_WX, PROT_WX)),
	  REFUSED(EACCES) },
	{ RULE(mprotect, NO_WRITE_EXEC), TESTS(ANY_BIT(2, PROT_X)),
	  REFUSED(EACCES) },
	{ RULE(pkey_mprotect, NO_WRITE_EXEC), TESTS(ANY_BIT(2, PROT_X)),
	  REFUSED(EACCES) },
	{ RULE(shmat, NO_WRITE_EXEC), TESTS(BITS_EQ(2, SHM_X_OR_RO, SHM_X)),
	  REFUSED(EACCES) },
};
const size_t n_seccomp_rules = ARRAY_SIZE(seccomp_rules);

_Static_assert(ARRAY_SIZE(seccomp_rules) <= FILTER_RULES_MAX,
	       "every rule must fit a filter");

const struct seccomp_rest seccomp_rests[] = {
	{ CALL_ioctl, WHEN_STRICT, EPERM },
	{ CALL_ioprio_set, WHEN_SELF_ONLY, EPERM },
	/* Listening on a socket that was never bound binds it. */
	{ CALL_listen, WHEN_LISTEN_OFF, EACCES },
	{ CALL_personality, WHEN_ALWAYS, EPERM },
	{ CALL_prctl, WHEN_STRICT, EPERM },
	{ CALL_prlimit64, WHEN_SELF_ONLY, EPERM },
	{ CALL_sched_setaffinity, WHEN_SELF_ONLY, EPERM },
	{ CALL_sched_setattr, WHEN_SELF_ONLY, EPERM },
	{ CALL_sched_setparam, WHEN_SELF_ONLY, EPERM },
	{ CALL_sched_setscheduler, WHEN_SELF_ONLY, EPERM },
	{ CALL_setpriority, WHEN_SELF_ONLY, EPERM },
	{ CALL_socket, WHEN_ALWAYS, EAFNOSUPPORT },
	{ CALL_socketpair, WHEN_ALWAYS, EAFNOSUPPORT },
};
const size_t n_seccomp_rests = ARRAY_SIZE(seccomp_rests);

bool seccomp_rule_applies(enum rule_when when,
			  const struct seccomp_request *request)
{
	bool is_inet = !request->only_unix_sockets;
	bool is_strict = request->base == SYSCALLS_STRICT;

	switch (when) {
	case WHEN_ALWAYS:
		return true;
	case WHEN_STRICT:
		return is_strict;
	case WHEN_NO_NAMESPACES:
		return request->base != SYSCALLS_CONTAINER_RUNTIME;
	case WHEN_FILES_MADE:
		return !is_strict;
	case WHEN_NETLINK:
		return is_inet &&
		       (request->base == SYSCALLS_DEFAULT ||
			request->base == SYSCALLS_CONTAINER_RUNTIME);
	case WHEN_INET:
		return is_inet;
	case WHEN_INET_FREE:
		return is_inet && !request->tcp_ports_by_landlock;
	case WHEN_INET_UDP:
		if (request->is_monitor)
			return is_inet && request->monitor_needs_udp;
		return is_inet && (!request->tcp_ports_by_landlock ||
				   request->allow_udp);
	case WHEN_TCP_PORTS:
		return is_inet && request->tcp_ports_by_landlock;
	case WHEN_TCP_HELD:
		return request->tcp_ports_by_landlock ||
		       request->keeps_sockets;
	case WHEN_LISTEN_OFF:
		return request->deny_listen_autobind;
	case WHEN_SELF_ONLY:
		return request->deny_other_pids;
	case WHEN_INIT_ABOVE:
		return request->protect_init;
	case WHEN_GROUP_SHARED:
		return request->shares_group;
	case WHEN_GROUP_SIGNALS:
		return request->deny_group_signals;
	case WHEN_HOST_TREE:
		return request->deny_file_flags;
	case WHEN_NO_WRITE_EXEC:
		return request->deny_write_exec;
	case WHEN_WORKER:
		return request->is_worker;
	case WHEN_COUNTED:
		return seccomp_counts(request);
	}
	return true;
}
