/* Follows a path inside a box from outside. */
#include "explain/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "observe/observe.h"
#include "sys/mounts_calls.h"

#define LINKS_MAX 40 /* as many as the kernel follows */

/* A path on its way. */
struct walk {
	int root;
	bool follows;
	char path[PATH_MAX];
	struct place *place;
};

static int open_in(const struct walk *w, const char *path, int flags)
{
	return open_resolved(w->root, path, O_PATH | O_CLOEXEC | flags,
			     OPEN_IN_ROOT | OPEN_NO_MAGICLINKS);
}

static int real_name(int fd, char ret[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, PATH_MAX);
	if (n < 0)
		return -errno;
	if (n == PATH_MAX || ret[0] != '/')
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return 0;
}

static int arrive(struct walk *w, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	w->place->exists = true;
	w->place->mode = st.st_mode;
	return real_name(fd, w->place->path);
}

static int join(char ret[PATH_MAX], const char *a, const char *b,
		const char *rest)
{
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%s/%s%s", a, b, rest);

	if (n < 0 || (size_t)n >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(ret, joined, (size_t)n + 1);
	return 0;
}

/* Of what is not there yet, what lies before a ".." is needed, too. */
static void note_way(struct place *place)
{
	char *up = strstr(place->path, "/../");

	place->way[0] = '\0';
	if (!up) {
		size_t len = strlen(place->path);

		if (len >= 3 && strcmp(place->path + len - 3, "/..") == 0)
			up = place->path + len - 3;
	}
	if (!up)
		return;
	memcpy(place->way, place->path, (size_t)(up - place->path));
	place->way[up - place->path] = '\0';
	place->is_winding = strstr(up + 3, "/..") != NULL;
}

/* The directory is there; of the name in it only a link may be.
 * Return: 1 when the path is another now, 0 when it has ended */
static int stop_at(struct walk *w, int directory, const char *name, size_t len)
{
	char above[PATH_MAX], link[PATH_MAX], part[NAME_MAX + 1];
	const char *rest = name + len;
	ssize_t n = -1;
	int r = real_name(directory, above);

	if (r < 0 || len > NAME_MAX)
		return r < 0 ? r : -ENAMETOOLONG;
	if (!above[1])
		above[0] = '\0'; /* the slash comes with the name */
	memcpy(part, name, len);
	part[len] = '\0';
	if (*rest || w->follows)
		n = readlinkat(directory, part, link, sizeof(link) - 1);
	if (n < 0) {
		r = join(w->place->path, above, part, rest);
		if (r == 0) {
			note_way(w->place);
			observe_normalize(w->place->path);
		}
		return r;
	}
	link[n] = '\0';
	r = join(w->path, *link == '/' ? "" : above, link + (*link == '/'),
		 rest);
	return r < 0 ? r : 1;
}

/* From the end to the beginning, until a directory can be opened. */
static int climb(struct walk *w)
{
	size_t end = strlen(w->path);

	while (end > 0) {
		char above[PATH_MAX];
		size_t slash = end;
		int fd, r;

		while (slash > 0 && w->path[slash - 1] != '/')
			slash--;
		memcpy(above, w->path, slash);
		above[slash] = '\0';
		fd = open_in(w, slash > 1 ? above : "/", O_DIRECTORY);
		if (fd >= 0) {
			r = stop_at(w, fd, w->path + slash, end - slash);
			close(fd);
			return r;
		}
		end = slash ? slash - 1 : 0;
		while (end > 0 && w->path[end - 1] == '/')
			end--;
	}
	return -ENOENT;
}

static int go(struct walk *w)
{
	for (int links = 0; links < LINKS_MAX; links++) {
		int fd, r;

		if (path_is_within(w->path, "/proc")) {
			memcpy(w->place->path, w->path, strlen(w->path) + 1);
			observe_normalize(w->place->path);
			return 0;
		}
		fd = open_in(w, w->path, w->follows ? 0 : O_NOFOLLOW);
		r = fd < 0 ? climb(w) : arrive(w, fd);
		cleanup_close(&fd);
		if (r <= 0)
			return r;
	}
	return -ELOOP;
}

int place_find(pid_t tid, const char *path, bool follows, struct place *ret)
{
	struct walk w = { .follows = follows, .place = ret };
	char root[32];
	int r;

	*ret = (struct place){ 0 };
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(w.path, path, strlen(path) + 1);
	snprintf(root, sizeof(root), "/proc/%d/root", (int)tid);
	w.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.root < 0)
		return -errno;
	r = go(&w);
	close(w.root);
	return r;
}
