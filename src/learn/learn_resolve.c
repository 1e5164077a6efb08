/* Finds out where a path of another process leads, without waiting for anybody. */
#include "learn/learn_resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/scratch.h"
#include "observe/observe.h"
#include "sys/mounts_calls.h"

#define OPEN_CACHED UINT64_C(0x20) /* RESOLVE_CACHED: Linux 5.12 */
#define SELF "/proc/self"
#define THREAD_SELF "/proc/thread-self"

static void read_mounts(const char *link, char *ret, size_t size)
{
	ssize_t n = readlink(link, ret, size - 1);

	ret[n > 0 ? n : 0] = '\0';
}

void learn_view_init(struct learn_view *ret)
{
	struct stat st = { 0 };

	read_mounts("/proc/self/ns/mnt", ret->mounts, sizeof(ret->mounts));
	(void)stat("/", &st);
	ret->root_device = st.st_dev;
	ret->root_inode = st.st_ino;
	ret->is_everybodys = true;
}

static bool is_view_of(const struct learn_view *view, pid_t tid)
{
	char link[48], mounts[64];
	struct stat st;

	if (view->is_everybodys)
		return true;
	snprintf(link, sizeof(link), "/proc/%d/ns/mnt", (int)tid);
	read_mounts(link, mounts, sizeof(mounts));
	if (!*mounts || strcmp(mounts, view->mounts) != 0)
		return false;
	snprintf(link, sizeof(link), "/proc/%d/root", (int)tid);
	return stat(link, &st) == 0 && st.st_dev == view->root_device &&
	       st.st_ino == view->root_inode;
}

/* "/proc/self/x" of a thread is "/proc/TID/x" to us. A thread's number does as well
 * as its process's, but for what lies in task/. Return: how much of path that is;
 * 0: it is no such name */
static size_t own_prefix(const char *path)
{
	if (path_is_within(path, SELF))
		return sizeof(SELF) - 1;
	if (path_is_within(path, THREAD_SELF))
		return sizeof(THREAD_SELF) - 1;
	return 0;
}

static int open_there(pid_t tid, const char *path, uint64_t flags, bool is_ours)
{
	char link[32];
	autoclose int root_fd = -1;

	if (is_ours)
		return open(path, (int)flags);
	snprintf(link, sizeof(link), "/proc/%d/root", (int)tid);
	root_fd = open(link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return -1;
	return (int)syscall(SYS_openat2, root_fd, path,
			    &(struct open_request){
				    .flags = flags,
				    .resolve = OPEN_IN_ROOT | OPEN_CACHED |
					       OPEN_NO_MAGICLINKS,
			    },
			    sizeof(struct open_request));
}

/* Return: 0, or the negative errno with which it was not found */
static int look(pid_t tid, const char *path, bool is_link,
		struct learn_place *ret)
{
	uint64_t flags = O_PATH | O_CLOEXEC | (is_link ? O_NOFOLLOW : 0);
	autoclose int fd = open_there(tid, path, flags, ret->is_ours);
	char link[32];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	snprintf(link, sizeof(link), SELF "/fd/%d", fd);
	n = readlink(link, ret->real, sizeof(ret->real));
	if (n <= 0 || n >= (ssize_t)sizeof(ret->real) || ret->real[0] != '/')
		return -EXDEV; /* a pipe behind /proc/self/fd, and the like */
	ret->real[n] = '\0';
	if (fstat(fd, &st) == 0)
		ret->mode = st.st_mode;
	return 0;
}

/* Says again "self" where the number stands for it. */
static void say_self(struct learn_place *place, pid_t tid, const char *self,
		     size_t n_self)
{
	char number[32];
	size_t n = (size_t)snprintf(number, sizeof(number), "/proc/%d",
				    (int)tid);
	size_t len = strlen(place->real);

	if (!path_is_within(place->real, number) ||
	    len - n + n_self >= sizeof(place->real))
		return;
	memmove(place->real + n_self, place->real + n, len - n + 1);
	memcpy(place->real, self, n_self);
}

void learn_resolve(const struct learn_view *view, pid_t tid, const char *path,
		   bool is_link, struct learn_place *ret)
{
	scratch char other[PATH_MAX];
	size_t n_self = own_prefix(path);
	const char *name = path;
	int r;

	if (n_self && (size_t)snprintf(other, sizeof(other), "/proc/%d%s",
				       (int)tid, path + n_self) < sizeof(other))
		name = other;
	ret->mode = 0;
	ret->is_ours = is_view_of(view, tid);
	r = look(tid, name, is_link, ret);
	ret->is_there = r != -ENOENT && r != -ENOTDIR;
	if (r == 0 && name == other)
		say_self(ret, tid, path, n_self);
	if (r == 0)
		return;
	/* It is there, but cannot be looked at: by the letter, then. */
	memcpy(ret->real, path, strlen(path) + 1);
	observe_normalize(ret->real);
}

bool learn_resolve_in(const char *path, int base_fd, const char *name,
		      struct learn_place *ret)
{
	struct stat st;

	ret->mode = 0;
	ret->is_ours = true;
	ret->is_there = fstatat(base_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!ret->is_there)
		return errno == ENOENT || errno == ENOTDIR;
	if (S_ISLNK(st.st_mode))
		return false;
	ret->mode = st.st_mode;
	memcpy(ret->real, path, strlen(path) + 1);
	return true;
}
