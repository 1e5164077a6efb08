/* Looks at the threads of this process, by /proc and by libc. */
#include "sys/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__GLIBC__)
#include <sys/single_threaded.h> /* glibc 2.32 */
#endif

#include "base/cleanup.h"
#include "base/io.h"

#define STATUS_MAX 8192 /* of /proc/PID/status; about 1500 in 2026 */

static int read_status(int dir, const char *path, char ret[STATUS_MAX])
{
	autoclose int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	if (fd < 0)
		return -errno;
	while (len < STATUS_MAX - 1) {
		ssize_t n = read(fd, ret + len, STATUS_MAX - 1 - len);

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	ret[len] = '\0';
	return len ? 0 : -ENODATA;
}

/* The text after "\nName:\t", or NULL. */
static const char *status_field(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? at + strlen(name) : NULL;
}

/* Where /proc is out of sight a libc may know; threads that were made behind
 * its back it does not, so it is asked second. */
static enum threads ask_libc(void)
{
#if defined(__GLIBC__)
	if (__libc_single_threaded)
		return THREADS_ONE;
#endif
	return THREADS_UNKNOWN;
}

enum threads threads_look(void)
{
	char status[STATUS_MAX];
	const char *count;

	if (read_status(AT_FDCWD, "/proc/self/status", status) < 0)
		return ask_libc();
	count = status_field(status, "\nThreads:\t");
	if (!count)
		return THREADS_UNKNOWN;
	return strtol(count, NULL, 10) == 1 ? THREADS_ONE : THREADS_MANY;
}

static int has_no_capability(int tasks, const char *task)
{
	char path[64], status[STATUS_MAX];
	const char *permitted;
	int r;

	if (strlen(task) > 20)
		return -EINVAL;
	strcpy(path, task);
	strcat(path, "/status");
	r = read_status(tasks, path, status);
	if (r == -ENOENT || r == -ESRCH)
		return 1; /* it has ended */
	permitted = r < 0 ? NULL : status_field(status, "\nCapPrm:\t");
	if (!permitted)
		return r < 0 ? r : -ENODATA;
	return strtoull(permitted, NULL, 16) == 0;
}

int threads_have_no_capability(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	int r = 1;

	if (!dir)
		return -errno;
	while (r == 1 && (entry = readdir(dir)))
		if (*entry->d_name != '.')
			r = has_no_capability(dirfd(dir), entry->d_name);
	closedir(dir);
	return r;
}
