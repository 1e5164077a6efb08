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
	const char *narrow[LEARNED_NARROW_MAX]; /* for reading alone */
	size_t n_narrow;
	size_t n_top; /* bytes of the directory itself, with its slash */
	char path[PATH_MAX];
	const char *found;
	bool has_failed; /* out of memory */
};

static void look_into(struct look *look, int parent, const char *name);

/* Sensitive, here: does it have to be held back as a whole for that? */
static void find(struct look *look, const struct sensitive_path *row)
{
	struct arena *arena = &look->learned->arena;
	const char *copy;

	if (row->is_for_writing && look->n_narrow < LEARNED_NARROW_MAX) {
		copy = arena_copy(arena, look->path);
		look->narrow[look->n_narrow++] = copy;
		look->has_failed |= !copy;
		return;
	}
	look->found = arena_print(arena, "holds %s: %s",
				  look->path + look->n_top, row->what);
	look->has_failed |= !look->found;
	if (!look->found)
		look->found = row->what;
}

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
			find(look, row);
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

static void look_from(struct look *look, const char *directory)
{
	snprintf(look->path, sizeof(look->path), "%s", directory);
	look->n_top = strlen(directory) + 1;
	look_into(look, AT_FDCWD, directory);
}

const char *learned_why_not_all(struct learned *learned, const char *directory,
				bool for_writing)
{
	struct look look = { .learned = learned, .for_writing = for_writing };
	const char *why = learned_why_not(learned, directory, for_writing);

	if (why || learned_is_accepted(learned, directory))
		return why;
	if (is_shared(directory) ||
	    evidence_is_temporary(learned->evidence, directory))
		return "a directory of many purposes";
	if (sensitive_is_beneath(directory, learned->evidence->home))
		return "sensitive things lie beneath it";
	if (access(directory, F_OK) < 0)
		return "it is not there";
	look_from(&look, directory);
	return look.found;
}

static int narrow(struct learned *learned, size_t at)
{
	struct look look = { .learned = learned, .for_writing = true };
	struct wish wish = { .access = learned->wishes[at].access & ~FH_WRITE,
			     .is_narrow = true };
	int r = 0;

	look_from(&look, learned->wishes[at].path);
	if (look.has_failed)
		return -ENOMEM;
	learned->wishes[at].held = look.found;
	for (size_t i = 0; r == 0 && !look.found && i < look.n_narrow; i++) {
		wish.path = look.narrow[i];
		r = learned_add_wish(learned, &wish);
	}
	return r;
}

int learned_narrow(struct learned *learned)
{
	size_t n = learned->n_wishes;
	const char *around = NULL; /* the last that was looked through */
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct wish *wish = &learned->wishes[i];

		if (wish->held || !wish->is_directory ||
		    !(wish->access & FH_WRITE) ||
		    learned_is_accepted(learned, wish->path) ||
		    (around && path_is_within(wish->path, around)))
			continue;
		around = wish->path;
		r = narrow(learned, i);
	}
	learned_sort(learned);
	return r;
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
