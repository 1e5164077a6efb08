/*
 * What the storm of kills leans on: a directory of its own, what a run may leave
 * behind, and a cgroup that root delegates to the user of the tests.
 */
#ifndef FH_TESTS_STORM_STAND_H
#define FH_TESTS_STORM_STAND_H

#include <grp.h>
#include <sys/mount.h>

#include "spawn_stand.h"

#define STORM_SECONDS 3600 /* ten thousand take their time */
#define STORM_USER 4242
#define LEFTOVERS_MAX 1024
#define LEFTOVERS_WAIT_S 20

/* --- a directory of its own --------------------------------------------------- */

static char work[PATH_MAX];

UNUSED static void work_begin(void)
{
	strcpy(work, "/tmp/storm.XXXXXX");
	check(mkdtemp(work));
	check(chdir(work) == 0);
}

UNUSED static void work_end(void)
{
	unlink("report.json");
	check(chdir("/") == 0);
	if (rmdir(work) < 0)
		tap_fail(__FILE__, __LINE__, "%s: %s", work, strerror(errno));
}

/* --- processes ----------------------------------------------------------------- */

/* Each child of ours, also those that others left to us. */
static int each_child(void (*what)(pid_t pid))
{
	char path[64];
	FILE *list;
	int pid, n = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	list = fopen(path, "re");
	check(list);
	for (; fscanf(list, "%d", &pid) == 1; n++)
		what(pid);
	fclose(list);
	return n;
}

static void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
}

UNUSED static int kill_children(void)
{
	return each_child(kill_child);
}

static void show_child(pid_t pid)
{
	char path[64], line[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	for (int i = 0; file && i < 3 && fgets(line, sizeof(line), file); i++)
		printf("# %d %s", (int)pid, line);
	if (file)
		fclose(file);
}

UNUSED static void show_children(void)
{
	each_child(show_child);
	kill_children();
}

/* --- files and mounts ------------------------------------------------------------ */

struct leftovers {
	char *names[LEFTOVERS_MAX];
	size_t n;
};

static void leftovers_add(struct leftovers *ret, const char *directory,
			  const char *name)
{
	check(ret->n < LEFTOVERS_MAX);
	check(asprintf(&ret->names[ret->n++], "%s/%s", directory, name) > 0);
}

/* Ours; other runs of the suites have their stages beside us. */
static void leftovers_of(struct leftovers *ret, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	struct stat st;

	check(dir);
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' &&
		    strncmp(entry->d_name, "fumehood-stage.", 15) != 0 &&
		    strncmp(entry->d_name, "fumehood-log.", 13) != 0 &&
		    fstatat(dirfd(dir), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_uid == geteuid())
			leftovers_add(ret, directory, entry->d_name);
	closedir(dir);
}

static void mounts_of(struct leftovers *ret)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];

	check(file);
	while (fgets(line, sizeof(line), file))
		leftovers_add(ret, "mount", line);
	fclose(file);
}

static void leftovers_note(struct leftovers *ret)
{
	const char *const places[] = { "/tmp", "/dev/shm", getenv("TMPDIR"),
				       getenv("HOME"), work };

	ret->n = 0;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i] && access(places[i], R_OK | X_OK) == 0)
			leftovers_of(ret, places[i]);
	mounts_of(ret);
}

static bool has_leftover(const struct leftovers *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->names[i], name) == 0)
			return true;
	return false;
}

/* What is new since, except for the report, which is no leftover. */
static void leftovers_new(const struct leftovers *before, struct leftovers *ret)
{
	struct leftovers now;

	leftovers_note(&now);
	ret->n = 0;
	for (size_t i = 0; i < now.n; i++)
		if (!has_leftover(before, now.names[i]) &&
		    !strstr(now.names[i], "/report.json"))
			ret->names[ret->n++] = now.names[i];
}

UNUSED static size_t leftovers_count(const struct leftovers *before)
{
	struct leftovers found;

	leftovers_new(before, &found);
	return found.n;
}

/* Others are about, whose files come and go: what was left behind stays. */
static void check_no_leftovers(const struct leftovers *before)
{
	struct leftovers stayed, found;

	leftovers_new(before, &stayed);
	for (int s = 0; stayed.n && s < LEFTOVERS_WAIT_S; s++) {
		size_t n = 0;

		sleep(1);
		leftovers_new(before, &found);
		for (size_t i = 0; i < stayed.n; i++)
			if (has_leftover(&found, stayed.names[i]))
				stayed.names[n++] = stayed.names[i];
		stayed.n = n;
	}
	for (size_t i = 0; i < stayed.n; i++)
		printf("# left behind: %s\n", stayed.names[i]);
	check_int(stayed.n, 0);
}

/* --- a delegated cgroup ------------------------------------------------------------ */

struct delegation {
	char path[PATH_MAX];
};

static bool is_cgroup2(const char *path)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	return access(file, W_OK) == 0 &&
	       (snprintf(file, sizeof(file), "%s/cgroup.controllers", path),
		access(file, R_OK) == 0);
}

static void give(const char *directory, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	check(chown(path, STORM_USER, STORM_USER) == 0);
}

static void delegation_give(const char *directory)
{
	give(directory, "");
	give(directory, "cgroup.procs");
	give(directory, "cgroup.threads");
	give(directory, "cgroup.subtree_control");
}

/* As a systemd with Delegate= would do it, in the hierarchy of version 2, which
 * this process then sees where a unified host has it. */
UNUSED static void delegation_make(struct delegation *ret)
{
	const char *root = "/sys/fs/cgroup/unified";
	char path[PATH_MAX + 16];

	if (!is_cgroup2(root))
		root = "/sys/fs/cgroup";
	if (!is_cgroup2(root))
		skip("no cgroup v2 hierarchy is mounted");
	check(unshare(CLONE_NEWNS) == 0);
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	if (strcmp(root, "/sys/fs/cgroup") != 0)
		check(mount(root, "/sys/fs/cgroup", NULL, MS_BIND, NULL) == 0);
	snprintf(ret->path, sizeof(ret->path),
		 "/sys/fs/cgroup/fumehood-test-storm-%d", (int)getpid());
	check(mkdir(ret->path, 0755) == 0);
	snprintf(path, sizeof(path), "%s/shell", ret->path);
	check(mkdir(path, 0755) == 0);
	delegation_give(ret->path);
	delegation_give(path);
}

/* The calling process goes there and becomes the user. */
UNUSED static void delegation_enter(const struct delegation *delegation)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/shell/cgroup.procs", delegation->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	check(fd >= 0 && write(fd, "0", 1) == 1);
	close(fd);
	check(setgroups(0, NULL) == 0);
	check(setresgid(STORM_USER, STORM_USER, STORM_USER) == 0);
	check(setresuid(STORM_USER, STORM_USER, STORM_USER) == 0);
}

/* How many boxes have one beneath the shell's now. */
UNUSED static int delegation_count(const struct delegation *delegation)
{
	char path[PATH_MAX + 16];
	struct dirent *entry;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/shell", delegation->path);
	dir = opendir(path);
	check(dir);
	while ((entry = readdir(dir)))
		n += entry->d_type == DT_DIR && *entry->d_name != '.';
	closedir(dir);
	return n;
}

/* Removes what is there, and says what should not have been. Return: how many */
static int remove_tree(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir))) {
		char child[PATH_MAX];

		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		snprintf(child, sizeof(child), "%.3500s/%s", path, entry->d_name);
		n += remove_tree(child, depth + 1);
		if (depth > 0 || strcmp(entry->d_name, "shell") != 0) {
			printf("# cgroup left behind: %s\n", child);
			n++;
		}
	}
	if (dir)
		closedir(dir);
	rmdir(path);
	return n;
}

UNUSED static void delegation_end(const struct delegation *delegation)
{
	check_int(remove_tree(delegation->path, 0), 0);
	check(access(delegation->path, F_OK) < 0 && errno == ENOENT);
}

#endif
