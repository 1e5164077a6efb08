/*
 * What the tests of fh_spawn() share: spawning a shell or this very program,
 * collecting what it says, and looking at the descriptors of the host.
 */
#ifndef FH_TESTS_SPAWN_STAND_H
#define FH_TESTS_SPAWN_STAND_H

#include <dirent.h>
#include <fumehood/fumehood.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tap.h"

#define UNUSED __attribute__((unused))

/* A failing call says why, and not only that it did. */
#define check_ok(call)                                                         \
	do {                                                                   \
		struct fh_error err = { 0 };                                   \
		int stand_r = (call);                                          \
		if (stand_r != 0)                                              \
			tap_fail(__FILE__, __LINE__, "%s: %d, %s", #call,      \
				 stand_r, err.what);                           \
	} while (0)

/* It fails with this errno, and err tells the same. */
#define check_fails(call, expected)                                            \
	do {                                                                   \
		struct fh_error err = { 0 };                                   \
		int stand_r = (call);                                          \
		if (stand_r != (expected) || err.code != stand_r ||            \
		    !*err.what)                                                \
			tap_fail(__FILE__, __LINE__,                           \
				 "%s: %d, not %d; err: %d, \"%s\"", #call,     \
				 stand_r, (expected), err.code, err.what);     \
	} while (0)

UNUSED static const char *self_path(void)
{
	static char path[PATH_MAX];

	if (!*path) {
		ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

		check(n > 0);
	}
	return path;
}

/* The default, and this very program, to play a part inside. */
UNUSED static struct fh_policy *self_policy(void)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy);
	check_ok(fh_policy_allow(policy, FH_READ | FH_EXEC, self_path(), &err));
	return policy;
}

#define SHELL(script) ((char *[]){ "/bin/sh", "-c", (char *)(script), NULL })

UNUSED static struct fh_spawn_options options_with(enum fh_stream_kind in,
						   enum fh_stream_kind out,
						   enum fh_stream_kind error)
{
	return (struct fh_spawn_options){ .size = sizeof(struct fh_spawn_options),
		.streams = { { .kind = in }, { .kind = out },
			     { .kind = error } } };
}

/* Spawns with the default policy, or aborts the test. */
UNUSED static struct fh_box *start_box(char *const *argv,
				       const struct fh_spawn_options *options)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_box *box = NULL;

	check(policy);
	check_ok(fh_spawn(policy, argv, options, &box, &err));
	fh_policy_free(policy);
	check(box);
	return box;
}

UNUSED static struct fh_result end_of(struct fh_box *box)
{
	struct fh_result result;

	memset(&result, 0xa5, sizeof(result));
	check_ok(fh_wait(box, 20000, &result, &err));
	return result;
}

UNUSED static void check_exit(struct fh_box *box, int exit_code)
{
	struct fh_result result = end_of(box);

	if (result.reason != FH_END_EXITED || result.exit_code != exit_code)
		tap_fail(__FILE__, __LINE__, "%s, exit code %d, not %d: %s",
			 fh_end_name(result.reason), result.exit_code, exit_code,
			 result.error.what);
}

/* Everything up to the end of file, as a string. */
UNUSED static size_t read_all(int fd, char *ret, size_t size)
{
	size_t have = 0;

	for (;;) {
		ssize_t n = read(fd, ret + have, size - 1 - have);

		if (n < 0 && errno == EINTR)
			continue;
		check(n >= 0);
		if (n == 0)
			break;
		have += (size_t)n;
		check(have < size - 1);
	}
	ret[have] = '\0';
	return have;
}

/* Takes the box's output, waits for a clean end, and frees it. */
UNUSED static size_t finish_output(struct fh_box *box, char *ret, size_t size)
{
	int fd = fh_box_stream(box, 1);
	size_t len;

	check(fd > 2);
	len = read_all(fd, ret, size);
	close(fd);
	check_exit(box, 0);
	fh_box_free(box);
	return len;
}

/* The descriptors of this process, with what they are, one a line. */
UNUSED static void list_descriptors(char *ret, size_t size)
{
	DIR *dir = opendir("/proc/thread-self/fd");
	char names[512][12], link[PATH_MAX];
	struct dirent *entry;
	size_t n = 0, len = 0;

	check(dir);
	*ret = '\0';
	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.' || atoi(entry->d_name) == dirfd(dir))
			continue;
		check(n < 512);
		snprintf(names[n++], sizeof(names[0]), "%.11s", entry->d_name);
	}
	for (size_t i = 0; i < n; i++) {
		ssize_t got = readlinkat(dirfd(dir), names[i], link,
					 sizeof(link) - 1);

		check(got > 0);
		link[got] = '\0';
		len += (size_t)snprintf(ret + len, size - len, "%s %s %d\n",
					names[i], link,
					fcntl(atoi(names[i]), F_GETFD));
		check(len < size);
	}
	closedir(dir);
}

UNUSED static void until(bool (*is_so)(void *ctx), void *ctx, const char *what)
{
	for (int i = 0; i < 1500; i++) {
		if (is_so(ctx))
			return;
		usleep(10000);
	}
	tap_fail(__FILE__, __LINE__, "never became true: %s", what);
}

/* How many processes have this word in their command line? */
UNUSED static int count_marked(const char *mark)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	check(dir);
	while ((entry = readdir(dir))) {
		char path[300], line[4096];
		ssize_t n;
		int fd;

		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, line, sizeof(line) - 1);
		close(fd);
		if (n > 0 && memmem(line, (size_t)n, mark, strlen(mark)))
			found++;
	}
	closedir(dir);
	return found;
}

struct marked {
	const char *mark;
	int n;
};

UNUSED static bool is_marked(void *ctx)
{
	struct marked *marked = ctx;

	return count_marked(marked->mark) == marked->n;
}

/* Until so many processes are there that have the word in their arguments. */
UNUSED static void await_marked(const char *mark, int n)
{
	struct marked marked = { mark, n };

	until(is_marked, &marked, "the number of marked processes");
}

/* A user namespace in which there can be no other: the tier of Landlock and
 * the filter alone. What is spawned then still works. */
UNUSED static void deny_namespaces(void)
{
	unsigned int uid = getuid(), gid = getgid();
	const char *const files[] = { "/proc/self/setgroups",
		"/proc/self/uid_map", "/proc/self/gid_map",
		"/proc/sys/user/max_user_namespaces" };
	char texts[4][64] = { "deny", "", "", "0" };

	snprintf(texts[1], sizeof(texts[1]), "%u %u 1\n", uid, uid);
	snprintf(texts[2], sizeof(texts[2]), "%u %u 1\n", gid, gid);
	if (unshare(CLONE_NEWUSER) < 0)
		skip("no user namespace can be made here");
	for (int i = 0; i < 4; i++) {
		int fd = open(files[i], O_WRONLY | O_CLOEXEC);

		check(fd >= 0);
		check_int(write(fd, texts[i], strlen(texts[i])),
			  strlen(texts[i]));
		close(fd);
	}
}

/* A test once more, in the tier without namespaces, under this name. */
#define WITHOUT_NAMESPACES(name, test)                                         \
	static void name(void)                                                 \
	{                                                                      \
		deny_namespaces();                                             \
		test();                                                        \
	}

#endif
