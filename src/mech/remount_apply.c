/* Walks mountinfo to restrict a tree one mount at a time (before Linux 5.12). */
#include "mech/remount_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/number.h"
#include "sys/mounts_calls.h"

#define MOUNTINFO_LINE_MAX 8192

struct walk {
	char prefix[PATH_MAX]; /* of the tree, as mountinfo shows it */
	size_t prefix_len;
	uint64_t attr;
};

/* One descriptor's worth of path; needs a /proc at its usual place. */
static int remount_fd(int fd, uint64_t attr)
{
	unsigned long flags = MS_REMOUNT | MS_BIND;
	char path[64] = "/proc/self/fd/";
	struct statvfs now;

	if (fstatvfs(fd, &now) < 0)
		return -errno;
	number_format(path + strlen(path), (uint64_t)fd);
	flags |= attr & MNT_ATTR_RDONLY || now.f_flag & ST_RDONLY ? MS_RDONLY
								  : 0;
	flags |= attr & MNT_ATTR_NOSUID || now.f_flag & ST_NOSUID ? MS_NOSUID
								  : 0;
	flags |= attr & MNT_ATTR_NODEV || now.f_flag & ST_NODEV ? MS_NODEV : 0;
	flags |= attr & MNT_ATTR_NOEXEC || now.f_flag & ST_NOEXEC ? MS_NOEXEC
								  : 0;
	return mnt_mount(NULL, path, NULL, flags, NULL);
}

static int remount_path(const char *path, uint64_t attr)
{
	int fd = open(path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return -errno;
	r = remount_fd(fd, attr);
	close(fd);
	return r;
}

/* mountinfo writes blank, tab, newline and backslash as \ooo. */
static size_t unescape(char *s)
{
	char *out = s, *in = s;

	while (*in) {
		if (in[0] == '\\' && in[1] && in[2] && in[3]) {
			*out++ = (char)((in[1] - '0') << 6 |
					(in[2] - '0') << 3 | (in[3] - '0'));
			in += 4;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return (size_t)(out - s);
}

/* The mount point is the fifth word of a line. */
static char *mount_point(char *line)
{
	char *word = line, *end;

	for (int i = 0; i < 4; i++) {
		word = strchr(word, ' ');
		if (!word)
			return NULL;
		word++;
	}
	end = strchr(word, ' ');
	if (!end)
		return NULL;
	*end = '\0';
	unescape(word);
	return word;
}

static int remount_line(const struct walk *walk, char *line)
{
	char *path = mount_point(line);

	if (!path)
		return -EBADMSG;
	if (strncmp(path, walk->prefix, walk->prefix_len) != 0 ||
	    path[walk->prefix_len] != '/')
		return 0;
	return remount_path(path, walk->attr);
}

/* Feeds whole lines of /proc/self/mountinfo to remount_line(). */
static int remount_submounts(const struct walk *walk)
{
	char buffer[MOUNTINFO_LINE_MAX];
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	int r = 0;

	if (fd < 0)
		return -errno;
	while (r == 0) {
		ssize_t n = read(fd, buffer + have, sizeof(buffer) - have);
		char *line = buffer, *end;

		if (n <= 0) {
			r = n < 0 ? -errno : have ? -EBADMSG : 0;
			break;
		}
		have += (size_t)n;
		while (r == 0 &&
		       (end = memchr(line, '\n',
				     have - (size_t)(line - buffer)))) {
			*end = '\0';
			r = remount_line(walk, line);
			line = end + 1;
		}
		have -= (size_t)(line - buffer);
		memmove(buffer, line, have);
		if (have == sizeof(buffer))
			r = -EOVERFLOW;
	}
	close(fd);
	return r;
}

int remount_tree(int root, const char *target, uint64_t attr)
{
	struct walk walk = { .attr = attr };
	char link[64] = "/proc/self/fd/";
	ssize_t n;
	int fd, r;

	fd = open_resolved(root, target, O_PATH | O_CLOEXEC,
			   OPEN_IN_ROOT | OPEN_NO_SYMLINKS);
	if (fd < 0)
		return fd;
	number_format(link + strlen(link), (uint64_t)fd);
	n = readlink(link, walk.prefix, sizeof(walk.prefix) - 1);
	if (n < 0 || (size_t)n == sizeof(walk.prefix) - 1) {
		r = n < 0 ? -errno : -ENAMETOOLONG;
	} else {
		walk.prefix_len = (size_t)n;
		r = remount_fd(fd, attr);
	}
	close(fd);
	return r < 0 ? r : remount_submounts(&walk);
}
