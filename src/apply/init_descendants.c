/* Ends what a program left behind where no pid namespace does. */
#include "apply/init_descendants.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/number.h"

int init_wait_any(pid_t *ret_pid, int *ret_status)
{
	long pid = syscall(SYS_wait4, -1, ret_status, WNOHANG | __WALL, NULL);

	*ret_pid = (pid_t)pid;
	return pid < 0 ? -errno : 0;
}

int init_descendants_open(struct init_descendants *ret, const struct box *box,
			  struct child_failure *failure)
{
	char path[64] = "/proc/self/task/";

	ret->children = -1;
	if (box->has_pid_namespace)
		return 0;
	number_format(path + strlen(path), (uint64_t)getpid());
	memcpy(path + strlen(path), "/children", sizeof("/children"));
	ret->children = open(path, O_RDONLY | O_CLOEXEC);
	if (ret->children < 0)
		return child_fail(failure, -errno, "watch",
				  "the program's descendants");
	return 0;
}

/* Return: how many were signalled */
static size_t signal_children(const struct init_descendants *descendants,
			      pid_t spared, int sig)
{
	char buffer[4096];
	size_t n = 0;
	ssize_t len = pread(descendants->children, buffer, sizeof(buffer) - 1,
			    0);
	char *word = buffer;

	if (len <= 0)
		return 0;
	buffer[len] = '\0';
	/* A word cut by the buffer's end would be another pid. */
	if (len == sizeof(buffer) - 1)
		*strrchr(buffer, ' ') = '\0';
	while (*word >= '0' && *word <= '9') {
		pid_t pid = 0;

		while (*word >= '0' && *word <= '9')
			pid = pid * 10 + (*word++ - '0');
		if (pid != spared) {
			kill(pid, sig);
			n++;
		}
		while (*word == ' ')
			word++;
	}
	return n;
}

/* A bound, or processes that make new ones as fast as they are reaped would keep us
 * from the next round. Return: was the one among them? */
static bool reap_batch(pid_t one, int *ret_status)
{
	bool has_one = false;
	int status;
	pid_t pid;

	for (int n = 0; n < INIT_REAP_BATCH; n++) {
		if (init_wait_any(&pid, &status) < 0 || pid <= 0)
			break;
		if (pid == one) {
			has_one = true;
			*ret_status = status;
		}
	}
	return has_one;
}

/* Stopping them first keeps a fork loop from outrunning us. */
bool init_descendants_end(const struct init_descendants *descendants,
			  pid_t spared, int *ret_status)
{
	bool has_spared_ended = false;

	if (descendants->children < 0)
		return false;
	while (signal_children(descendants, spared, SIGSTOP)) {
		signal_children(descendants, spared, SIGKILL);
		has_spared_ended |= reap_batch(spared, ret_status);
	}
	return has_spared_ended;
}
