/* Has src/cgroup/scope.c ask the user manager for a scope, and tells what came of it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "cgroup/scope.h"

#define TIMEOUT_MS 5000

static void tell(pid_t pid)
{
	char path[64], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		printf("cgroup %s", line);
	if (file)
		fclose(file);
}

/* scoped NAME [SOCKET bus|manager]: "cgroup 0::/..." of a child in a scope of that name, and
 * how long it took. Ends when its input does. */
int main(int argc, char **argv)
{
	struct scope_bus *bus;
	struct fh_error err = { 0 };
	int64_t begin = deadline_clock_ms();
	pid_t pid;
	int r;

	if (argc != 2 && argc != 4)
		return 2;
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	r = argc == 4 ? scope_connect_to(argv[2], strcmp(argv[3], "bus") == 0,
					 &bus, &err) :
			scope_connect(&bus, &err);
	if (r == 0) {
		r = scope_start(bus, argv[1], &pid, 1, "a test", TIMEOUT_MS, &err);
		scope_close(bus);
	}
	if (r < 0)
		printf("error %d %s\n", r, err.what);
	else
		tell(pid);
	printf("took %d ms\n", (int)(deadline_clock_ms() - begin));
	fflush(stdout);
	while (getchar() != EOF)
		;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r < 0;
}
