/* The calls that each named policy lets through, before arguments. */
#include "mech/seccomp_policies.h"

#include <string.h>

#include "base/cleanup.h"

#define C(call) CALL_##call
#define G(group) (MEMBER_GROUP | GROUP_##group)
#define NOT(member) (MEMBER_NOT | (member))

const struct syscall_policy_info syscall_policies[N_SYSCALL_POLICIES] = {
	[SYSCALLS_DEFAULT] = {
		.name = "default",
		.help = "what programs for users and build tools need",
	},
	[SYSCALLS_STRICT] = {
		.name = "strict",
		.help = "compute on what is already open: no files made, "
			"no threads, no processes, no sockets",
	},
	[SYSCALLS_FILE_PROCESSOR] = {
		.name = "file-processor",
		.help = "files, threads and helper processes, no sockets",
	},
	[SYSCALLS_NETWORK_SERVER] = {
		.name = "network-server",
		.help = "default without System V IPC, message queues and "
			"netlink",
	},
	[SYSCALLS_CONTAINER_RUNTIME] = {
		.name = "container-runtime",
		.help = "default with mounts and namespaces; never in a box",
	},
};

/*
 * Taken out of every group below: @numa and cachestat observe or steer what
 * is shared with the host, vmsplice is a bug farm that nobody needs,
 * file_setattr sets flags such as immutable, lsm_* lists the host's modules.
 */
#define NOT_IN_A_BOX                                                           \
	NOT(G(NUMA)), NOT(C(cachestat)), NOT(C(file_setattr)),                 \
		NOT(C(lsm_get_self_attr)), NOT(C(lsm_list_modules)),           \
		NOT(C(lsm_set_self_attr)), NOT(C(vmsplice))

static const uint16_t default_calls[] = {
	G(DEFAULT),    G(BASIC_IO), G(CHOWN),	   G(FILE_SYSTEM),
	G(IO_EVENT),   G(IPC),	    G(NETWORK_IO), G(PROCESS),
	G(RESOURCES),  G(SANDBOX),  G(SETUID),	   G(SIGNAL),
	G(SYNC),       G(TIMER),    C(capset),	   NOT_IN_A_BOX,
};

/*
 * The filter is loaded before execve, hence what the kernel and the dynamic
 * loader do on the program's behalf is in here; what open, ioctl and prctl
 * may do is narrowed by rules. tgkill is for abort().
 */
static const uint16_t strict_calls[] = {
	G(DEFAULT),	G(BASIC_IO),	 G(IO_EVENT),	G(SIGNAL),
	G(TIMER),	C(access),	 C(copy_file_range),
	C(faccessat),	C(faccessat2),	 C(fadvise64),	C(fcntl),
	C(fdatasync),	C(fgetxattr),	 C(flistxattr), C(fstat),
	C(fstatfs),	C(fsync),	 C(ftruncate),	C(getcwd),
	C(getdents),	C(getdents64),	 C(ioctl),	C(lstat),
	C(newfstatat),	C(open),	 C(openat),	C(pipe),
	C(pipe2),	C(prctl),	 C(readahead),	C(readlink),
	C(readlinkat),	C(sendfile),	 C(splice),	C(stat),
	C(statfs),	C(statx),	 C(tee),	C(tgkill),
};

static const uint16_t file_processor_calls[] = {
	G(DEFAULT), G(BASIC_IO),     G(CHOWN),	 G(FILE_SYSTEM),
	G(IO_EVENT), G(PROCESS),     G(RESOURCES), G(SANDBOX),
	G(SIGNAL),  G(SYNC),	     G(TIMER),	 C(capset),
	C(pipe),    C(pipe2),	     C(memfd_create), NOT_IN_A_BOX,
};

static const uint16_t network_server_calls[] = {
	G(DEFAULT), G(BASIC_IO),     G(CHOWN),	    G(FILE_SYSTEM),
	G(IO_EVENT), G(NETWORK_IO),  G(PROCESS),    G(RESOURCES),
	G(SANDBOX), G(SETUID),	     G(SIGNAL),	    G(SYNC),
	G(TIMER),   C(capset),	     C(pipe),	    C(pipe2),
	C(memfd_create), NOT_IN_A_BOX,
};

/* Makes boxes of its own, and needs what no box may have. */
static const uint16_t container_runtime_calls[] = {
	G(DEFAULT),    G(BASIC_IO), G(CHOWN),	   G(FILE_SYSTEM),
	G(IO_EVENT),   G(IPC),	    G(NETWORK_IO), G(PROCESS),
	G(RESOURCES),  G(SANDBOX),  G(SETUID),	   G(SIGNAL),
	G(SYNC),       G(TIMER),    C(capset),	   NOT_IN_A_BOX,
	G(MOUNT),      G(NAMESPACE), C(sethostname), C(setdomainname),
};

/* A reaper that forwards signals; see supervise/. */
static const uint16_t init_calls[] = {
	C(clock_gettime), C(close), C(exit), C(exit_group), C(kill), C(poll),
	C(ppoll), C(pread64), C(read), C(recvfrom), C(restart_syscall),
	C(wait4), C(write),
};

/* It passes bytes on, and has all that it does so with. */
static const uint16_t relay_calls[] = {
	C(close), C(exit), C(exit_group), C(poll), C(ppoll), C(read),
	C(restart_syscall), C(splice), C(write),
};

/* io_uring carries out calls that no filter sees. */
static const uint16_t locked_calls[] = {
	G(NAMESPACE),
	G(MOUNT),
	G(IO_URING),
};

static const uint16_t unsafe_calls[] = {
	G(NAMESPACE), G(MOUNT),	 G(IO_URING),	 G(CLOCK),
	G(DEBUG),     G(KEYRING), G(MODULE),	 G(RAW_IO),
	G(REBOOT),    G(SWAP),	 C(acct),	 C(bpf),
	C(fanotify_init), C(modify_ldt), C(open_by_handle_at),
	C(process_mrelease), C(quotactl), C(quotactl_fd), C(sethostname),
	C(setdomainname), C(syslog), C(userfaultfd), C(vhangup),
};

#define FILL(ret, list) fill(ret, list, ARRAY_SIZE(list))

static void fill(struct syscall_set *ret, const uint16_t *members, uint16_t n)
{
	memset(ret, 0, sizeof(*ret));
	syscall_set_change(ret, members, n);
}

void seccomp_policy_calls(enum syscall_policy policy, struct syscall_set *ret)
{
	switch (policy) {
	case SYSCALLS_STRICT:
		FILL(ret, strict_calls);
		return;
	case SYSCALLS_FILE_PROCESSOR:
		FILL(ret, file_processor_calls);
		return;
	case SYSCALLS_NETWORK_SERVER:
		FILL(ret, network_server_calls);
		return;
	case SYSCALLS_CONTAINER_RUNTIME:
		FILL(ret, container_runtime_calls);
		return;
	case SYSCALLS_DEFAULT:
	case N_SYSCALL_POLICIES:
		break;
	}
	FILL(ret, default_calls);
}

void seccomp_init_calls(struct syscall_set *ret)
{
	FILL(ret, init_calls);
}

void seccomp_relay_calls(struct syscall_set *ret)
{
	FILL(ret, relay_calls);
}

void seccomp_locked_calls(struct syscall_set *ret)
{
	FILL(ret, locked_calls);
}

void seccomp_unsafe_calls(struct syscall_set *ret)
{
	FILL(ret, unsafe_calls);
}
