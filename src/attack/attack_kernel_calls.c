/* Calls that expose much of the kernel, with arguments that none accepts. */
#include <errno.h>
#include <fcntl.h>

#include "attack/attack.h"

#define NO_FD (-1L)
#define NO_PID 0x7ffffffeL /* above any pid_max */
#define BAD_FLAGS 0x7fff0000L
#define NOWHERE ATTACK_NOWHERE
#define USER_MODE_ONLY 1L /* UFFD_USER_MODE_ONLY of linux/userfaultfd.h, 5.11 */
#define READ_LDT 0L

#define KERNEL_CALL(call_name, label, what, error, ...)                        \
	.name = (label), .title = (what), .guarantee = "kernel",               \
	.layer = "seccomp",                                                    \
	.call = { .id = CALL_##call_name, .args = { __VA_ARGS__ } },           \
	.expected = { (error) }

const struct attack attack_kernel_add_key = {
	KERNEL_CALL(add_key, "kernel-add-key", "keep a key in the kernel",
		    EPERM, NOWHERE, NOWHERE, NOWHERE, 1, 0),
};

const struct attack attack_kernel_bpf = {
	KERNEL_CALL(bpf, "kernel-bpf", "load a program into the kernel", EPERM,
		    0, NOWHERE, 64),
	/* Before 5.19 the sysctl was looked at first. */
	.needs_root = true,
};

const struct attack attack_kernel_cachestat = {
	KERNEL_CALL(cachestat, "kernel-cachestat",
		    "see which files others have read", EPERM, NO_FD, NOWHERE,
		    NOWHERE, 0),
};

const struct attack attack_kernel_fanotify = {
	KERNEL_CALL(fanotify_init, "kernel-fanotify",
		    "watch the files of the whole machine", EPERM, BAD_FLAGS,
		    0),
	.needs_root = true,
};

const struct attack attack_kernel_file_setattr = {
	KERNEL_CALL(file_setattr, "kernel-file-setattr",
		    "make a file immutable", EPERM, NO_FD, NOWHERE, NOWHERE, 24,
		    BAD_FLAGS),
};

const struct attack attack_kernel_io_setup = {
	KERNEL_CALL(io_setup, "kernel-io-setup", "use the old asynchronous I/O",
		    EPERM, 0, NOWHERE),
};

const struct attack attack_kernel_io_uring = {
	KERNEL_CALL(io_uring_setup, "kernel-io-uring",
		    "make calls past the filter by io_uring", EPERM, 1,
		    NOWHERE),
};

const struct attack attack_kernel_kcmp = {
	KERNEL_CALL(kcmp, "kernel-kcmp", "compare objects of the kernel", EPERM,
		    NO_PID, NO_PID, 0, 0, 0),
};

const struct attack attack_kernel_keyctl = {
	KERNEL_CALL(keyctl, "kernel-keyctl", "work on the keys of the session",
		    EPERM, 0x7fff),
};

const struct attack attack_kernel_lookup_dcookie = {
	KERNEL_CALL(lookup_dcookie, "kernel-lookup-dcookie",
		    "turn a profiler's cookie into a path", EPERM, 0, NOWHERE,
		    0),
	.no_control = "gone from the kernel since 6.8",
};

const struct attack attack_kernel_lsm_modules = {
	KERNEL_CALL(lsm_list_modules, "kernel-lsm-modules",
		    "list the security modules of the host", ENOSYS, NOWHERE,
		    NOWHERE, BAD_FLAGS),
};

const struct attack attack_kernel_mbind = {
	KERNEL_CALL(mbind, "kernel-mbind", "place memory on a node", EPERM, 0,
		    0, 0x7fff, 0, 0, 0),
	.no_control = "not every kernel is built for NUMA",
};

const struct attack attack_kernel_memfd_secret = {
	KERNEL_CALL(memfd_secret, "kernel-memfd-secret",
		    "make memory that the kernel itself cannot see", EPERM,
		    BAD_FLAGS),
	.no_control = "switched off by default before 6.5",
};

const struct attack attack_kernel_modify_ldt = {
	KERNEL_CALL(modify_ldt, "kernel-modify-ldt", "define segments", EPERM,
		    READ_LDT, NOWHERE, 0),
};

const struct attack attack_kernel_move_pages = {
	KERNEL_CALL(move_pages, "kernel-move-pages",
		    "move the memory of a process", EPERM, 0, 0, 0, 0, 0,
		    BAD_FLAGS),
	.no_control = "not every kernel is built for NUMA",
};

const struct attack attack_kernel_name_to_handle = {
	KERNEL_CALL(name_to_handle_at, "kernel-name-to-handle",
		    "get the handle of a file", EPERM, AT_FDCWD, NOWHERE,
		    NOWHERE, NOWHERE, BAD_FLAGS),
};

const struct attack attack_kernel_open_by_handle = {
	KERNEL_CALL(open_by_handle_at, "kernel-open-by-handle",
		    "open any inode by guessing its handle", EPERM, NO_FD,
		    NOWHERE, 0),
	.needs_root = true,
};

const struct attack attack_kernel_perf_event = {
	KERNEL_CALL(perf_event_open, "kernel-perf-event",
		    "watch the performance counters", EPERM, NOWHERE, 0, -1,
		    NO_FD, BAD_FLAGS),
};

const struct attack attack_kernel_pidfd_getfd = {
	KERNEL_CALL(pidfd_getfd, "kernel-pidfd-getfd",
		    "take a descriptor out of another process", EPERM, NO_FD, 0,
		    BAD_FLAGS),
};

const struct attack attack_kernel_process_madvise = {
	KERNEL_CALL(process_madvise, "kernel-process-madvise",
		    "advise on the memory of another process", EPERM, NO_FD,
		    NOWHERE, 0, 0, BAD_FLAGS),
};

const struct attack attack_kernel_ptrace = {
	KERNEL_CALL(ptrace, "kernel-ptrace", "trace a process", EPERM,
		    0x4200 /* PTRACE_SETOPTIONS */, NO_PID, 0, 0),
};

const struct attack attack_kernel_remap_file_pages = {
	KERNEL_CALL(remap_file_pages, "kernel-remap-file-pages",
		    "use a call given up long ago", EPERM, NOWHERE, 0, 1, 0, 0),
};

const struct attack attack_kernel_request_key = {
	KERNEL_CALL(request_key, "kernel-request-key",
		    "have the host look for a key", EPERM, NOWHERE, NOWHERE,
		    NOWHERE, 0),
};

const struct attack attack_kernel_userfaultfd = {
	KERNEL_CALL(userfaultfd, "kernel-userfaultfd",
		    "stop the kernel at a page of its choice", EPERM,
		    USER_MODE_ONLY | BAD_FLAGS),
};

const struct attack attack_kernel_ustat = {
	KERNEL_CALL(ustat, "kernel-ustat", "ask for the space on a device",
		    EPERM, 0, NOWHERE),
};

const struct attack attack_kernel_vmsplice = {
	KERNEL_CALL(vmsplice, "kernel-vmsplice", "give pages to a pipe", EPERM,
		    NO_FD, NOWHERE, 1, 0),
};
