/* Plans the system-call filter: policy and kernel facts in, rules out. */
#ifndef FH_MECH_SECCOMP_H
#define FH_MECH_SECCOMP_H

#include <fumehood/policy.h>

#include "mech/filter.h"

/* The named policies; one table, seccomp_policies[], tells what each allows. */
enum syscall_policy {
	SYSCALLS_DEFAULT,
	SYSCALLS_STRICT,
	SYSCALLS_FILE_PROCESSOR,
	SYSCALLS_NETWORK_SERVER,
	SYSCALLS_CONTAINER_RUNTIME, /* only for a process that confines itself */
	N_SYSCALL_POLICIES,
};
#define N_BOX_POLICIES SYSCALLS_CONTAINER_RUNTIME

struct syscall_policy_info {
	const char *name; /* "file-processor" */
	const char *help;
};
extern const struct syscall_policy_info syscall_policies[N_SYSCALL_POLICIES];

/* One --allow-syscall or --deny-syscall, in the order given. */
struct syscall_change {
	const char *name; /* "mount" or "@mount"; borrowed */
	bool is_deny;
};

/* All that the filter depends on. */
struct seccomp_request {
	enum filter_arch arch;
	enum syscall_policy base;
	enum fh_deny on_deny;
	const struct syscall_change *changes;
	size_t n_changes;
	bool only_unix_sockets;	 /* no net namespace and no network wanted */
	bool tcp_ports_by_landlock; /* --net host with port rules: close holes */
	bool allow_udp;		 /* with the above: ABI >= 10 holds UDP ports */
	bool keeps_sockets; /* TCP sockets of the host's network may be open */
	bool deny_listen_autobind; /* no port to listen on was granted */
	bool is_self; /* no program is executed */
	bool is_worker;	 /* a broker's: no processes, but it is answered */
	bool is_monitor; /* a broker's: what its table needs, no more */
	bool monitor_needs_udp; /* with rows for UDP */
	bool deny_other_pids;	 /* no pid namespace: prlimit64 & co. on self */
	bool protect_init; /* pid 1 is the box's init: same uid, not its prey */
	bool shares_group; /* process group with the caller: --tty inherit */
	bool deny_group_signals; /* the same, and Landlock scopes no signals */
	bool deny_file_flags; /* no mount namespace: ioctls that change files */
	bool deny_write_exec;	 /* mmap/mprotect PROT_WRITE|PROT_EXEC */
	bool can_count; /* init may have a listener for what is refused */
};

/* Are refused calls counted? Not where seccomp(2) is asked for by its name: such
 * a program may want the listener that there can be only one of. */
bool seccomp_counts(const struct seccomp_request *request);

/* A filter that names no number. */
void filter_init(struct filter *ret, enum filter_arch arch);

/**
 * seccomp_compile() - decide every number's verdict; pure
 * Return: 0; -EINVAL for an unknown name (err names the nearest known one);
 *         -E2BIG when there are more argument rules than fit
 */
int seccomp_compile(const struct seccomp_request *request, struct filter *ret,
		    struct fh_error *err);

/* The filter of the box's own init, which needs very little; pure.
 * @counts: it answers and counts refused calls */
void seccomp_compile_init(enum filter_arch arch, bool counts,
			  struct filter *ret);

/* The filter of the output relay, which moves bytes and ends; pure. */
void seccomp_compile_relay(enum filter_arch arch, struct filter *ret);

/* Does a number get through, with some arguments at least? */
bool seccomp_may_pass(const struct filter *filter, int nr);

/* The verdict for a number with all arguments zero, or "depends on its
 * arguments" when has_rules comes back true. */
struct verdict seccomp_verdict(const struct filter *filter, int nr,
			       bool *ret_has_rules);

/* Number of a call (enum syscall_id) on an architecture; -1 without one. */
int syscall_on(enum filter_arch arch, unsigned int call);

/* The errno of calls that programs only try, whatever on_deny says, or 0. */
int syscall_soft_errno(unsigned int call);

/* Number of a call by name on an architecture, or -ENOENT. */
int syscall_number(enum filter_arch arch, const char *name);

/* Can no --allow-syscall allow it, because it would undo other fences? */
bool syscall_is_locked(const char *name);

/**
 * bpf_emit() - filter to classic BPF: arch check, x32 cut, balanced tree
 * Return: 0; -ENOMEM; -E2BIG past FILTER_BPF_MAX
 */
int bpf_emit(const struct filter *filter, struct bpf_program *ret,
	     struct fh_error *err);
void bpf_program_done(struct bpf_program *program);

#endif
