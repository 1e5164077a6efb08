/* Walks the steps of the plan in the child and becomes the program. */
#include <errno.h>
#include <fcntl.h>
#include <fumehood/result.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply/child.h"
#include "apply/init_output.h"
#include "base/io.h"
#include "mech/capabilities_apply.h"
#include "mech/environment_apply.h"
#include "mech/hostname_apply.h"
#include "mech/identity_apply.h"
#include "mech/landlock_apply.h"
#include "mech/lifetime_apply.h"
#include "mech/limits_apply.h"
#include "mech/mounts_apply.h"
#include "mech/network_apply.h"
#include "mech/seccomp_apply.h"
#include "mech/terminal_apply.h"
#include "mech/userns_apply.h"
#include "sys/process.h"

/* Init, with whom the descriptors are shared, is told the listener's number; the
 * descriptor itself does not outlast execve here. Without a listener, because a
 * filter around us has one or no number is left, the plain filter does the same
 * uncounted. */
static int telling_filter_apply(struct box *box, struct child_failure *failure)
{
	int listener = seccomp_load_telling(&box->telling_filter);
	int r = listener < 0 ? seccomp_load(&box->filter) : 0;

	if (r < 0)
		return child_fail(failure, r, "load", "the system-call filter");
	r = write_exactly(box->ready_fd, &listener, sizeof(listener));
	return r < 0 ? child_fail(failure, r, "hand", "the listener to init")
		     : 0;
}

static int filter_apply(struct box *box, struct child_failure *failure)
{
	int r;

	if (box->counts_refusals)
		return telling_filter_apply(box, failure);
	r = seccomp_load(&box->filter);
	return r < 0 ? child_fail(failure, r, "load", "the system-call filter")
		     : 0;
}

static const step_apply steps[N_STEPS] = {
	[STEP_PARENT_DEATH] = parent_death_apply,
	[STEP_NETWORK_START] = network_start_apply,
	[STEP_KEYRING] = keyring_apply,
	[STEP_HOSTNAME] = hostname_apply,
	[STEP_PROPAGATION] = propagation_apply,
	[STEP_SOURCES] = sources_apply,
	[STEP_MAPS] = maps_apply,
	[STEP_IDENTITY] = identity_apply,
	[STEP_NEW_ROOT] = new_root_apply,
	[STEP_MOUNTS] = mounts_apply,
	[STEP_PID_MAX] = pid_max_apply,
	[STEP_PROC] = proc_apply,
	[STEP_ROOT_SWITCH] = root_switch_apply,
	[STEP_NETWORK] = network_apply,
	[STEP_LOOPBACK] = loopback_apply,
	[STEP_TERMINAL] = terminal_apply,
	[STEP_LOCK] = lock_apply,
	[STEP_CAPABILITIES] = capabilities_apply,
	[STEP_NO_NEW_PRIVS] = no_new_privs_apply,
	[STEP_LANDLOCK] = landlock_apply,
	[STEP_CLOSE_SOURCES] = close_sources_apply,
	[STEP_FORK] = fork_apply,
	[STEP_PROGRAM_DEATH] = parent_death_apply,
	[STEP_SESSION] = session_apply,
	[STEP_FOREGROUND] = foreground_apply,
	[STEP_RLIMITS] = rlimits_apply,
	[STEP_SIGNALS] = signals_apply,
	[STEP_CWD] = cwd_apply,
	[STEP_PROGRAM_LANDLOCK] = landlock_apply,
	[STEP_DESCRIPTORS] = descriptors_apply,
	[STEP_WRITE_EXEC] = write_exec_apply,
	[STEP_SECCOMP] = filter_apply,
};

static void take_step(struct box *box, enum step step,
		      struct child_failure *failure)
{
	int r;

	if (!(box->steps & STEP_BIT(step)))
		return;
	failure->origin = NULL;
	failure->object = NULL;
	r = steps[step](box, failure);
	if (r == 0)
		return;
	child_report_failure(box, step, r, failure, FH_EXIT_NOT_BOXED);
	_exit(FH_EXIT_NOT_BOXED);
}

/*
 * The only execve of the project. The filter already stands: it allows execve
 * and what a failure needs, a write and an exit.
 */
static _Noreturn void become_program(struct box *box,
				     struct child_failure *failure)
{
	int code = -ENOENT, exit_code;

	failure->origin = NULL;
	failure->action = "execute";
	failure->object = box->argv[0];
	for (size_t i = 0; i < box->n_candidates; i++) {
		execve(box->candidates[i], box->argv, box->envp);
		if (errno == ENOENT || errno == ENOTDIR)
			continue;
		code = -errno;
		failure->object = box->candidates[i];
		if (errno != EACCES)
			break; /* as execvp does: the next one may be allowed */
	}
	exit_code = code == -ENOENT ? FH_EXIT_NOT_FOUND : FH_EXIT_NOT_EXECUTABLE;
	child_report_failure(box, STEP_EXEC, code, failure, exit_code);
	_exit(exit_code);
}

/* Init confines itself while the program's process takes its own steps; the
 * program must not start before that has succeeded. */
static void wait_for_init(struct box *box, struct child_failure *failure)
{
	char byte;

	/* Where descriptors are shared, init's end of the socket outlives it. But
	 * the kernel has been asked to end us with it, or does so anyway. */
	if (getppid() == box->init_pid &&
	    read_exactly(box->ready_fd, &byte, 1) == 0)
		return;
	child_fail(failure, -ESRCH, "wait for", "init");
	child_report_failure(box, STEP_FORK, -ESRCH, failure, FH_EXIT_NOT_BOXED);
	_exit(FH_EXIT_NOT_BOXED);
}

static _Noreturn void run_program(struct box *box,
				  struct child_failure *failure)
{
	for (int step = STEP_FORK + 1; step < STEP_DESCRIPTORS; step++)
		take_step(box, step, failure);
	wait_for_init(box, failure);
	for (int step = STEP_DESCRIPTORS; step < STEP_SECCOMP; step++)
		take_step(box, step, failure);
	/* All fences stand when it is told, the filter as well; but where that
	 * refuses to write, it can only be told before. */
	if (!box->may_write)
		child_report_starting(box, failure->lost);
	take_step(box, STEP_SECCOMP, failure);
	if (box->may_write)
		child_report_starting(box, failure->lost);
	become_program(box, failure);
}

static _Noreturn void fork_failed(struct box *box,
				  struct child_failure *failure, int code)
{
	child_report_failure(box, STEP_FORK, code, failure, FH_EXIT_NOT_BOXED);
	_exit(FH_EXIT_NOT_BOXED);
}

/*
 * Init gets the listener of the program's filter by sharing descriptors with the
 * program's process until that becomes the program: execve gives it a copy of its
 * own, in which all that is ours is closed, and leaves ours to init. No other way
 * works under filters that refuse to pass descriptors, and none costs less.
 * Where init could not take its own copy, or a range not be marked, nothing is
 * counted.
 */
static bool can_share(void)
{
	return unshare(CLONE_FILES) == 0 &&
	       process_mark_range(~0u, ~0u) == 0;
}

static int make_ready(struct box *box, int ret_ready[2],
		      struct child_failure *failure)
{
	if (box->counts_refusals &&
	    (!can_share() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
					ret_ready) < 0))
		box->counts_refusals = false;
	if (!box->counts_refusals && pipe2(ret_ready, O_CLOEXEC) < 0)
		return child_fail(failure, -errno, "fork", "the program");
	return 0;
}

/* Raw: no fork handlers of a libc may run here. */
static long fork_program(const struct box *box)
{
	unsigned long flags = SIGCHLD;

	if (box->counts_refusals)
		flags |= CLONE_FILES;
	return syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

void box_apply(struct box *box)
{
	struct child_failure failure = { 0 };
	struct init_output output;
	int ready[2], r;
	long program;

	if (streams_apply(box, &failure) < 0) {
		child_report_failure(box, STEP_DESCRIPTORS, -EMFILE, &failure,
				     FH_EXIT_NOT_BOXED);
		_exit(FH_EXIT_NOT_BOXED);
	}
	for (int step = 0; step <= STEP_FORK; step++)
		take_step(box, step, &failure);
	r = init_output_open(&output, box, &failure);
	if (r == 0)
		r = make_ready(box, ready, &failure);
	if (r < 0)
		fork_failed(box, &failure, r);
	box->ready_fd = ready[0];
	box->init_pid = getpid();
	program = fork_program(box);
	if (program < 0)
		fork_failed(box, &failure, child_fail(&failure, -errno, "fork",
						      "the program"));
	if (program == 0) {
		if (!box->counts_refusals)
			close(ready[1]);
		run_program(box, &failure);
	}
	if (!box->counts_refusals)
		close(ready[0]);
	init_run(box, &output, (pid_t)program, ready[1]);
}
