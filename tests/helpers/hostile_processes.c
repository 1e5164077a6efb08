/* Goes for the monitor as a process, and for ways to outlive it. */
#include "helpers/hostile.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int trace(pid_t pid)
{
	char path[64], byte;
	struct iovec here = { &byte, 1 }, there = { &environ, 1 };
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0 && pread(fd, &byte, 1, (off_t)(uintptr_t)&environ) == 1)
		return WON;
	if (syscall(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0) == 1)
		return WON;
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	if (open(path, O_RDONLY) >= 0)
		return WON;
	return refused(ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0 &&
		       ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0);
}

static int trace_monitor(void)
{
	return trace(getppid());
}

/* Control: without fences, the same is done to a child that lets it. */
static int trace_a_child(void)
{
	pid_t pid = fork();
	int r;

	if (pid == 0) {
		sleep(30);
		_exit(0);
	}
	r = trace(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

static int signal_monitor(void)
{
	pid_t monitor = getppid();

	return refused(kill(monitor, SIGKILL) < 0 && errno == EPERM &&
		       kill(monitor, SIGSTOP) < 0 && errno == EPERM &&
		       kill(monitor, 0) < 0 && errno == EPERM);
}

static int fork_off(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return refused(pid < 0 && syscall(SYS_vfork) < 0 &&
		       syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) < 0);
}

static int outlive(void)
{
	return refused(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0 &&
		       errno == EPERM);
}

/* Executing replaces all threads by the one that does it, which is bound to nobody's
 * death; and what is executed is dumpable again. No Landlock right is asked for
 * what has no path. */
static int execute(void)
{
	char *const argv[] = { "x", NULL };
	int fd = memfd_create("x", MFD_CLOEXEC);

	if (fd < 0)
		return BROKEN;
	execve("/none", argv, environ);
	if (errno != EPERM)
		return WON;
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return refused(errno == EPERM);
}

static int become_dumpable(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : WON;
}

static int wait_for_end(void)
{
	char word[32];

	snprintf(word, sizeof(word), "%d", (int)getpid());
	for (pause_for_test(word);;)
		pause();
	return WON;
}

const struct hostile_attack hostile_processes[] = {
	{ "trace", trace_monitor },
	{ "signal", signal_monitor },
	{ "fork", fork_off },
	{ "outlive", outlive },
	{ "execute", execute },
	{ "dumpable", become_dumpable },
	{ "wait", wait_for_end },
	{ "control-trace", trace_a_child },
	{ 0 },
};
