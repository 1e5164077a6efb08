/* Ends what is in a cgroup, waits until it is empty, and removes it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "cgroup/cgroup_parts.h"
#include "sys/process.h"

#define DEPTH_MAX 8
#define RETRY_MS 2
#define ROUND_MS 20 /* between two rounds of killing one by one */
#define PROCS_SIZE 4096

/* As many of its processes as fit, whole lines only. */
static void read_some(int dir, char ret[PROCS_SIZE])
{
	autoclose int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, ret, PROCS_SIZE - 1);

	while (len > 0 && ret[len - 1] != '\n')
		len--;
	ret[len > 0 ? len : 0] = '\0';
}

/* The next number of a list; 0 at its end, and for what has none in our pid
 * namespace. */
static pid_t next_pid(char **list)
{
	char *line = *list, *end = strchr(line, '\n');
	uint64_t pid = 0;

	if (!end)
		return 0;
	*end = '\0';
	*list = end + 1;
	return number_parse(line, &pid) < 0 ? 0 : (pid_t)pid;
}

/* Its number may be another's by now: once we have got hold of it, the kernel is
 * asked again. */
static void kill_one(int dir, pid_t pid)
{
	autoclose int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	char text[PROCS_SIZE], *list = text;

	if (fd < 0)
		return;
	read_some(dir, text);
	while (*list)
		if (next_pid(&list) == pid)
			process_signal(fd, SIGKILL);
}

/* Before Linux 5.14. Frozen, so that a fork loop cannot outrun us: what is frozen
 * can be killed. */
static void kill_round(int dir)
{
	char text[PROCS_SIZE], *list = text;

	cgroup_write(dir, "cgroup.freeze", "1");
	read_some(dir, text);
	while (*list) {
		pid_t pid = next_pid(&list);

		if (pid > 0)
			kill_one(dir, pid);
	}
	cgroup_write(dir, "cgroup.freeze", "0");
}

static bool is_populated(int dir)
{
	uint64_t populated = 0;

	/* What has been removed cannot be read, and is empty. */
	return cgroup_read_value(dir, "cgroup.events", "populated",
				 &populated) == 0 && populated;
}

/* The file tells of a change by POLLPRI since it was last read. Return: is it
 * empty? */
static bool await_empty(int dir, int64_t deadline)
{
	autoclose int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd watched = { .fd = fd, .events = POLLPRI };
	char text[128];

	while (fd >= 0) {
		uint64_t populated = 0;
		ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

		if (len < 0)
			return true;
		text[len] = '\0';
		if (cgroup_value(text, "populated", &populated) < 0 ||
		    !populated)
			return true;
		if (deadline_left(deadline) == 0)
			return false;
		poll(&watched, 1, deadline_left(deadline));
	}
	return !is_populated(dir);
}

int cgroup_empty(int dir, int64_t deadline)
{
	int r;

	if (!is_populated(dir))
		return 0;
	r = cgroup_write(dir, "cgroup.kill", "1");
	if (r != -ENOENT)
		return await_empty(dir, deadline) ? 0 : r < 0 ? r : -ETIMEDOUT;
	do {
		kill_round(dir);
		if (await_empty(dir, deadline_in(ROUND_MS)))
			return 0;
	} while (deadline_left(deadline) > 0);
	return -ETIMEDOUT;
}

/* Those who are no more may be accounted for a moment longer. */
static int remove_retrying(int parent, const char *name, int64_t deadline)
{
	while (unlinkat(parent, name, AT_REMOVEDIR) < 0) {
		if (errno == ENOENT || errno == ENODEV)
			return 0;
		if (errno != EBUSY || deadline_left(deadline) == 0)
			return -errno;
		poll(NULL, 0, RETRY_MS);
	}
	return 0;
}

static int remove_at_depth(int parent, const char *name, int64_t deadline,
			   int depth);

static int remove_children(int dir, int64_t deadline, int depth)
{
	int fd = cgroup_open_dir(dir, "."), r = 0;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!list) {
		cleanup_close(&fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(list)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			r = remove_at_depth(dir, entry->d_name, deadline,
					    depth + 1);
	closedir(list);
	return r;
}

static int remove_at_depth(int parent, const char *name, int64_t deadline,
			   int depth)
{
	autoclose int dir = cgroup_open_dir(parent, name);
	int r;

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	if (depth > DEPTH_MAX)
		return -ELOOP;
	/* The kernel cannot kill before 5.14 what is further down. */
	r = cgroup_empty(dir, deadline);
	if (r == 0 || depth == 0)
		r = remove_children(dir, deadline, depth);
	return r < 0 ? r : remove_retrying(parent, name, deadline);
}

int cgroup_remove(int parent, const char *name, int64_t deadline)
{
	return remove_at_depth(parent, name, deadline, 0);
}
