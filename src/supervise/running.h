/* A box that was started: who it is, how it is reached, how it ended. */
#ifndef FH_SUPERVISE_RUNNING_H
#define FH_SUPERVISE_RUNNING_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/cgroup.h"
#include "plan/box.h"
#include "supervise/result.h"

/*
 *   running_start()                running_wait()
 *        |                               |
 *     cloned --> mapped --> standing --> ended: .result is filled
 *        |          |
 *        +----------+--> failed: nothing is left, not even descriptors
 *
 * The library has no thread, no handler and no loop of its own: the time limit
 * is kept by init, and the end shows by a pidfd.
 */
struct trace;

struct running {
	pid_t pid; /* init, in our namespace */
	struct trace *trace; /* borrowed; NULL when nobody follows */
	struct cgroup *cgroup; /* NULL without one, and when all is over */
	int pid_fd;
	int go_fd; /* our end: a byte lets init go on, or ends all */
	int go_peer_fd; /* init's end: kept, so that its end is not news on ours */
	int report_fd;
	int terminal_fd; /* master of the box's own terminal, until taken; -1 */
	bool has_pid_namespace;
	bool is_born_inside; /* of .cgroup, which it need not be moved to */
	bool is_standing; /* all fences; from here on there is a program */
	bool has_ended;
	bool is_stolen; /* reaped by somebody else: how it ended is lost */
	bool is_reaped; /* atomic: running_signal() of other threads reads it */
	uint32_t rlimits; /* bits of the resources that were limited */
	uint64_t cpu_limit_us; /* where RLIMIT_CPU asks first; UINT64_MAX */
	uint32_t lost;	  /* MECHANISM bits that the kernel refused */
	bool hit_pids; /* init saw that no process could be made */
	bool has_refusals; /* init told what the filter refused: .refusals */
	struct box_refusals refusals;
	uint64_t started_us;
	struct fh_result result;
};

/**
 * running_start() - clone init, write its maps, wait until all fences stand
 * @box:        prepared; its pipes are filled in
 * @timeout_ms: how long that may take; POLICY_UNLIMITED for ever
 * @cgroup:     of the box, or NULL; taken over, whatever comes of it
 * @trace:      to follow the program with; NULL. To be kept until running_done()
 *
 * Blocks the signals of the calling thread while it clones. Init ends when
 * this process ends. Return: 0; -ETIMEDOUT; or what failed, with nothing left
 */
int running_start(struct box *box, uint64_t timeout_ms, struct cgroup *cgroup,
		  struct trace *trace, struct running *ret,
		  struct fh_error *err);

/* poll(2), which follows the program meanwhile if it is to be followed.
 * @fds: n of them and a place more */
int running_poll(const struct running *running, struct pollfd *fds, nfds_t n,
		 int timeout_ms);

/**
 * running_wait() - wait for the end, and fill .result
 * Return: 0; -ETIMEDOUT; -ECHILD when somebody else has reaped it
 */
int running_wait(struct running *running, int timeout_ms,
		 struct fh_error *err);

/* Sends a signal to the program; SIGKILL ends everything. From any thread.
 * Return: 0, -ESRCH when all has ended, -EINVAL */
int running_signal(struct running *running, int sig);

/* The next thing that init told. Return: an enum fh_event, or -EAGAIN */
int running_event(const struct running *running);

/* Ends what still runs, reaps it and closes what is open. */
void running_done(struct running *running);

uint64_t monotonic_us(void);

#endif
