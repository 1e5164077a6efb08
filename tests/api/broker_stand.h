/* Starts tests/helpers/helper_broker.c, and hears what it says. */
#ifndef FH_TESTS_BROKER_STAND_H
#define FH_TESTS_BROKER_STAND_H

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "broker_place.h"

static char program[PATH_MAX];

/* One run of it: the monitor's pid, and the output of all roles. */
struct run {
	pid_t pid;
	int out;
	char said[4096];
};

static inline void stage(void)
{
	snprintf(program, sizeof(program), "%s/build/helper_broker",
		 getenv("STAGE"));
	place();
	check(mkdir("files", 0755) == 0 && mkdir("spool", 0755) == 0);
	put("secret", "hidden", 0600);
	put("files/plain", "plain", 0600);
}

/* With descriptors 10 and 11 open, which nobody asked for. */
static inline void begin(struct run *run, const char *mode, const char *keep)
{
	int out[2];

	memset(run, 0, sizeof(*run));
	check_int(pipe2(out, O_CLOEXEC), 0);
	fflush(stdout);
	run->pid = fork();
	check(run->pid >= 0);
	if (run->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 10);
		dup2(10, 11);
		execl(program, program, directory, port, mode, keep, NULL);
		_exit(127);
	}
	close(out[1]);
	run->out = out[0];
}

/* Until all roles have closed it, or, with a number of lines, until they have
 * come. */
static inline void hear(struct run *run, int lines)
{
	size_t len = strlen(run->said);

	while (len < sizeof(run->said) - 1 && lines != 0) {
		ssize_t n = read(run->out, run->said + len, 1);

		if (n <= 0)
			break;
		lines -= run->said[len++] == '\n' && lines > 0;
	}
}

/* Return: the status as a shell would tell it */
static inline int finish(struct run *run)
{
	int status;

	hear(run, -1);
	close(run->out);
	check_int(waitpid(run->pid, &status, 0), run->pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Whole, from start to end. */
static inline void check_run(const char *mode, const char *keep, int status,
			     const char *said)
{
	struct run run;
	int r;

	begin(&run, mode, keep);
	r = finish(&run);
	check_str(run.said, said);
	check_int(r, status);
}

#endif
