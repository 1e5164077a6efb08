/* Sets up what counts a program's output: pipes, and a relay that reads them. */
#include "apply/init_output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* Return: how many pipes, or a negative errno */
static int count_outputs(void)
{
	struct stat out, error;

	if (fstat(STDOUT_FILENO, &out) < 0 || fstat(STDERR_FILENO, &error) < 0)
		return -errno;
	return out.st_dev == error.st_dev && out.st_ino == error.st_ino ? 1 : 2;
}

/* The program may open the end that is read, too: the relay's own must not wait
 * for what another has taken. */
static int open_pipe(struct init_output *output, size_t i)
{
	const int number = STDOUT_FILENO + (int)i;
	int ends[2];

	output->targets[i] = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (output->targets[i] < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	output->sources[i] = ends[0];
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ||
	    dup2(ends[1], number) < 0 ||
	    (output->n == 1 && dup2(ends[1], STDERR_FILENO) < 0))
		return -errno;
	close(ends[1]);
	return 0;
}

int init_output_open(struct init_output *ret, const struct box *box,
		     struct child_failure *failure)
{
	int control[2];
	int r;

	*ret = (struct init_output){ .control = -1, .control_in = -1 };
	if (box->output_limit == UINT64_MAX)
		return 0;
	r = count_outputs();
	ret->n = r < 0 ? 0 : (size_t)r;
	for (size_t i = 0; i < ret->n && r >= 0; i++)
		r = open_pipe(ret, i);
	if (r >= 0 && pipe2(control, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0)
		return child_fail(failure, r, "make",
				  "the pipes of its output");
	ret->control_in = control[0];
	ret->control = control[1];
	return 0;
}

/* A program must not start that has nobody to read what it prints. */
static int await_relay(int ready_fd, struct child_failure *failure)
{
	int told, r = read_exactly(ready_fd, &told, sizeof(told));

	close(ready_fd);
	if (r == 0)
		r = told;
	return r < 0 ? child_fail(failure, r, "confine", "the output relay") : 0;
}

int init_output_start(struct init_output *output, const struct box *box,
		      struct child_failure *failure)
{
	int ready[2];
	long pid;

	if (!output->n)
		return 0;
	if (pipe2(ready, O_CLOEXEC) < 0)
		return child_fail(failure, -errno, "fork", "the output relay");
	/* A copy of our descriptors, whoever shares them with us. */
	pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return child_fail(failure, -errno, "fork", "the output relay");
	if (pid == 0)
		output_relay_run(output, box, ready[1]);
	close(ready[1]);
	for (size_t i = 0; i < output->n; i++) {
		close(output->sources[i]);
		close(output->targets[i]);
	}
	close(output->control_in);
	output->control_in = -1;
	output->relay = (pid_t)pid;
	return await_relay(ready[0], failure);
}

void init_output_drain(struct init_output *output)
{
	cleanup_close(&output->control);
	output->control = -1;
	/* Whoever stopped it cannot do so again: all others stand still. */
	kill(output->relay, SIGCONT);
}
