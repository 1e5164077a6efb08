/* Attempts to signal, trace, slow down or read outside processes. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#define LAYER "pid namespace"
#define LAYER_SIGNAL "pid namespace, Landlock scope"
#define LAYER_TRACE "seccomp, pid namespace, Landlock"

static int run_affinity(const struct attack_stage *stage)
{
	cpu_set_t cpus;

	if (try_prey_is_ours(stage))
		return -ESRCH;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return -errno;
	return try_result(
		sched_setaffinity(stage->prey_pid, sizeof(cpus), &cpus));
}

const struct attack attack_affinity_outside = {
	.name = "affinity-outside",
	.title = "bind an outside process to processors",
	.guarantee = "processes",
	.layer = LAYER,
	.run = run_affinity,
	.expected = { ESRCH, EPERM },
};

/*
 * Init ignores what its own namespace sends, even SIGKILL, and kill still
 * returns 0. Were it to die, the whole box would go, this process included.
 */
static int run_kill_init(const struct attack_stage *stage)
{
	struct timespec moment = { .tv_nsec = 50 * 1000 * 1000 };

	(void)stage;
	if (kill(1, SIGKILL) < 0)
		return -errno;
	nanosleep(&moment, NULL);
	return kill(1, 0) < 0 && errno == ESRCH ? 0 : -EPERM;
}

const struct attack attack_kill_init = {
	.name = "kill-init",
	.title = "kill the init of the box",
	.guarantee = "lifetime",
	.layer = "pid namespace",
	.run = run_kill_init,
	.expected = { EPERM },
	.no_control = "init cannot be killed from its own namespace anywhere",
};

/* SIGCONT does nothing to a process that is not stopped. */
static int run_kill(const struct attack_stage *stage)
{
	if (try_prey_is_ours(stage))
		return -ESRCH;
	return try_result(kill(stage->prey_pid, SIGCONT));
}

const struct attack attack_kill_outside = {
	.name = "kill-outside",
	.title = "signal an outside process",
	.guarantee = "processes",
	.layer = LAYER_SIGNAL,
	.run = run_kill,
	.expected = { ESRCH, EPERM },
};

static int run_pidfd(const struct attack_stage *stage)
{
	autoclose int fd = -1;

	if (try_prey_is_ours(stage))
		return -ESRCH;
	fd = (int)try_syscall(CALL_pidfd_open, stage->prey_pid, 0, 0, 0, 0, 0);
	if (fd < 0)
		return -errno;
	return try_result(try_syscall(CALL_pidfd_send_signal, fd, SIGCONT, 0, 0,
				      0, 0));
}

const struct attack attack_pidfd_outside = {
	.name = "pidfd-outside",
	.title = "signal an outside process through a pidfd",
	.guarantee = "processes",
	.layer = LAYER_SIGNAL,
	.run = run_pidfd,
	.expected = { ESRCH, EPERM },
};

static int run_priority(const struct attack_stage *stage)
{
	if (try_prey_is_ours(stage))
		return -ESRCH;
	return try_result(
		setpriority(PRIO_PROCESS, (id_t)stage->prey_pid, 19));
}

const struct attack attack_priority_outside = {
	.name = "priority-outside",
	.title = "slow an outside process down",
	.guarantee = "processes",
	.layer = LAYER,
	.run = run_priority,
	.expected = { ESRCH, EPERM },
};

static int run_prlimit(const struct attack_stage *stage)
{
	struct rlimit limit;

	if (try_prey_is_ours(stage))
		return -ESRCH;
	return try_result(
		prlimit(stage->prey_pid, RLIMIT_NOFILE, NULL, &limit));
}

const struct attack attack_prlimit_outside = {
	.name = "prlimit-outside",
	.title = "get at the limits of an outside process",
	.guarantee = "processes",
	.layer = LAYER,
	.run = run_prlimit,
	.expected = { ESRCH, EPERM },
};

static int run_ptrace_init(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(ptrace(PTRACE_SEIZE, 1, NULL, NULL));
}

const struct attack attack_ptrace_init = {
	.name = "ptrace-init",
	.title = "trace the init of the box",
	.guarantee = "processes",
	.layer = "seccomp, undumpable init",
	.needs_root = true,
	.run = run_ptrace_init,
	.expected = { EPERM },
};

/* Seizing does not stop; the end of this process lets go again. */
static int run_ptrace(const struct attack_stage *stage)
{
	if (try_prey_is_ours(stage))
		return -ESRCH;
	return try_result(ptrace(PTRACE_SEIZE, stage->prey_pid, NULL, NULL));
}

const struct attack attack_ptrace_outside = {
	.name = "ptrace-outside",
	.title = "trace an outside process",
	.guarantee = "processes",
	.layer = LAYER_TRACE,
	.run = run_ptrace,
	.expected = { EPERM, ESRCH },
};

/* Nothing is mapped there: EFAULT comes after all permission checks. */
static int run_vm(const struct attack_stage *stage, enum syscall_id id)
{
	char byte = 0;
	struct iovec local = { .iov_base = &byte, .iov_len = 1 };
	struct iovec remote = { .iov_base = (void *)ATTACK_NOWHERE,
				.iov_len = 1 };
	int r;

	if (try_prey_is_ours(stage))
		return -ESRCH;
	r = try_result(try_syscall(id, stage->prey_pid, (long)&local, 1,
				   (long)&remote, 1, 0));
	return r == -EFAULT ? 0 : r;
}

static int run_vm_read(const struct attack_stage *stage)
{
	return run_vm(stage, CALL_process_vm_readv);
}

const struct attack attack_vm_read_outside = {
	.name = "vm-read-outside",
	.title = "read the memory of an outside process",
	.guarantee = "processes",
	.layer = LAYER_TRACE,
	.run = run_vm_read,
	.expected = { EPERM, ESRCH },
};

static int run_vm_write(const struct attack_stage *stage)
{
	return run_vm(stage, CALL_process_vm_writev);
}

const struct attack attack_vm_write_outside = {
	.name = "vm-write-outside",
	.title = "write the memory of an outside process",
	.guarantee = "processes",
	.layer = LAYER_TRACE,
	.run = run_vm_write,
	.expected = { EPERM, ESRCH },
};
