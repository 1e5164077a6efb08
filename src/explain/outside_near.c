/* Tells whether looking a name up outside would tell a machine elsewhere of it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "explain/doubt.h"
#include "sys/mounts_calls.h"

#define RESOLVE_FROM_CACHE UINT64_C(0x20) /* RESOLVE_CACHED: Linux 5.12 */
#define LINKS_MAX 40			  /* as many as the kernel follows */

/*
 * There a name chooses a machine, which is then asked: /net/HOST, /afs/CELL. The
 * program chooses the name, and has no network to tell anybody anything; so only
 * what is mounted, and known, is looked up. include/uapi/linux/magic.h
 */
static bool is_chooser(int directory)
{
	struct statfs fs;

	if (fstatfs(directory, &fs) < 0)
		return true;
	return fs.f_type == 0x0187 /* AUTOFS */ ||
	       fs.f_type == 0x6b414653 /* AFS_FS */ ||
	       fs.f_type == 0x5346414f /* AFS */;
}

/* Never the last of a walk to the kernel that would mount something. */
static int step(int directory, const char *name)
{
	int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, fd;

	if (is_chooser(directory)) {
		fd = open_resolved(directory, name, (uint64_t)flags,
				   RESOLVE_FROM_CACHE);
		return fd < 0 ? -EREMOTE : fd;
	}
	fd = openat(directory, name, flags);
	return fd < 0 ? -errno : fd;
}

/* Puts where a link leads before what is left of the path. */
static bool expand(int link, char rest[PATH_MAX], const char *left)
{
	char expanded[PATH_MAX];
	ssize_t n = readlinkat(link, "", expanded, sizeof(expanded));
	size_t len = strlen(left);

	if (n <= 0 || (size_t)n + 1 + len >= sizeof(expanded))
		return false;
	expanded[n] = '/';
	memcpy(expanded + n + 1, left, len + 1);
	memcpy(rest, expanded, (size_t)n + len + 2);
	return true;
}

/* What cannot be walked to the end is looked up no further by anybody else. */
static bool walk(int *directory, char rest[PATH_MAX])
{
	const char *at = rest;

	for (int links = 0; links < LINKS_MAX;) {
		char name[NAME_MAX + 1];
		struct stat st;
		size_t n;
		int fd;

		at += strspn(at, "/");
		n = strcspn(at, "/");
		if (!n || n > NAME_MAX)
			return true;
		memcpy(name, at, n);
		name[n] = '\0';
		at += n;
		fd = step(*directory, name);
		if (fd < 0)
			return fd != -EREMOTE;
		if (fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
			bool is_expanded = expand(fd, rest, at);

			close(fd);
			if (!is_expanded)
				return true;
			at = rest;
			links++;
			if (*rest != '/')
				continue;
			fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		}
		close(*directory);
		*directory = fd;
	}
	return true;
}

bool outside_is_near(const char *path)
{
	autoclose int directory = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char rest[PATH_MAX];

	if (directory < 0 || strlen(path) >= sizeof(rest))
		return false;
	memcpy(rest, path, strlen(path) + 1);
	return walk(&directory, rest);
}
