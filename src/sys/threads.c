/* Looks at the threads of this process, by /proc and by libc. */
#include "sys/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__GLIBC__)
#include <sys/single_threaded.h> /* glibc 2.32 */
#endif

#include "base/cleanup.h"
#include "base/io.h"
#include "base/scratch.h"

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

const char *threads_field(const char *status, const char *name)
{
	size_t len = strlen(name);

	while (status) {
		if (strncmp(status, name, len) == 0 &&
		    strncmp(status + len, ":\t", 2) == 0)
			return status + len + 2;
		status = strchr(status, '\n');
		if (status)
			status++;
	}
	return NULL;
}

/*
 * A process of one thread may unshare what it shares with nobody, which
 * changes nothing; one of many, and one that shares its memory, is told
 * EINVAL. A filter might kill for that.
 */
static enum threads ask_kernel(void)
{
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0)
		return THREADS_UNKNOWN;
	return unshare(CLONE_THREAD) == 0 ? THREADS_ONE : THREADS_MANY;
}

/* Libc does not know of threads that were made behind its back. */
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
	scratch char status[STATUS_MAX];
	const char *count;

	enum threads asked = ask_kernel();

	/* Its yes is sure and takes a hundredth of what /proc does; its no
	 * may be meant for memory that is shared with another process. */
	if (asked == THREADS_ONE)
		return asked;
	if (read_status(AT_FDCWD, "/proc/self/status", status) < 0)
		return asked == THREADS_UNKNOWN ? ask_libc() : asked;
	count = threads_field(status, "Threads");
	if (!count)
		return THREADS_UNKNOWN;
	return strtol(count, NULL, 10) == 1 ? THREADS_ONE : THREADS_MANY;
}

static int check_task(int tasks, const char *task,
		      int (*is_so)(const char *status, const void *ctx),
		      const void *ctx)
{
	char path[64];
	scratch char status[STATUS_MAX];
	const char *state;
	int r;

	if (strlen(task) > 20)
		return -EINVAL;
	snprintf(path, sizeof(path), "%s/status", task);
	r = read_status(tasks, path, status);
	if (r == -ENOENT || r == -ESRCH)
		return 1; /* it has ended */
	if (r < 0)
		return r;
	state = threads_field(status, "State");
	if (!state)
		return -ENODATA;
	/* A first thread that has ended stays visible, with its old ids. */
	if (strspn(state, "ZX"))
		return 1;
	return is_so(status, ctx);
}

/* include/linux/dirent.h, which is not for programs; as getdents64(2) has it. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* Read without libc, whose opendir() needs memory: when that is short the
 * threads would be taken for unseen, after they were changed. */
int threads_check(int (*is_so)(const char *status, const void *ctx),
		  const void *ctx)
{
	autoclose int tasks = open("/proc/self/task",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct entry) char entries[2048];
	int r = 1;

	if (tasks < 0)
		return -errno;
	while (r == 1) {
		long n = syscall(SYS_getdents64, tasks, entries,
				 sizeof(entries));

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		for (long at = 0; at < n && r == 1;) {
			const struct entry *entry =
				(const void *)(entries + at);

			if (*entry->name != '.')
				r = check_task(tasks, entry->name, is_so, ctx);
			at += entry->length;
		}
	}
	return r;
}

static int lacks(const char *status, const void *ctx)
{
	const char *permitted = threads_field(status, "CapPrm");
	const uint64_t *capabilities = ctx;

	if (!permitted)
		return -ENODATA;
	return (strtoull(permitted, NULL, 16) & *capabilities) == 0;
}

int threads_lack(uint64_t capabilities)
{
	return threads_check(lacks, &capabilities);
}

int threads_have_no_capability(void)
{
	return threads_lack(UINT64_MAX);
}
