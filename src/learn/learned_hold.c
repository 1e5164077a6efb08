/* Decides what is not granted although it was used. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "learn/learned.h"
#include "tables/sensitive.h"

#define LOOK_DEPTH_MAX 64

/* Directories with many owners and purposes; "*": any name. */
static const char *const shared_directories[] = {
	"/bin", "/boot", "/dev", "/etc", "/home", "/home/*", "/lib", "/lib32",
	"/lib64", "/libx32", "/media", "/media/*", "/mnt", "/opt", "/proc",
	"/root", "/run", "/run/media", "/sbin", "/srv", "/sys", "/tmp", "/usr",
	"/usr/lib", "/usr/local", "/usr/share", "/var", "/var/cache", "/var/db",
	"/var/lib", "/var/opt", "/var/spool", "/var/tmp",
};

bool learned_is_accepted(const struct learned *learned, const char *path)
{
	const struct seen_names *accepted = &learned->evidence->accepted;

	for (size_t i = 0; i < accepted->n; i++)
		if (path_is_within(path, accepted->names[i]))
			return true;
	return false;
}

const char *learned_why_not(const struct learned *learned, const char *path,
			    bool for_writing)
{
	const struct sensitive_path *row;

	if (learned_is_accepted(learned, path))
		return NULL;
	row = sensitive_find(path, learned->evidence->home, for_writing);
	return row ? row->what : NULL;
}

static bool is_shared(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared_directories); i++) {
		const char *shared = shared_directories[i];
		size_t n = strlen(shared);

		if (strcmp(path, shared) == 0)
			return true;
		if (shared[n - 1] == '*' && strncmp(path, shared, n - 1) == 0 &&
		    !strchr(path + n - 1, '/'))
			return true;
	}
	return false;
}

struct look {
	struct learned *learned;
	bool for_writing;
	int depth;
	size_t n_top; /* bytes of the directory itself, with its slash */
	char path[PATH_MAX];
	const char *found;
};

static void look_into(struct look *look, int parent, const char *name);

static void look_at(struct look *look, int directory, const char *name,
		    bool is_directory)
{
	size_t len = strlen(look->path);
	const struct sensitive_path *row;

	if (!look->learned->n_looks_left--) {
		look->learned->n_looks_left = 0;
		look->found = "too much is in it to look through";
		return;
	}
	if ((size_t)snprintf(look->path + len, sizeof(look->path) - len, "/%s",
			     name) >= sizeof(look->path) - len) {
		look->found = "names in it are too long to look through";
	} else if (!learned_is_accepted(look->learned, look->path)) {
		row = sensitive_find(look->path, look->learned->evidence->home,
				     look->for_writing);
		if (row)
			look->found = arena_print(&look->learned->arena,
						  "holds %s: %s",
						  look->path + look->n_top,
						  row->what);
		else if (is_directory)
			look_into(look, directory, name);
	}
	look->path[len] = '\0';
}

static bool is_directory(int parent, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(parent, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* What we cannot look into, the program cannot either. */
static void look_into(struct look *look, int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					      O_CLOEXEC | O_NONBLOCK);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_close(&fd);
		return;
	}
	if (++look->depth > LOOK_DEPTH_MAX)
		look->found = "too deep to look through";
	while (!look->found && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			look_at(look, dirfd(dir), entry->d_name,
				is_directory(dirfd(dir), entry));
	}
	look->depth--;
	closedir(dir);
}

const char *learned_why_not_all(struct learned *learned, const char *directory,
				bool for_writing)
{
	struct look look = { .learned = learned, .for_writing = for_writing };
	const char *why = learned_why_not(learned, directory, for_writing);

	if (why || learned_is_accepted(learned, directory))
		return why;
	if (is_shared(directory))
		return "a directory of many purposes";
	if (sensitive_is_beneath(directory, learned->evidence->home))
		return "sensitive things lie beneath it";
	if (access(directory, F_OK) < 0)
		return "it is not there";
	snprintf(look.path, sizeof(look.path), "%s", directory);
	look.n_top = strlen(directory) + 1;
	look_into(&look, AT_FDCWD, directory);
	return look.found;
}

size_t learned_count_entries(const char *directory, size_t bound)
{
	DIR *dir = opendir(directory);
	size_t n = 0;

	if (!dir)
		return 0;
	while (n < bound + 3 && readdir(dir))
		n++;
	closedir(dir);
	return n > 2 ? n - 2 : 0;
}
