/* Named groups of system calls, in the vocabulary of systemd. */
#include "tables/syscall_groups.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"

/*
 * The names are those of systemd.exec(5), so that users need not learn new
 * ones; what is in a group was decided here. Own ones are @io-uring, @memory,
 * @namespace, @numa and @sysv-ipc: they cut where policies need a cut. clone
 * is in @process since threads need it, clone3 in @namespace since a filter
 * cannot see its flags.
 */
#define C(call) CALL_##call
#define G(group) (MEMBER_GROUP | GROUP_##group)

static const uint16_t aio_members[] = {
	C(io_cancel), C(io_destroy), C(io_getevents), C(io_pgetevents),
	C(io_setup), C(io_submit),
};

static const uint16_t basic_io_members[] = {
	C(close), C(close_range), C(dup), C(dup2), C(dup3), C(lseek),
	C(pread64), C(preadv), C(preadv2), C(pwrite64), C(pwritev), C(pwritev2),
	C(read), C(readv), C(write), C(writev),
};

static const uint16_t chown_members[] = {
	C(chown), C(fchown), C(fchownat), C(lchown),
};

static const uint16_t clock_members[] = {
	C(adjtimex), C(clock_adjtime), C(clock_settime), C(settimeofday),
};

static const uint16_t cpu_emulation_members[] = {
	C(modify_ldt),
};

static const uint16_t debug_members[] = {
	C(kcmp), C(lookup_dcookie), C(perf_event_open), C(pidfd_getfd),
	C(process_madvise), C(process_vm_readv), C(process_vm_writev),
	C(ptrace),
};

static const uint16_t default_members[] = {
	G(MEMORY), C(arch_prctl), C(clock_getres), C(clock_gettime),
	C(clock_nanosleep), C(execve), C(exit), C(exit_group), C(futex),
	C(futex_requeue), C(futex_wait), C(futex_waitv), C(futex_wake),
	C(get_robust_list), C(get_thread_area), C(getcpu), C(getegid),
	C(geteuid), C(getgid), C(getgroups), C(getpgid), C(getpgrp), C(getpid),
	C(getppid), C(getpriority), C(getrandom), C(getresgid), C(getresuid),
	C(getrlimit), C(getrusage), C(getsid), C(gettid), C(gettimeofday),
	C(getuid), C(nanosleep), C(pause), C(personality), C(prlimit64),
	C(restart_syscall), C(rseq), C(rseq_slice_yield), C(rt_sigreturn),
	C(sched_get_priority_max), C(sched_get_priority_min),
	C(sched_getaffinity), C(sched_getattr), C(sched_getparam),
	C(sched_getscheduler), C(sched_rr_get_interval), C(sched_yield),
	C(set_robust_list), C(set_thread_area), C(set_tid_address), C(sysinfo),
	C(time), C(times), C(umask), C(uname), C(uprobe), C(uretprobe),
};

static const uint16_t file_system_members[] = {
	C(access), C(cachestat), C(chdir), C(chmod), C(copy_file_range),
	C(creat), C(faccessat), C(faccessat2), C(fadvise64), C(fallocate),
	C(fchdir), C(fchmod), C(fchmodat), C(fchmodat2), C(fcntl), C(fgetxattr),
	C(file_getattr), C(file_setattr), C(flistxattr), C(flock),
	C(fremovexattr), C(fsetxattr), C(fstat), C(fstatfs), C(ftruncate),
	C(futimesat), C(getcwd), C(getdents), C(getdents64), C(getxattr),
	C(getxattrat), C(inotify_add_watch), C(inotify_init), C(inotify_init1),
	C(inotify_rm_watch), C(ioctl), C(lgetxattr), C(link), C(linkat),
	C(listxattr), C(listxattrat), C(llistxattr), C(lremovexattr),
	C(lsetxattr), C(lstat), C(mkdir), C(mkdirat), C(mknod), C(mknodat),
	C(newfstatat), C(open), C(openat), C(openat2), C(readahead),
	C(readlink), C(readlinkat), C(removexattr), C(removexattrat), C(rename),
	C(renameat), C(renameat2), C(rmdir), C(sendfile), C(setxattr),
	C(setxattrat), C(splice), C(stat), C(statfs), C(statx), C(symlink),
	C(symlinkat), C(tee), C(truncate), C(unlink), C(unlinkat), C(utime),
	C(utimensat), C(utimes), C(vmsplice),
};

static const uint16_t io_event_members[] = {
	C(epoll_create), C(epoll_create1), C(epoll_ctl), C(epoll_ctl_old),
	C(epoll_pwait), C(epoll_pwait2), C(epoll_wait), C(epoll_wait_old),
	C(eventfd), C(eventfd2), C(poll), C(ppoll), C(pselect6), C(select),
};

static const uint16_t io_uring_members[] = {
	C(io_uring_enter), C(io_uring_register), C(io_uring_setup),
};

static const uint16_t ipc_members[] = {
	G(SYSV_IPC), C(memfd_create), C(mq_getsetattr), C(mq_notify),
	C(mq_open), C(mq_timedreceive), C(mq_timedsend), C(mq_unlink), C(pipe),
	C(pipe2),
};

static const uint16_t keyring_members[] = {
	C(add_key), C(keyctl), C(request_key),
};

static const uint16_t memory_members[] = {
	C(brk), C(madvise), C(map_shadow_stack), C(membarrier), C(mincore),
	C(mlock), C(mlock2), C(mlockall), C(mmap), C(mprotect), C(mremap),
	C(mseal), C(msync), C(munlock), C(munlockall), C(munmap), C(pkey_alloc),
	C(pkey_free), C(pkey_mprotect),
};

static const uint16_t module_members[] = {
	C(delete_module), C(finit_module), C(init_module),
};

static const uint16_t mount_members[] = {
	C(chroot), C(fsconfig), C(fsmount), C(fsopen), C(fspick), C(listmount),
	C(mount), C(mount_setattr), C(move_mount), C(open_tree),
	C(open_tree_attr), C(pivot_root), C(statmount), C(umount2),
};

static const uint16_t namespace_members[] = {
	C(clone3), C(listns), C(setns), C(unshare),
};

static const uint16_t network_io_members[] = {
	C(accept), C(accept4), C(bind), C(connect), C(getpeername),
	C(getsockname), C(getsockopt), C(listen), C(recvfrom), C(recvmmsg),
	C(recvmsg), C(sendmmsg), C(sendmsg), C(sendto), C(setsockopt),
	C(shutdown), C(socket), C(socketpair),
};

static const uint16_t numa_members[] = {
	C(get_mempolicy), C(mbind), C(migrate_pages), C(move_pages),
	C(set_mempolicy), C(set_mempolicy_home_node),
};

static const uint16_t obsolete_members[] = {
	C(_sysctl), C(afs_syscall), C(create_module), C(get_kernel_syms),
	C(getpmsg), C(nfsservctl), C(putpmsg), C(query_module),
	C(remap_file_pages), C(security), C(sysfs), C(tuxcall), C(uselib),
	C(ustat), C(vserver),
};

static const uint16_t privileged_members[] = {
	G(CHOWN), G(CLOCK), G(MODULE), G(RAW_IO), G(REBOOT), G(SETUID), G(SWAP),
	C(acct), C(bpf), C(capset), C(chroot), C(fanotify_init),
	C(fanotify_mark), C(memfd_secret), C(name_to_handle_at),
	C(open_by_handle_at), C(process_mrelease), C(quotactl), C(quotactl_fd),
	C(setdomainname), C(sethostname), C(syslog), C(userfaultfd), C(vhangup),
};

static const uint16_t process_members[] = {
	C(capget), C(clone), C(execveat), C(fork), C(kill), C(pidfd_open),
	C(pidfd_send_signal), C(prctl), C(rt_sigqueueinfo),
	C(rt_tgsigqueueinfo), C(setpgid), C(setsid), C(tgkill), C(tkill),
	C(vfork), C(wait4), C(waitid),
};

static const uint16_t raw_io_members[] = {
	C(ioperm), C(iopl),
};

static const uint16_t reboot_members[] = {
	C(kexec_file_load), C(kexec_load), C(reboot),
};

static const uint16_t resources_members[] = {
	G(NUMA), C(ioprio_get), C(ioprio_set), C(sched_setaffinity),
	C(sched_setattr), C(sched_setparam), C(sched_setscheduler),
	C(setpriority), C(setrlimit),
};

static const uint16_t sandbox_members[] = {
	C(landlock_add_rule), C(landlock_create_ruleset),
	C(landlock_restrict_self), C(lsm_get_self_attr), C(lsm_list_modules),
	C(lsm_set_self_attr), C(seccomp),
};

static const uint16_t setuid_members[] = {
	C(setfsgid), C(setfsuid), C(setgid), C(setgroups), C(setregid),
	C(setresgid), C(setresuid), C(setreuid), C(setuid),
};

static const uint16_t signal_members[] = {
	C(rt_sigaction), C(rt_sigpending), C(rt_sigprocmask), C(rt_sigsuspend),
	C(rt_sigtimedwait), C(sigaltstack), C(signalfd), C(signalfd4),
};

static const uint16_t swap_members[] = {
	C(swapoff), C(swapon),
};

static const uint16_t sync_members[] = {
	C(fdatasync), C(fsync), C(msync), C(sync), C(sync_file_range),
	C(syncfs),
};

static const uint16_t system_service_members[] = {
	G(AIO), G(BASIC_IO), G(CHOWN), G(DEFAULT), G(FILE_SYSTEM), G(IO_EVENT),
	G(IPC), G(NETWORK_IO), G(PROCESS), G(RESOURCES), G(SANDBOX), G(SETUID),
	G(SIGNAL), G(SYNC), G(TIMER),
};

static const uint16_t sysv_ipc_members[] = {
	C(msgctl), C(msgget), C(msgrcv), C(msgsnd), C(semctl), C(semget),
	C(semop), C(semtimedop), C(shmat), C(shmctl), C(shmdt), C(shmget),
};

static const uint16_t timer_members[] = {
	C(alarm), C(getitimer), C(setitimer), C(timer_create), C(timer_delete),
	C(timer_getoverrun), C(timer_gettime), C(timer_settime),
	C(timerfd_create), C(timerfd_gettime), C(timerfd_settime),
};

#define GROUP(id, array, group, text)                                          \
	[GROUP_##id] = { .name = (group),                                      \
			 .help = (text),                                       \
			 .members = array##_members,                           \
			 .n_members = ARRAY_SIZE(array##_members) }

const struct syscall_group syscall_groups[N_SYSCALL_GROUPS] = {
	GROUP(AIO, aio, "@aio",
	      "asynchronous I/O of the first kind, with io_setup"),
	GROUP(BASIC_IO, basic_io, "@basic-io",
	      "reading, writing and closing open descriptors"),
	GROUP(CHOWN, chown, "@chown",
	      "changing the owner of files"),
	GROUP(CLOCK, clock, "@clock",
	      "setting the system clock"),
	GROUP(CPU_EMULATION, cpu_emulation, "@cpu-emulation",
	      "machine emulation in old programs"),
	GROUP(DEBUG, debug, "@debug",
	      "looking into other processes and into performance counters"),
	GROUP(DEFAULT, default, "@default",
	      "what any program needs to start, ask who it is, wait and end"),
	GROUP(FILE_SYSTEM, file_system, "@file-system",
	      "opening, making, renaming, removing and describing files"),
	GROUP(IO_EVENT, io_event, "@io-event",
	      "waiting for descriptors"),
	GROUP(IO_URING, io_uring, "@io-uring",
	      "asynchronous I/O of the second kind; it passes every filter by"),
	GROUP(IPC, ipc, "@ipc",
	      "pipes, shared memory and message queues"),
	GROUP(KEYRING, keyring, "@keyring",
	      "keys kept by the kernel"),
	GROUP(MEMORY, memory, "@memory",
	      "the own address space"),
	GROUP(MODULE, module, "@module",
	      "loading kernel modules"),
	GROUP(MOUNT, mount, "@mount",
	      "changing or reading what is mounted where"),
	GROUP(NAMESPACE, namespace, "@namespace",
	      "making and entering namespaces"),
	GROUP(NETWORK_IO, network_io, "@network-io",
	      "sockets"),
	GROUP(NUMA, numa, "@numa",
	      "placing memory on NUMA nodes"),
	GROUP(OBSOLETE, obsolete, "@obsolete",
	      "calls that kernels have given up"),
	GROUP(PRIVILEGED, privileged, "@privileged",
	      "calls for administrators"),
	GROUP(PROCESS, process, "@process",
	      "starting, waiting for and naming processes"),
	GROUP(RAW_IO, raw_io, "@raw-io",
	      "I/O ports"),
	GROUP(REBOOT, reboot, "@reboot",
	      "restarting or replacing the kernel"),
	GROUP(RESOURCES, resources, "@resources",
	      "limits, priorities and the scheduler"),
	GROUP(SANDBOX, sandbox, "@sandbox",
	      "a program confining itself further"),
	GROUP(SETUID, setuid, "@setuid",
	      "changing the own user or group"),
	GROUP(SIGNAL, signal, "@signal",
	      "handling signals"),
	GROUP(SWAP, swap, "@swap",
	      "swap space"),
	GROUP(SYNC, sync, "@sync",
	      "writing files through to the disk"),
	GROUP(SYSTEM_SERVICE, system_service, "@system-service",
	      "what ordinary programs and services need"),
	GROUP(SYSV_IPC, sysv_ipc, "@sysv-ipc",
	      "System V shared memory, semaphores and messages"),
	GROUP(TIMER, timer, "@timer",
	      "timers and alarms"),
};

/* Groups nest two deep at most and never in a circle; a test sees to it. */
static void set_member(struct syscall_set *set, unsigned member, bool is_in)
{
	const struct syscall_group *group;

	if (!(member & MEMBER_GROUP)) {
		set->has[MEMBER_INDEX(member)] = is_in;
		return;
	}
	group = &syscall_groups[MEMBER_INDEX(member)];
	for (size_t i = 0; i < group->n_members; i++)
		set_member(set, group->members[i], is_in);
}

void syscall_set_change(struct syscall_set *set, const uint16_t *members,
			uint16_t n_members)
{
	for (size_t i = 0; i < n_members; i++)
		set_member(set, members[i], !(members[i] & MEMBER_NOT));
}

int syscall_group_find(const char *name)
{
	for (size_t i = 0; i < N_SYSCALL_GROUPS; i++) {
		if (strcmp(name, syscall_groups[i].name) == 0)
			return (int)i;
	}
	return -ENOENT;
}

static const char *known_name(size_t i, void *ctx)
{
	(void)ctx;
	if (i < N_SYSCALL_GROUPS)
		return syscall_groups[i].name;
	return syscalls[i - N_SYSCALL_GROUPS].name;
}

bool syscall_name_is_known(const char *name, const char **ret_nearest)
{
	if (syscall_find(name) >= 0 || syscall_group_find(name) >= 0)
		return true;
	if (ret_nearest)
		*ret_nearest = nearest_name(
			name, known_name, N_SYSCALL_GROUPS + N_SYSCALLS, NULL);
	return false;
}
