/* Follows the program of a box with ptrace(2): what its calls came back with. */
#ifndef FH_SUPERVISE_TRACE_H
#define FH_SUPERVISE_TRACE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A call that failed, or a signal that came of one. */
struct traced_call {
	pid_t tid;
	int nr;		  /* on the machine's architecture; -1: none */
	uint64_t args[6]; /* as they were at its entry */
	int code;	  /* what it returned, as positive errno; 0: nothing */
	int signal;	  /* what the kernel sends for it; 0: nothing */
	bool is_start;	  /* our own execve, which starts the program */
};

/* Told while the thread stands still. */
typedef void (*trace_tell)(void *ctx, const struct traced_call *call);

struct trace;

/* @sees_deaths: stop what a filter kills, to see for which call.
 * Return: NULL when out of memory */
struct trace *trace_new(trace_tell tell, void *ctx, bool sees_deaths);
/* To be called when nothing of the box is left. NULL is fine. */
void trace_free(struct trace *trace);

/**
 * trace_begin() - take up an init that has been cloned and not yet released
 *
 * It is followed until it forks, and let go then; the program and all that comes
 * of it are followed to their end. They end with the calling thread.
 * Return: 0; -EPERM and the like where ptrace(2) is refused
 */
int trace_begin(struct trace *trace, pid_t init);

/* Is this the thread that began? No other may go on. */
bool trace_is_ours(const struct trace *trace);

/* Serves all that stands still now, and never waits. When it has served many and there
 * may be more, it sends the calling process another SIGCHLD. Return: was there anything? */
bool trace_follow(struct trace *trace);

/**
 * trace_poll() - poll(2), which follows meanwhile
 * @fds:        n descriptors and a place more
 * @timeout_ms: as of poll(2)
 *
 * It is woken up by SIGCHLD, which it blocks and reads meanwhile, and sends once
 * more at the end in case that it was somebody else's. Where another thread of the
 * process takes that signal, or it is ignored, it looks now and then: after
 * 50 us, and less and less often, down to every 4 ms.
 * Return: as poll(2), a negative errno on failure
 */
int trace_poll(struct trace *trace, struct pollfd *fds, nfds_t n,
	       int timeout_ms);

/* Threads of the program that run now; all that there ever were. */
size_t trace_running(const struct trace *trace);
uint64_t trace_made(const struct trace *trace);

#endif
