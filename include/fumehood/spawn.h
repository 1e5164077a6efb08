/* Boxes a child: starts it, waits for it, tells how it went. */
#ifndef FUMEHOOD_SPAWN_H
#define FUMEHOOD_SPAWN_H

#include <fumehood/log.h>
#include <fumehood/plan.h>
#include <fumehood/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct fh_box - one running program behind its fences
 *
 * fh_wait() and fh_box_free() belong to one thread at a time; fh_kill() may
 * be called from any thread until fh_box_free(). A thread that is cancelled in
 * one of these calls is cancelled after it. Not for a forked child of the caller:
 * freeing the box there would end it.
 */
struct fh_box;

enum fh_stream_kind {
	FH_STREAM_INHERIT, /* the caller's descriptor of that number */
	FH_STREAM_NULL,	   /* /dev/null */
	FH_STREAM_PIPE,	   /* a pipe; fh_box_stream() is our end */
	/* The descriptor in .fd, which stays the caller's. A socket belongs to
	 * the network that it was made in, also inside the box. */
	FH_STREAM_FD,
};

struct fh_stream {
	enum fh_stream_kind kind;
	int fd;
};

/* Raise the soft limit of open files of the calling process while the box is
 * prepared, when the policy has more grants than it allows. */
#define FH_SPAWN_RAISE_NOFILE 1u
/* Have the kernel end the box when the calling *thread* ends, too. */
#define FH_SPAWN_DIE_WITH_THREAD 2u
/* Follow the program with ptrace(2) and see what it is refused, refusal.h. It then runs
 * only while fh_wait() or fh_box_follow() is called by this thread, and this thread
 * frees it; when it ends, the box ends. fh_spawn() fails with -EPERM where ptrace(2) is
 * refused. Other children of the process are left alone. */
#define FH_SPAWN_EXPLAIN 4u

/**
 * struct fh_spawn_options - zero is a good value for each but .size
 * @size:    sizeof(struct fh_spawn_options); later versions take what was its
 *           size in this one
 * @flags:   FH_SPAWN_... or 0
 * @streams: standard input, output and error
 * @env:     the environment from which the policy keeps variables; NULL is
 *           the process's own, which no other thread may change meanwhile
 * @kernel:  facts from fh_kernel_probe(); NULL: namespaces are taken for
 *           granted, which is true nearly everywhere and saves the probe; if
 *           the box then cannot be built, the kernel is probed and the plan
 *           made anew
 * @log:     told of guarantees that are lost; may be NULL
 */
struct fh_spawn_options {
	size_t size;
	unsigned int flags;
	struct fh_stream streams[3];
	char *const *env;
	const struct fh_kernel *kernel;
	const struct fh_log *log;
};

/**
 * fh_spawn() - start a program in a box
 * @policy:  may be changed or freed when the call has returned
 * @argv:    the program and its arguments, NULL at the end; found in the PATH
 *           of the box unless it has a slash
 * @options: may be NULL
 * @ret:     freed with fh_box_free(), which ends what still runs
 *
 * When it returns 0 all fences stand and the program is about to be executed
 * (where the policy denies write(2) itself, the filter is loaded next, and if
 * that fails nothing is executed). What execve itself refuses, such as a missing
 * interpreter, is told by fh_wait(). Safe in a program with threads, and from many at once: nothing is
 * allocated between clone and execve, no handler of the caller runs in the
 * child. The caller's handlers, its SIGCHLD, working directory, umask and
 * descriptors stay as they are; the child sends no signal when it ends and
 * waiting for "any child" does not see it.
 *
 * The box ends with the calling process, not with the calling thread. No other
 * thread may close or reuse a stream or a kept descriptor during the call.
 *
 * Return: 0; what fh_plan_new() and fh_plan_check() return; -ENOENT or -EACCES
 *         for a program that is not there or not granted; -ETIMEDOUT when the
 *         time limit passed before the box stood; -EBADF for a stream or a kept
 *         descriptor that is not open; another negative errno of
 *         the step that failed, with err->stage FH_STAGE_APPLY
 */
int fh_spawn(const struct fh_policy *policy, char *const argv[],
	     const struct fh_spawn_options *options, struct fh_box **ret,
	     struct fh_error *err);

/**
 * fh_spawn_plan() - the same, with a plan that serves many boxes
 * @plan: from fh_plan_new(); must outlive the box, as must its policy.
 *        options->env and options->kernel are not used
 *
 * Return: as fh_spawn(); -ESTALE; -EINVAL also for a plan of
 *         fh_plan_confine()
 */
int fh_spawn_plan(const struct fh_plan *plan, char *const argv[],
		  const struct fh_spawn_options *options, struct fh_box **ret,
		  struct fh_error *err);

/**
 * fh_box_fd() - becomes readable when the box has ended
 *
 * For poll(2) and its kin; a pidfd, close-on-exec, the box's own: not to be
 * closed, valid until fh_box_free(). When it is readable fh_wait() does not
 * block. Return: a descriptor; -EINVAL for NULL
 */
int fh_box_fd(const struct fh_box *box);

/**
 * fh_box_stream() - our end of a stream that is a pipe
 * @number: 0, 1 or 2
 *
 * The descriptor is handed over: the caller closes it. Close-on-exec.
 * Return: a descriptor; -EBADF when it is no pipe or was taken; -EINVAL
 */
int fh_box_stream(struct fh_box *box, int number);

/**
 * fh_box_terminal() - our end of the box's terminal, with tty pty
 *
 * The master of a pseudo-terminal, whose other end is the controlling terminal of the
 * program's session and stands in for the streams of kind FH_STREAM_INHERIT that were
 * terminals; where none was, for all of that kind. Whoever started the box passes on what
 * is typed and what is shown, and the size. The descriptor is handed over: the caller
 * closes it, which hangs the terminal up. Close-on-exec, blocking.
 * Return: a descriptor; -EBADF without a terminal, or when it was taken; -EINVAL
 */
int fh_box_terminal(struct fh_box *box);

/** enum fh_event - what becomes of a program that runs */
enum fh_event {
	FH_EVENT_STOPPED = 1, /* by a signal, as job control does it */
	FH_EVENT_CONTINUED,
};

/** fh_box_event_fd() - readable when there is something for fh_box_event()
 *
 * For poll(2); not to be read, valid until fh_box_free().
 * Return: a descriptor; -EINVAL for NULL */
int fh_box_event_fd(const struct fh_box *box);

/** fh_box_event() - the next thing that happened; never waits
 *
 * Nobody has to ask; the oldest are kept, as many as a socket holds.
 * Return: an enum fh_event; -EAGAIN when there is none; -EINVAL for NULL */
int fh_box_event(struct fh_box *box);

/** struct fh_usage - what a box uses now */
struct fh_usage {
	uint64_t wall_us;   /* since it was started */
	uint64_t cpu_us;    /* processor time so far */
	uint64_t memory; /* bytes; without a cgroup the sum of its processes, in
			  * which what they share counts for each */
	uint64_t processes; /* init is one; without a cgroup threads do not count */
	uint64_t reserved[4];
};

/**
 * fh_box_usage() - look what a box uses now
 *
 * By its cgroup if it has one, otherwise by /proc: what its processes have.
 * Return: 0; -ESRCH when it has ended; -EINVAL; what reading /proc returned
 */
int fh_box_usage(const struct fh_box *box, struct fh_usage *ret,
		 struct fh_error *err);

/** fh_box_pid() - the process that the kernel knows the box by: its init.
 * Return: a pid in the caller's namespace; -EINVAL for NULL */
pid_t fh_box_pid(const struct fh_box *box);

/** fh_box_plan() - what was done, with what the kernel refused after all taken
 * out; borrowed, valid until fh_box_free(). NULL for NULL */
const struct fh_plan *fh_box_plan(const struct fh_box *box);

/**
 * fh_kill() - send a signal to the program and its process group
 * @sig: 1 to 31; SIGKILL ends everything in the box at once, SIGSTOP and
 *       SIGTSTP stop the program, which a time limit still ends
 *
 * A terminal's signals to the group of the caller do not reach the program,
 * unless it shares the terminal (tty inherit): pass on what it shall get.
 *
 * Return: 0; -ESRCH when it has ended; -EINVAL, also for another signal
 */
int fh_kill(struct fh_box *box, int sig, struct fh_error *err);

/**
 * fh_wait() - wait until nothing of the box is left
 * @timeout_ms: -1 for as long as it takes; 0 to look only
 * @ret:        filled on success; may be asked for again
 *
 * Return: 0, whatever came of the program; -ETIMEDOUT; -EINVAL; -ECHILD when
 *         somebody else in the process has reaped it, by __WALL or __WCLONE
 */
int fh_wait(struct fh_box *box, int timeout_ms, struct fh_result *ret,
	    struct fh_error *err);

/** fh_box_free() - ends what still runs, waits for that, and frees; NULL is
 * fine */
void fh_box_free(struct fh_box *box);

/**
 * fh_result_print() - the account of a run: result, costs, guarantees
 * @result: of fh_wait(), or made by hand for a box that fh_spawn() refused:
 *          .reason FH_END_NOT_STARTED, .status -1, .exit_code and .error
 * @plan:   fh_box_plan(), or what was planned
 * @argv:   the program and its arguments
 * @ret:    freed with free(3)
 * Return: 0, -EINVAL, -ESTALE, -E2BIG past 16 MiB, or -ENOMEM
 */
int fh_result_print(const struct fh_result *result, const struct fh_plan *plan,
		    char *const argv[], enum fh_format format, char **ret,
		    struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
