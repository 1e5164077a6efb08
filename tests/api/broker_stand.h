/* Starts tests/helpers/helper_broker.c, and hears what it says. */
#ifndef FH_TESTS_BROKER_STAND_H
#define FH_TESTS_BROKER_STAND_H

#include <arpa/inet.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tap.h"

static char directory[PATH_MAX], port[8], program[PATH_MAX];

/* One run of it: the monitor's pid, and the output of all roles. */
struct run {
	pid_t pid;
	int out;
	char said[4096];
};

static inline void put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static inline void choose_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check_int(bind(fd, (struct sockaddr *)&in, size), 0);
	check_int(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	close(fd);
	snprintf(port, sizeof(port), "%d", ntohs(in.sin_port));
}

static inline void stage(void)
{
	snprintf(program, sizeof(program), "%s/build/helper_broker",
		 getenv("STAGE"));
	snprintf(directory, sizeof(directory), "%s/broker.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	check(mkdtemp(directory) != NULL);
	check_int(chdir(directory), 0);
	check(mkdir("files", 0755) == 0 && mkdir("spool", 0755) == 0);
	put("secret", "hidden");
	put("files/plain", "plain");
	choose_port();
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

/* A field of /proc/PID/status, in that base. */
static inline unsigned long long status_of(pid_t pid, const char *field,
					   int base)
{
	char path[64], line[256], *value = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	check(file != NULL);
	while (!value && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0 &&
		    line[strlen(field)] == ':')
			value = line + strlen(field) + 1;
	fclose(file);
	check(value != NULL);
	return strtoull(value, NULL, base);
}

#endif
