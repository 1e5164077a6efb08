/* Keeps what processes that are watched have: memory, working directory, directories. */
#include "observe/observe_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/scratch.h"
#include "sys/process.h"

/*
 * Looking through /proc is most of what a stopped call costs. What is kept ends with
 * the calls that can change it, which are all stopped, too:
 *
 *   memory       it executes, or a process is made (which may get its number)
 *   cwd          chdir, fchdir, a rename, a process is made
 *   directories  a rename; kcmp() tells each time that it is still the same
 *
 * A directory is kept by a descriptor of ours for theirs. That would keep a lock
 * that ends with the last of them: so none is kept once the program locks anything.
 */
#define CALLS_UNTIL_OPEN 8 /* it must be worth an open() */

#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif

static void drop_cwd(struct observe_cache *cache)
{
	free(cache->cwd);
	cache->cwd = NULL;
}

static void drop_thread(struct observe_cache *cache)
{
	cleanup_close(&cache->memory_fd);
	cache->memory_fd = -1;
	cache->n_calls = 0;
	cache->missed = -1;
	drop_cwd(cache);
}

static void drop_directory(struct observe_directory *directory)
{
	cleanup_close(&directory->fd);
	directory->fd = -1;
	free(directory->name);
	directory->name = NULL;
}

static void drop_directories(struct observe_cache *cache)
{
	cache->base_fd = -1;
	for (size_t i = 0; i < OBSERVE_DIRECTORIES; i++)
		drop_directory(&cache->directories[i]);
}

void observe_cache_init(struct observe_cache *ret)
{
	*ret = (struct observe_cache){ .self = getpid(), .memory_fd = -1,
				       .missed = -1, .base_fd = -1 };
	for (size_t i = 0; i < OBSERVE_DIRECTORIES; i++)
		ret->directories[i].fd = -1;
}

void observe_cache_done(struct observe_cache *cache)
{
	drop_thread(cache);
	drop_directories(cache);
}

void observe_cache_begin(struct observe_cache *cache, pid_t tid)
{
	cache->base_fd = -1;
	if (cache->tid != tid) {
		drop_thread(cache);
		cache->tid = tid;
	}
	if (cache->moving == tid)
		cache->moving = 0; /* it has moved, or failed to */
	if (cache->n_calls < CALLS_UNTIL_OPEN)
		cache->n_calls++;
}

/* Until it calls again nobody knows where its directory is: others may share it. */
static void start_moving(struct observe_cache *cache)
{
	drop_cwd(cache);
	cache->moving = cache->moving && cache->moving != cache->tid
			? -1 : cache->tid;
}

void observe_cache_end(struct observe_cache *cache,
		       const struct observed *observed)
{
	switch (observed->call) {
	case CALL_clone:
	case CALL_clone3:
	case CALL_execve:
	case CALL_execveat:
	case CALL_fork:
	case CALL_vfork:
		drop_thread(cache);
		break;
	case CALL_chdir:
	case CALL_fchdir:
		start_moving(cache);
		break;
	case CALL_flock:
		cache->has_locks = true;
		drop_directories(cache);
		break;
	case CALL_rename:
	case CALL_renameat:
	case CALL_renameat2:
		drop_cwd(cache);
		drop_directories(cache);
		break;
	default:
		if (observed->has_our_root)
			break;
		drop_cwd(cache);
		drop_directories(cache);
	}
}

int observe_cache_memory(struct observe_cache *cache)
{
	char path[32];

	if (cache->memory_fd >= 0 || cache->n_calls != CALLS_UNTIL_OPEN)
		return cache->memory_fd;
	cache->n_calls++; /* once */
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)cache->tid);
	cache->memory_fd = open(path, O_RDONLY | O_CLOEXEC);
	return cache->memory_fd;
}

static bool is_same(const struct observe_cache *cache, int fd, int number)
{
	return syscall(SYS_kcmp, cache->self, cache->tid, KCMP_FILE, fd,
		       number) == 0;
}

const char *observe_cache_directory(struct observe_cache *cache, int number)
{
	if (number == AT_FDCWD)
		return cache->cwd;
	for (size_t i = 0; i < OBSERVE_DIRECTORIES; i++) {
		const struct observe_directory *at = &cache->directories[i];

		if (at->fd < 0 || at->number != number ||
		    !is_same(cache, at->fd, number))
			continue;
		cache->base_fd = at->fd;
		cache->base = at->name;
		return at->name;
	}
	return NULL;
}

/* The same open file; only directories, of which nobody waits for the end. */
static int take_over(pid_t tid, int number)
{
	autoclose int pidfd = (int)syscall(SYS_pidfd_open, tid, 0);
	autoclose int fd = -1;
	struct stat st;

	if (pidfd < 0)
		pidfd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
	if (pidfd < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    st.st_nlink == 0)
		return -1;
	return fd_take(&fd);
}

/* One with the same number is not theirs any more, or another's. */
static struct observe_directory *place(struct observe_cache *cache, int number)
{
	for (size_t i = 0; i < OBSERVE_DIRECTORIES; i++) {
		if (cache->directories[i].fd >= 0 &&
		    cache->directories[i].number == number)
			return &cache->directories[i];
	}
	return &cache->directories[cache->next++ % OBSERVE_DIRECTORIES];
}

/* The name is asked of what was taken over: it may be another by now. */
static void keep_directory(struct observe_cache *cache, int number)
{
	scratch char name[PATH_MAX];
	struct observe_directory *at;
	autoclose int fd = take_over(cache->tid, number);
	char link[32];
	ssize_t n;

	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name));
	if (n <= 0 || n >= (ssize_t)sizeof(name) || *name != '/')
		return;
	at = place(cache, number);
	drop_directory(at);
	cache->base_fd = -1;
	at->name = strndup(name, (size_t)n);
	if (!at->name)
		return;
	at->number = number;
	at->fd = fd_take(&fd);
}

void observe_cache_add(struct observe_cache *cache, int number,
		       const char *name)
{
	if (number == AT_FDCWD) {
		drop_cwd(cache);
		if (!cache->moving)
			cache->cwd = strdup(name);
	} else if (cache->missed != number) {
		cache->missed = number;
	} else if (!cache->has_locks) {
		cache->missed = -1;
		keep_directory(cache, number);
	}
}
