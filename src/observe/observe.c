/* Tells which path a stopped system call names, and what for. */
#include "observe/observe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/scratch.h"
#include "observe/observe_base.h"
#include "observe/observe_cache.h"
#include "sys/mounts_calls.h"

#define DELETED " (deleted)"

/* A name that ends like one of the kernel's for what was deleted may be real. */
static bool is_deleted(const char *link, const char *name, size_t len)
{
	const size_t n = sizeof(DELETED) - 1;
	struct stat st;

	if (len < n || memcmp(name + len - n, DELETED, n) != 0)
		return false;
	return stat(link, &st) < 0 || st.st_nlink == 0;
}

static int read_link(const char *link, char ret[PATH_MAX])
{
	ssize_t n = readlink(link, ret, PATH_MAX);

	if (n < 0)
		return errno == ENOENT ? -EBADF : -errno;
	if (n == PATH_MAX)
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return ret[0] == '/' && is_deleted(link, ret, (size_t)n) ? -ENOENT : 0;
}

/* What the process has as its root is not seen in what its links say: cuts it off. */
static int cut_root(pid_t tid, char *path)
{
	scratch char root[PATH_MAX];
	char link[32];
	size_t n;
	int r;

	snprintf(link, sizeof(link), "/proc/%d/root", (int)tid);
	r = read_link(link, root);
	if (r < 0)
		return r == -EBADF ? -ESRCH : r;
	n = strlen(root);
	if (n <= 1 || strncmp(path, root, n) != 0 ||
	    (path[n] != '/' && path[n] != '\0'))
		return 0;
	memmove(path, path + n, strlen(path + n) + 1);
	if (!*path)
		memcpy(path, "/", 2);
	return 0;
}

static int look_up_directory(const struct observed *observed, int dirfd,
			     char ret[PATH_MAX])
{
	const pid_t tid = observed->tid;
	char link[48];
	int r;

	if (dirfd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", (int)tid);
	else if (dirfd >= 0)
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)tid, dirfd);
	else
		return -EBADF;
	r = read_link(link, ret);
	if (r == -EBADF && dirfd == AT_FDCWD)
		r = -ESRCH;
	return r < 0 || observed->has_our_root ? r : cut_root(tid, ret);
}

static int read_directory(const struct observed *observed, int dirfd,
			  char ret[PATH_MAX])
{
	struct observe_cache *cache = observed->has_our_root ? observed->cache
							     : NULL;
	const char *name = cache ? observe_cache_directory(cache, dirfd) : NULL;
	int r;

	if (name) {
		memcpy(ret, name, strlen(name) + 1);
		return 0;
	}
	r = look_up_directory(observed, dirfd, ret);
	if (r == 0 && cache && *ret == '/')
		observe_cache_add(cache, dirfd, ret);
	return r;
}

/* Adds components; "." and empty ones are nothing. */
static int add_components(char ret[PATH_MAX], size_t *len, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n > 1 || (n == 1 && *name != '.')) {
			if (*len + 1 + n >= PATH_MAX)
				return -ENAMETOOLONG;
			ret[(*len)++] = '/';
			memcpy(ret + *len, name, n);
			*len += n;
		}
		name += n;
		name += *name == '/';
	}
	return 0;
}

int observe_join(const struct observed *observed, int dirfd, const char *name,
		 char ret[PATH_MAX])
{
	scratch char result[PATH_MAX];
	size_t len = 0;
	int r;

	if (*name != '/') {
		r = read_directory(observed, dirfd, result);
		if (!*name && (r == -ENOENT || (r == 0 && *result != '/'))) {
			*ret = '\0';
			return 0;
		}
		if (r == 0 && *result != '/')
			r = -ENOTDIR;
		if (r < 0)
			return r;
		len = strlen(result);
		len -= len == 1; /* the root's slash comes with the name */
	}
	r = add_components(result, &len, name);
	if (r < 0)
		return r;
	if (!len)
		result[len++] = '/';
	memcpy(ret, result, len);
	ret[len] = '\0';
	return 0;
}

/* readlinkat and execveat of a script are that lenient by themselves; without
 * a pointer it is the descriptor: utimensat, newfstatat and statx (6.11). */
static bool can_be_empty(const struct observed *observed, uint64_t address)
{
	int flags = observed->row->flags;

	if (observed->call == CALL_readlinkat)
		return true;
	if (observed->call == CALL_utimensat && !address)
		return true;
	return flags != OBSERVED_NONE &&
	       observed->row->kind == OBSERVED_PATHS &&
	       observed->args[flags] & AT_EMPTY_PATH;
}

int observe_path(const struct observed *observed, int index, char ret[PATH_MAX])
{
	const struct observed_path *row;
	scratch char name[PATH_MAX];
	uint64_t address;
	int dirfd = AT_FDCWD;
	ssize_t n;

	if (index < 0 || index >= OBSERVED_PATHS_MAX)
		return -EINVAL;
	row = &observed->row->paths[index];
	if (row->path == OBSERVED_NONE)
		return -EINVAL;
	address = observed->args[row->path];
	if (row->dirfd != OBSERVED_NONE)
		dirfd = (int)observed->args[row->dirfd]; /* it is int there */
	name[0] = '\0';
	if (address || !can_be_empty(observed, address)) {
		n = observe_name(observed, address, name, sizeof(name));
		if (n < 0)
			return (int)n;
		if (n == 0 && !can_be_empty(observed, address))
			return -ENOENT;
	}
	return observe_join(observed, dirfd, name, ret);
}

static unsigned int use_of_flags(uint64_t flags)
{
	unsigned int use;

	if (flags & O_PATH)
		return USE_SEE;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return USE_ENTRY | USE_WRITE;
	if ((flags & O_ACCMODE) == O_RDONLY)
		use = flags & O_DIRECTORY ? USE_LIST : USE_READ;
	else if ((flags & O_ACCMODE) == O_WRONLY)
		use = USE_WRITE;
	else
		use = USE_READ | USE_WRITE;
	if (flags & O_TRUNC)
		use |= USE_WRITE;
	if (flags & O_CREAT)
		use |= USE_ENTRY;
	return use;
}

unsigned int observe_use(const struct observed *observed, int index)
{
	const struct observed_call *row = observed->row;
	struct open_request how;

	if (index < 0 || index >= OBSERVED_PATHS_MAX ||
	    row->paths[index].path == OBSERVED_NONE)
		return 0;
	if (observed->call == CALL_creat)
		return use_of_flags(O_WRONLY | O_CREAT | O_TRUNC);
	if (row->kind == OBSERVED_OPEN)
		return use_of_flags((uint32_t)observed->args[row->flags]);
	if (row->kind != OBSERVED_OPEN_HOW)
		return row->paths[index].use;
	/* Flags that cannot be read: the kernel cannot read them either. */
	if (observe_bytes(observed->tid, observed->args[row->flags], &how,
			  sizeof(how)) < 0)
		return 0;
	return use_of_flags(how.flags);
}

void observe_normalize(char *path)
{
	char *to = path;
	const char *from = path;

	while (*from) {
		size_t n;

		from += strspn(from, "/");
		n = strcspn(from, "/");
		if (n == 2 && from[0] == '.' && from[1] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (n > 0 && !(n == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

void observe_program(pid_t tid, char *ret, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)tid);
	if (size && read_small_file(AT_FDCWD, path, ret, size) < 0)
		*ret = '\0';
}
