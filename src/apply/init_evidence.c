/* Shows that a box has all the processes that it may have, by making some. */
#include "apply/init_evidence.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK_SIZE 4096

int init_evidence_prepare(const struct box *box, struct child_failure *failure)
{
	for (size_t i = 0; i < box->n_rlimits; i++) {
		const struct box_rlimit *row = &box->rlimits[i];

		if (row->resource == RLIMIT_NPROC &&
		    setrlimit(row->resource, &row->limit) < 0)
			return child_fail(failure, -errno, "set",
					  "a resource limit");
	}
	return 0;
}

static int end_at_once(void *nothing)
{
	(void)nothing;
	_exit(0);
}

/* It copies nothing of us. Return: its pid or a negative errno */
static int make_process(char *stack)
{
	int pid = clone(end_at_once, stack + STACK_SIZE, CLONE_VM | SIGCHLD,
			NULL);

	return pid < 0 ? -errno : pid;
}

/* Whoever stops it cannot keep it from ending by this. */
static void end_process(int pid)
{
	int status;

	if (pid < 0)
		return;
	kill(pid, SIGKILL);
	while (wait4(pid, &status, __WALL, NULL) < 0 && errno == EINTR)
		;
}

/* No resource limit binds root, only the kernel's numbers do: and the program's own
 * is not free as long as there is somebody in its group. */
static bool leaves_no_place(const struct box *box, pid_t program)
{
	return box->uid == 0 && kill(-program, 0) == 0;
}

/* The first takes the place that the program has left, also when it has ended and
 * was not waited for. */
bool init_has_no_process_left(const struct box *box, pid_t program)
{
	char stacks[2][STACK_SIZE] __attribute__((aligned(16)));
	int first = make_process(stacks[0]);
	int second = first < 0 || leaves_no_place(box, program)
			     ? first : make_process(stacks[1]);

	end_process(first);
	if (second != first)
		end_process(second);
	return second == -EAGAIN;
}
