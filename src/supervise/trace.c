/* Serves the stops of a traced box: forks, signals, calls and ends. */
#include "supervise/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervise/tracees.h"
#include "sys/process.h"
#include "sys/tracing.h"

/*
 *	init:	 seized --> stop at its fork --> detached: never seen again
 *	others:	 born traced --> first stop --> running <--+
 *					|  |  |	    |
 *	 a call that the filter marks --+  |  |	    |  PTRACE_CONT
 *	 --> PTRACE_SYSCALL --> exit stop, told if it failed --+
 *	 a signal: handed on; the same	   |  |	    |
 *	 a group stop: PTRACE_LISTEN ------+  |	    |
 *	 its end: waited for, forgotten ------+
 *
 * Everything is seized, never attached: there is no SIGSTOP of ours, and group
 * stops look to the program as they do without us. A seccomp stop is past the
 * entry stop (Linux 4.8), so that PTRACE_SYSCALL from there leads to the exit.
 *
 * A tracee that has ended stays a zombie until we have waited for it, and keeps
 * its pid namespace, and with it init, from ending: whoever waits for a traced
 * box has to follow it.
 *
 * Waiting for any child could take what is not ours. So we look first and leave
 * it there (WNOWAIT); what we do not know, another box's or a child of the
 * caller's, we pass by, and ask for each of ours by number.
 */
#define FOLLOW_MAX 1024 /* stops served before the caller gets its turn */
#define FAIR_AFTER 64	/* the kernel would give the first in its list always */

struct trace {
	trace_tell tell;
	void *ctx;
	pid_t tracer; /* thread */
	pid_t init;   /* 0: let go */
	pid_t program;
	bool sees_deaths;
	bool has_started; /* the program has been executed */
	pid_t last; /* the one that was served last is likely to be the next */
	uint64_t made;
	struct tracees tracees;
};

static unsigned int options_of(const struct trace *trace)
{
	return TRACE_O_SYSGOOD | TRACE_O_FORK | TRACE_O_VFORK | TRACE_O_CLONE |
	       TRACE_O_EXEC | TRACE_O_SECCOMP | TRACE_O_EXITKILL |
	       (trace->sees_deaths ? TRACE_O_EXIT : 0);
}

/* Whoever waits for the exit of a call is let go on to there. */
static void resume(struct tracee *tracee, int sig)
{
	trace_do(tracee->is_in_call ? TRACE_SYSCALL : TRACE_CONT, tracee->tid,
		 0, (uintptr_t)sig);
}

/* It has to be known, or it would wait for ever; out of memory it is ended, for
 * nobody would answer its calls. */
static void adopt(struct trace *trace, pid_t parent)
{
	unsigned long tid = 0;

	if (trace_do(TRACE_GETEVENTMSG, parent, 0, (uintptr_t)&tid) < 0 || !tid)
		return;
	trace->made++;
	if (!tracees_add(&trace->tracees, (pid_t)tid))
		syscall(SYS_tkill, tid, SIGKILL);
	else if (parent == trace->init)
		trace->program = (pid_t)tid;
}

static void release_init(struct trace *trace)
{
	adopt(trace, trace->init);
	trace_do(TRACE_DETACH, trace->init, 0, 0);
	trace->init = 0;
}

static void tell(struct trace *trace, const struct traced_call *call)
{
	trace->tell(trace->ctx, call);
}

/* A child that asks not to be followed would have no tracer to answer its calls:
 * it is followed all the same, which it cannot tell. */
static void follow_child(const struct tracee *tracee,
			 const struct trace_call_info *info)
{
	static const uint8_t args[] = TRACE_REGISTER_ARGS;
	struct trace_registers registers = { 0 };

	if (info->entry.nr != SYS_clone ||
	    !(info->entry.args[0] & CLONE_UNTRACED) ||
	    trace_get_registers(tracee->tid, &registers) < 0)
		return;
	registers.values[args[0]] &= ~(uint64_t)CLONE_UNTRACED;
	trace_set_registers(tracee->tid, &registers);
}

static void enter_call(struct tracee *tracee)
{
	struct trace_call_info info;

	if (trace_get_call(tracee->tid, &info) == TRACE_INFO_SECCOMP) {
		follow_child(tracee, &info);
		tracee->nr = (int)info.entry.nr;
		memcpy(tracee->args, info.entry.args, sizeof(tracee->args));
		tracee->is_in_call = true;
	}
	resume(tracee, 0);
}

/* Calls that will be begun anew are none. */
#define RESTARTS_FROM 512

static void leave_call(struct trace *trace, struct tracee *tracee)
{
	struct trace_call_info info;
	struct traced_call call = { .tid = tracee->tid, .nr = tracee->nr,
		.is_start = !trace->has_started &&
			    tracee->tid == trace->program };

	if (tracee->is_in_call &&
	    trace_get_call(tracee->tid, &info) == TRACE_INFO_EXIT &&
	    info.exit.is_error && -info.exit.result < RESTARTS_FROM) {
		call.code = (int)-info.exit.result;
		memcpy(call.args, tracee->args, sizeof(call.args));
		tell(trace, &call);
	}
	tracee->is_in_call = false;
	resume(tracee, 0);
}

/* Fills in the call that a thread is in, or has just come out of. */
static bool read_registers(pid_t tid, struct traced_call *ret)
{
	static const uint8_t args[] = TRACE_REGISTER_ARGS;
	struct trace_registers registers = { 0 };

	if (trace_get_registers(tid, &registers) < 0)
		return false;
	for (int i = 0; i < 6; i++)
		ret->args[i] = registers.values[args[i]];
	ret->nr = (int)registers.values[TRACE_REGISTER_NR];
	ret->code = (int)-(int64_t)registers.values[TRACE_REGISTER_RESULT];
	return true;
}

/* The kernel sends these two for a ceiling; anybody else may as well. For a file
 * that is too long the call before shows it, for time who sent it. */
static void tell_ceiling(struct trace *trace, pid_t tid, int sig)
{
	struct traced_call call = { .tid = tid, .nr = -1, .signal = sig };
	siginfo_t info;

	if (sig == SIGXFSZ &&
	    (!read_registers(tid, &call) || call.code != EFBIG))
		return;
	if (sig == SIGXCPU &&
	    (trace_do(TRACE_GETSIGINFO, tid, 0, (uintptr_t)&info) < 0 ||
	     info.si_code != SI_KERNEL))
		return;
	tell(trace, &call);
}

static void serve_signal(struct trace *trace, struct tracee *tracee, int sig)
{
	if (sig == SIGXFSZ || sig == SIGXCPU)
		tell_ceiling(trace, tracee->tid, sig);
	resume(tracee, sig);
}

/* It dies; which call a filter killed it for stands in its registers. */
static void serve_death(struct trace *trace, struct tracee *tracee)
{
	struct traced_call call = { .tid = tracee->tid, .signal = SIGSYS };
	unsigned long status = 0;

	trace_do(TRACE_GETEVENTMSG, tracee->tid, 0, (uintptr_t)&status);
	if (WIFSIGNALED((int)status) && WTERMSIG((int)status) == SIGSYS &&
	    read_registers(tracee->tid, &call)) {
		call.code = 0;
		tell(trace, &call);
	}
	resume(tracee, 0);
}

/* All other threads are gone, and the one that did it has the first's number. */
static void serve_exec(struct trace *trace, struct tracee *tracee)
{
	unsigned long former = 0;
	pid_t tid = tracee->tid;

	trace_do(TRACE_GETEVENTMSG, tid, 0, (uintptr_t)&former);
	trace->has_started = trace->has_started || tid == trace->program;
	if (former && (pid_t)former != tid)
		tracees_remove(&trace->tracees, (pid_t)former);
	/* Rows move when one is removed. */
	tracee = tracees_find(&trace->tracees, tid);
	if (!tracee)
		return;
	tracee->is_in_call = false;
	resume(tracee, 0);
}

/* Its first stop, the end of a group stop, or a group stop itself. */
static void serve_group(struct trace *trace, struct tracee *tracee, int sig)
{
	bool stops = sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN ||
		     sig == SIGTTOU;

	if (!tracee->is_known)
		trace_do(TRACE_SETOPTIONS, tracee->tid, 0, options_of(trace));
	tracee->is_known = true;
	if (stops)
		trace_do(TRACE_LISTEN, tracee->tid, 0, 0);
	else
		resume(tracee, 0);
}

static void serve_fork(struct trace *trace, pid_t tid)
{
	struct tracee *tracee;

	adopt(trace, tid);
	tracee = tracees_find(&trace->tracees, tid);
	/* The call has succeeded: there is nothing to see of it. */
	if (tracee) {
		tracee->is_in_call = false;
		resume(tracee, 0);
	}
}

static void serve_stop(struct trace *trace, struct tracee *tracee, int status)
{
	int sig = status & 0xff;

	switch (status >> 8) {
	case TRACE_STOP_FORK:
	case TRACE_STOP_VFORK:
	case TRACE_STOP_CLONE:
		serve_fork(trace, tracee->tid);
		break;
	case TRACE_STOP_EXEC:
		serve_exec(trace, tracee);
		break;
	case TRACE_STOP_EXIT:
		serve_death(trace, tracee);
		break;
	case TRACE_STOP_SECCOMP:
		enter_call(tracee);
		break;
	case TRACE_STOP_GROUP:
		serve_group(trace, tracee, sig);
		break;
	default:
		if (sig == (SIGTRAP | 0x80))
			leave_call(trace, tracee);
		else
			serve_signal(trace, tracee, sig);
	}
}

static int look(idtype_t type, pid_t id, int flags, siginfo_t *ret)
{
	int r;

	*ret = (siginfo_t){ 0 };
	do {
		r = waitid(type, (id_t)id, ret,
			   flags | WSTOPPED | WNOHANG | __WALL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* Serves one that is ours, if it has something. */
static bool take(struct trace *trace, pid_t tid)
{
	struct tracee *tracee = tracees_find(&trace->tracees, tid);
	siginfo_t info;
	int r;

	if (!tracee)
		return false;
	r = look(P_PID, tid, WEXITED, &info);
	/* A thread that another one's execve has ended tells no more. */
	if (r == -ECHILD)
		tracees_remove(&trace->tracees, tid);
	if (r < 0 || info.si_pid == 0)
		return false;
	if (info.si_code == CLD_TRAPPED)
		serve_stop(trace, tracee, info.si_status);
	else if (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED ||
		 info.si_code == CLD_DUMPED)
		tracees_remove(&trace->tracees, tid);
	return true;
}

/* Init is our child for good: how it ends is for another to ask. */
static bool take_init(struct trace *trace)
{
	siginfo_t info;

	if (!trace->init || look(P_PID, trace->init, 0, &info) < 0 ||
	    info.si_pid == 0)
		return false;
	if (info.si_status >> 8 == TRACE_STOP_FORK)
		release_init(trace);
	else if (info.si_status >> 8 == TRACE_STOP_GROUP)
		trace_do((info.si_status & 0xff) == SIGTRAP ? TRACE_CONT
							    : TRACE_LISTEN,
			 trace->init, 0, 0);
	else
		trace_do(TRACE_CONT, trace->init, 0,
			 (uintptr_t)(info.si_status & 0xff));
	return true;
}

/* Asks for each by number; what is added or moved meanwhile has its turn later. */
static unsigned int sweep(struct trace *trace)
{
	unsigned int n = take_init(trace);

	for (size_t i = 0; i < trace->tracees.size; i++)
		if (trace->tracees.rows[i].tid)
			n += take(trace, trace->tracees.rows[i].tid);
	return n;
}

/* One round. Return: how many it served */
static unsigned int serve(struct trace *trace)
{
	siginfo_t info;

	if (trace->last && take(trace, trace->last))
		return 1;
	if (look(P_ALL, 0, WEXITED | WNOWAIT | __WNOTHREAD, &info) < 0 ||
	    info.si_pid == 0)
		return 0;
	trace->last = info.si_pid;
	return take(trace, info.si_pid) ? 1 : sweep(trace);
}

bool trace_follow(struct trace *trace)
{
	unsigned int n = 0, more = 1, turn = 0;

	while (more && n < FOLLOW_MAX) {
		more = serve(trace);
		if (++turn % FAIR_AFTER == 0 && trace->tracees.n > 1)
			more += sweep(trace);
		n += more;
	}
	if (more)
		kill(getpid(), SIGCHLD);
	return n;
}

struct trace *trace_new(trace_tell saw, void *ctx, bool sees_deaths)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->tell = saw;
	trace->ctx = ctx;
	trace->sees_deaths = sees_deaths;
	return trace;
}

void trace_free(struct trace *trace)
{
	if (trace)
		tracees_done(&trace->tracees);
	free(trace);
}

int trace_begin(struct trace *trace, pid_t init)
{
	int r = trace_do(TRACE_SEIZE, init, 0, TRACE_O_FORK | TRACE_O_EXITKILL);

	if (r < 0)
		return r;
	trace->tracer = (pid_t)syscall(SYS_gettid);
	trace->init = init;
	return 0;
}

bool trace_is_ours(const struct trace *trace)
{
	return trace->tracer == (pid_t)syscall(SYS_gettid);
}

size_t trace_running(const struct trace *trace)
{
	return trace->tracees.n;
}

uint64_t trace_made(const struct trace *trace)
{
	return trace->made;
}
