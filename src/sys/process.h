/* Processes: clone with namespaces, pidfds, keyrings, securebits. */
#ifndef FH_SYS_PROCESS_H
#define FH_SYS_PROCESS_H

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME /* Linux 5.6 */
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLONE_PIDFD /* Linux 5.2 */
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_NEWCGROUP /* Linux 4.6 */
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef SYS_clone3 /* Linux 5.3 */
#define SYS_clone3 435
#endif
#ifndef SYS_pidfd_open /* Linux 5.3 */
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal /* Linux 5.1 */
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_close_range /* Linux 5.9 */
#define SYS_close_range 436
#endif

#ifndef PR_SET_MDWE /* Linux 6.3 */
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define KEYRING_JOIN_SESSION 1 /* KEYCTL_JOIN_SESSION_KEYRING */

#ifndef CLONE_INTO_CGROUP /* Linux 5.7 */
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* struct clone_args, include/uapi/linux/sched.h */
#define PROCESS_CLONE_ARGS_VER0 64
#define PROCESS_CLONE_ARGS_VER2 88 /* Linux 5.7 */

struct process_clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};
_Static_assert(sizeof(struct process_clone_args) == PROCESS_CLONE_ARGS_VER2,
	       "as the kernel has it");

/**
 * process_clone() - fork with namespace flags
 * @ret_pidfd: close-on-exec descriptor of the child; may be NULL
 *
 * A raw call: no handlers of a libc run, so the child may only use
 * async-signal-safe functions. Falls back to clone(2) where clone3 is
 * missing or filtered (container runtimes answer ENOSYS).
 *
 * The child sends no signal when it ends, so that no handler of the caller
 * runs and no SIGCHLD of its own is taken for it; only a wait with __WALL
 * sees it.
 *
 * Return: 0 in the child, its pid in the parent, or a negative errno
 */
pid_t process_clone(uint64_t flags, int *ret_pidfd);

/**
 * process_clone_into() - the same, into another cgroup from its first moment on
 * @cgroup_fd: directory of it, not opened with O_PATH
 *
 * A cgroup namespace that is made by the same call would show the cgroup of the
 * caller as its root.
 *
 * Return: as process_clone(); -ENOSYS, -E2BIG or -EINVAL where the kernel cannot
 */
pid_t process_clone_into(uint64_t flags, int cgroup_fd, int *ret_pidfd);

static inline int process_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno
								       : 0;
}

static inline int process_close_range(unsigned int first, unsigned int last)
{
	return syscall(SYS_close_range, first, last, 0) < 0 ? -errno : 0;
}

/* include/uapi/linux/close_range.h: Linux 5.11 */
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* They are closed at the next execve, whatever was said of them before. */
static inline int process_mark_range(unsigned int first, unsigned int last)
{
	return syscall(SYS_close_range, first, last, CLOSE_RANGE_CLOEXEC) < 0
		       ? -errno : 0;
}

#define PROCESS_SIGNALS 64 /* _NSIG of the kernel, not of a libc */

struct process_action { /* struct sigaction of the kernel, not of a libc */
	uintptr_t handler;
	unsigned long flags;
	uintptr_t restorer;
	uint64_t mask;
};

/* Gives a signal its default action: SIG_DFL in every field is all zero. */
static inline int process_default_signal(int sig)
{
	const struct process_action standard = { 0 };

	return syscall(SYS_rt_sigaction, sig, &standard, NULL,
		       sizeof(standard.mask)) < 0 ? -errno : 0;
}

static inline int process_ignore_signal(int sig)
{
	const struct process_action ignore = { .handler = (uintptr_t)SIG_IGN };

	return syscall(SYS_rt_sigaction, sig, &ignore, NULL,
		       sizeof(ignore.mask)) < 0 ? -errno : 0;
}

static inline bool process_ignores_signal(int sig)
{
	struct process_action action = { 0 };

	return syscall(SYS_rt_sigaction, sig, NULL, &action,
		       sizeof(action.mask)) == 0 &&
	       action.handler == (uintptr_t)SIG_IGN;
}

/* Blocks those besides, which are bits from 0 for signal 1 on. */
static inline int process_block_more(uint64_t signals)
{
	return syscall(SYS_rt_sigprocmask, SIG_BLOCK, &signals, NULL,
		       sizeof(signals)) < 0 ? -errno : 0;
}

/* Blocks one more signal for the calling thread. */
static inline int process_block_signal(int sig, uint64_t *ret_before)
{
	const uint64_t signals = UINT64_C(1) << (sig - 1);

	return syscall(SYS_rt_sigprocmask, SIG_BLOCK, &signals, ret_before,
		       sizeof(signals)) < 0 ? -errno : 0;
}

/* Blocks every signal for the calling thread, those as well that a libc keeps
 * for itself: between clone and exec no handler of the caller may run, and
 * what reads signals from a descriptor must have them blocked. */
static inline int process_block_signals(uint64_t *ret_before)
{
	const uint64_t all = ~UINT64_C(0);

	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, ret_before,
		       sizeof(all)) < 0 ? -errno : 0;
}

static inline void process_restore_signals(uint64_t before)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL,
		sizeof(before));
}

static inline int process_join_session_keyring(void)
{
	return syscall(SYS_keyctl, KEYRING_JOIN_SESSION, NULL) < 0 ? -errno : 0;
}

#endif
