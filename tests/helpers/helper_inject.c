/*
 * Makes one chosen system call of a traced command fail.
 *
 *   helper_inject -l FILE -- COMMAND       list the calls of the set-up
 *   helper_inject -f PATH:N:ERRNO -l FILE -- COMMAND
 *
 * Processes are named by descent: 0 is the command, 0.1 its first child, 0.1.1
 * the first child of that. Calls are counted for each process from its start,
 * so the same number means the same call in every run, which strace cannot
 * say of a command of several processes: its counters run in each of them.
 * FILE receives "PATH N NAME" for each call, or only for the one that failed.
 * Both end at the first successful execve of any process but 0: from there on
 * the calls are the program's own, and it runs untraced.
 *
 * The exit status is the command's, 128+n when a signal killed it.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#define TRACEES_MAX 64
#define PATH_SIZE 64

struct tracee {
	pid_t pid; /* 0 = free */
	char path[PATH_SIZE];
	long calls;
	int children;
	bool is_named;	 /* its parent's event has been seen */
	bool is_waiting; /* it stopped before that event */
	bool is_failing; /* between entry and exit of the chosen call */
};

static struct tracee tracees[TRACEES_MAX];
static struct {
	char path[PATH_SIZE];
	long number;
	long error; /* 0 = only list */
} chosen;
static FILE *list;
static bool program_runs;

static void die(const char *what)
{
	fprintf(stderr, "helper_inject: %s: %s\n", what, strerror(errno));
	exit(99);
}

static const char *call_name(unsigned long long nr)
{
	static const struct {
		const char *name;
		long x86_64, aarch64;
	} rows[] = {
#define FH_SYSCALL(name, x86_64, aarch64, since) { #name, x86_64, aarch64 },
#include "tables/syscalls_list.h"
#undef FH_SYSCALL
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
#if defined(__x86_64__)
		long row = rows[i].x86_64;
#else
		long row = rows[i].aarch64;
#endif
		if (row == (long)nr)
			return rows[i].name;
	}
	return "unknown";
}

static struct tracee *find(pid_t pid)
{
	struct tracee *unused = NULL;

	for (size_t i = 0; i < TRACEES_MAX; i++) {
		if (tracees[i].pid == pid)
			return &tracees[i];
		if (!tracees[i].pid && !unused)
			unused = &tracees[i];
	}
	if (!unused)
		die("too many processes");
	memset(unused, 0, sizeof(*unused));
	unused->pid = pid;
	return unused;
}

/* Skips the call: the kernel finds no call of this number. */
static void skip_call(pid_t pid)
{
#if defined(__x86_64__)
	long offset = (long)offsetof(struct user_regs_struct, orig_rax);

	if (ptrace(PTRACE_POKEUSER, pid, offset, -1L) < 0)
		die("skip a call");
#else
	int none = -1;
	struct iovec io = { &none, sizeof(none) };

	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &io) < 0)
		die("skip a call");
#endif
}

static void set_result(pid_t pid, long result)
{
#if defined(__x86_64__)
	long offset = (long)offsetof(struct user_regs_struct, rax);

	if (ptrace(PTRACE_POKEUSER, pid, offset, result) < 0)
		die("set a result");
#else
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io) < 0)
		die("read registers");
	regs.regs[0] = (unsigned long long)result;
	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io) < 0)
		die("set a result");
#endif
}

static void at_syscall(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;
	long n;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info),
		   &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		if (tracee->is_failing)
			set_result(tracee->pid, -chosen.error);
		tracee->is_failing = false;
		return;
	}
	if (info.op != PTRACE_SYSCALL_INFO_ENTRY || program_runs)
		return;
	n = tracee->calls++;
	if (!chosen.error) {
		fprintf(list, "%s %ld %s\n", tracee->path, n,
			call_name(info.entry.nr));
		return;
	}
	if (n != chosen.number || strcmp(tracee->path, chosen.path) != 0)
		return;
	fprintf(list, "%s %ld %s\n", tracee->path, n,
		call_name(info.entry.nr));
	tracee->is_failing = true;
	skip_call(tracee->pid);
}

static void resume(pid_t pid, int sig)
{
	ptrace(PTRACE_SYSCALL, pid, NULL, (long)sig);
}

static void at_birth(struct tracee *parent)
{
	struct tracee *child;
	unsigned long pid;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0)
		return;
	child = find((pid_t)pid);
	snprintf(child->path, sizeof(child->path), "%.40s.%d", parent->path,
		 ++parent->children);
	child->is_named = true;
	if (child->is_waiting)
		resume(child->pid, 0);
	child->is_waiting = false;
}

/* A parent that is killed before its event was seen will never name its child. */
static bool has_traced_parent(pid_t pid)
{
	char path[64], line[128];
	int parent = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "PPid: %d", &parent) == 1)
			break;
	if (status)
		fclose(status);
	for (size_t i = 0; parent && i < TRACEES_MAX; i++)
		if (tracees[i].pid == parent)
			return true;
	return false;
}

static void resume_orphans(void)
{
	for (size_t i = 0; i < TRACEES_MAX; i++) {
		struct tracee *tracee = &tracees[i];

		if (!tracee->pid || !tracee->is_waiting ||
		    has_traced_parent(tracee->pid))
			continue;
		tracee->is_waiting = false;
		resume(tracee->pid, 0);
	}
}

/* Returns false when the tracee must not be resumed. */
static bool at_event(struct tracee *tracee, int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		at_birth(tracee);
		return true;
	case PTRACE_EVENT_EXEC:
		if (strcmp(tracee->path, "0") == 0)
			return true;
		program_runs = true;
		ptrace(PTRACE_DETACH, tracee->pid, NULL, 0L);
		tracee->pid = 0;
		return false;
	case PTRACE_EVENT_STOP:
		if (!tracee->is_named && has_traced_parent(tracee->pid)) {
			tracee->is_waiting = true;
			return false;
		}
		if (sig == SIGTRAP)
			return true;
		ptrace(PTRACE_LISTEN, tracee->pid, NULL, 0L);
		return false;
	default:
		return true;
	}
}

static void at_stop(struct tracee *tracee, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (event) {
		if (at_event(tracee, event, sig))
			resume(tracee->pid, 0);
		return;
	}
	if (sig == (SIGTRAP | 0x80)) {
		at_syscall(tracee);
		sig = 0;
	}
	resume(tracee->pid, sig);
}

static int trace(pid_t first)
{
	int status, result = 98;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		struct tracee *tracee = find(pid);

		if (WIFSTOPPED(status)) {
			at_stop(tracee, status);
			continue;
		}
		tracee->pid = 0;
		resume_orphans();
		if (pid == first)
			result = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						     : WEXITSTATUS(status);
	}
	return result;
}

static pid_t start(char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct tracee *tracee;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SEIZE, pid, NULL, options) < 0)
		die("trace");
	tracee = find(pid);
	strcpy(tracee->path, "0");
	tracee->is_named = true;
	kill(pid, SIGCONT);
	return pid;
}

int main(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+l:f:")) != -1) {
		if (option == 'l')
			list = fopen(optarg, "we");
		else if (option != 'f' ||
			 sscanf(optarg, "%63[0-9.]:%ld:%ld", chosen.path,
				&chosen.number, &chosen.error) != 3)
			return 99;
	}
	if (!list || optind == argc)
		return 99;
	option = trace(start(argv + optind));
	fclose(list);
	return option;
}
