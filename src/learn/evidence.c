/* Takes in the paths that a program used, within bounds whatever it does. */
#include "learn/evidence.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "base/scratch.h"
#include "learn/evidence_store.h"

struct evidence *evidence_new(const char *home)
{
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	char normal[PATH_MAX];

	if (!evidence)
		return NULL;
	evidence->path_slots = calloc(EVIDENCE_SLOTS, sizeof(uint32_t));
	evidence->directory_slots = calloc(EVIDENCE_SLOTS, sizeof(uint32_t));
	if (home && *home == '/' && path_normalise("/", home, normal) == 0)
		evidence->home = arena_copy(&evidence->arena, normal);
	if (!evidence->path_slots || !evidence->directory_slots ||
	    (home && *home == '/' && !evidence->home)) {
		evidence_free(evidence);
		return NULL;
	}
	/* Without it somebody who is patient can make us slow, no more. */
	if (getrandom(&evidence->seed, sizeof(evidence->seed),
		      GRND_NONBLOCK) < 0)
		evidence->seed = (uintptr_t)evidence;
	return evidence;
}

void evidence_free(struct evidence *evidence)
{
	if (!evidence)
		return;
	policy_free(evidence->loaded);
	free(evidence->paths);
	free(evidence->directories);
	free(evidence->path_slots);
	free(evidence->directory_slots);
	arena_done(&evidence->arena);
	free(evidence);
}

int evidence_copy(struct evidence *evidence, const char *string,
		  const char **ret)
{
	size_t len = strlen(string) + 1;
	const char *copy;

	if (len > EVIDENCE_NAMES_MAX - evidence->n_name_bytes)
		return -E2BIG;
	copy = arena_copy(&evidence->arena, string);
	if (!copy)
		return -ENOMEM;
	evidence->n_name_bytes += len;
	*ret = copy;
	return 0;
}

static uint64_t hash_string(uint64_t hash, const char *string)
{
	for (; *string; string++) {
		hash = (hash ^ (unsigned char)*string) * 0x100000001b3u;
		hash ^= hash >> 29;
	}
	return hash;
}

/* The slot of a path, or the free one where it belongs. */
static uint32_t *path_slot(const struct evidence *evidence, const char *name,
			   const char *real)
{
	uint64_t hash = hash_string(evidence->seed, name);
	uint32_t *slots = evidence->path_slots;
	size_t at = hash_string(hash ^ '/', real) % EVIDENCE_SLOTS;

	for (; slots[at]; at = (at + 1) % EVIDENCE_SLOTS) {
		const struct seen *seen = &evidence->paths[slots[at] - 1];

		if (strcmp(seen->name, name) == 0 &&
		    strcmp(seen->real, real) == 0)
			break;
	}
	return &slots[at];
}

static uint32_t *directory_slot(const struct evidence *evidence,
				const char *real)
{
	uint32_t *slots = evidence->directory_slots;
	size_t at = hash_string(evidence->seed, real) % EVIDENCE_SLOTS;

	while (slots[at] &&
	       strcmp(evidence->directories[slots[at] - 1].real, real) != 0)
		at = (at + 1) % EVIDENCE_SLOTS;
	return &slots[at];
}

const struct seen *evidence_find(const struct evidence *evidence,
				 const char *real)
{
	uint32_t at = *path_slot(evidence, real, real);

	return at ? &evidence->paths[at - 1] : NULL;
}

const struct seen_directory *
evidence_find_directory(const struct evidence *evidence, const char *real)
{
	uint32_t at = *directory_slot(evidence, real);

	return at ? &evidence->directories[at - 1] : NULL;
}

static int grow(void **array, size_t n, size_t *size, size_t element)
{
	size_t want = *size ? *size * 2 : 256;
	void *more;

	if (n < *size)
		return 0;
	more = realloc(*array, want * element);
	if (!more)
		return -ENOMEM;
	*array = more;
	*size = want;
	return 0;
}

static uint16_t cwd_part(const struct evidence *evidence, const char *real)
{
	const char *cwd = evidence->cwd;

	return cwd && cwd[1] && path_is_within(real, cwd)
		       ? (uint16_t)strlen(cwd) : 0;
}

/* ret: one more than its index; 0: no room. */
static int need_directory(struct evidence *evidence, const char *real,
			  uint32_t *ret)
{
	uint32_t *slot = directory_slot(evidence, real);
	struct seen_directory directory = {
		.n_cwd = cwd_part(evidence, real),
	};
	int r;

	*ret = *slot;
	if (*slot || evidence->n_directories == EVIDENCE_PATHS_MAX)
		return 0;
	r = evidence_copy(evidence, real, &directory.real);
	if (r < 0)
		return r == -E2BIG ? 0 : r;
	if (grow((void **)&evidence->directories, evidence->n_directories,
		 &evidence->directories_size, sizeof(directory)) < 0)
		return -ENOMEM;
	evidence->directories[evidence->n_directories++] = directory;
	*ret = *slot = (uint32_t)evidence->n_directories;
	return 0;
}

/* Return: enum seen_type; -EACCES: where nobody gets, the program did not either */
static int type_of(const char *real, mode_t mode)
{
	struct stat st = { .st_mode = mode };

	if (!mode && lstat(real, &st) < 0)
		return errno == EACCES ? -EACCES : SEEN_OTHER;
	return S_ISDIR(st.st_mode) ? SEEN_DIRECTORY
	     : S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode) ? SEEN_DEVICE
	     : S_ISSOCK(st.st_mode) ? SEEN_SOCKET : SEEN_OTHER;
}

/* To make it normal is dear, and most end differently. */
static bool may_be(const char *argument, const char *name)
{
	size_t n = strlen(argument), n_name = strlen(name);

	return n && n_name &&
	       (argument[n - 1] == name[n_name - 1] ||
		argument[n - 1] == '/' || argument[n - 1] == '.');
}

/* Which argument it is; relative ones count from where the program started. */
static uint16_t argument_of(const struct evidence *evidence, const char *name,
			    const char *real)
{
	scratch char normal[PATH_MAX];

	for (size_t i = 1; evidence->argv && evidence->argv[i] &&
	     i < EVIDENCE_LIST_MAX; i++) {
		const char *argument = evidence->argv[i];

		if ((*argument != '/' && !evidence->cwd) ||
		    (!may_be(argument, name) && !may_be(argument, real)))
			continue;
		if (path_normalise(evidence->cwd ? evidence->cwd : "/",
				   argument, normal) == 0 && normal[1] &&
		    (strcmp(normal, name) == 0 || strcmp(normal, real) == 0))
			return (uint16_t)i;
	}
	return 0;
}

struct use {
	const char *name;
	const char *real;
	unsigned int use;
	mode_t mode;
	bool is_made;
};

static bool is_in_made(const struct evidence *evidence, const char *real)
{
	char path[PATH_MAX];

	for (memcpy(path, real, strlen(real) + 1); *path;
	     *strrchr(path, '/') = '\0') {
		const struct seen *seen = evidence_find(evidence, path);

		if (seen && seen->is_made)
			return true;
	}
	return false;
}

/* Return: 0; -E2BIG past a bound; -EACCES as type_of(); -ENOMEM */
static int add_record(struct evidence *evidence, const struct use *use,
		      uint32_t directory, uint32_t *ret_slot)
{
	struct seen_directory *parent = &evidence->directories[directory - 1];
	struct seen seen = {
		.directory = directory - 1,
		.argument = argument_of(evidence, use->name, use->real),
		.n_cwd = cwd_part(evidence, use->real),
		.is_made = use->is_made || is_in_made(evidence, use->real),
	};
	int type, r;

	if (parent->n_children == EVIDENCE_CHILDREN_MAX ||
	    evidence->n_paths == EVIDENCE_PATHS_MAX)
		return -E2BIG;
	type = seen.is_made ? SEEN_OTHER : type_of(use->real, use->mode);
	if (type < 0)
		return type;
	seen.type = (uint8_t)type;
	r = evidence_copy(evidence, use->real, &seen.real);
	seen.name = seen.real;
	if (r == 0 && strcmp(use->name, use->real) != 0)
		r = evidence_copy(evidence, use->name, &seen.name);
	if (r < 0)
		return r;
	if (grow((void **)&evidence->paths, evidence->n_paths,
		 &evidence->paths_size, sizeof(seen)) < 0)
		return -ENOMEM;
	parent->n_children++;
	evidence->paths[evidence->n_paths++] = seen;
	*ret_slot = (uint32_t)evidence->n_paths;
	return 0;
}

static int take(struct evidence *evidence, const struct use *use,
		uint32_t directory)
{
	struct seen_directory *parent = &evidence->directories[directory - 1];
	uint32_t *slot = path_slot(evidence, use->name, use->real);
	bool is_known = *slot != 0;
	struct seen *seen;
	int r = is_known ? 0 : add_record(evidence, use, directory, slot);

	if (r == -E2BIG) {
		parent->n_more++;
		parent->more_use |= (uint8_t)use->use;
		evidence->counts.dropped++;
		return 0;
	}
	if (r < 0)
		return r == -EACCES ? 0 : r;
	seen = &evidence->paths[*slot - 1];
	seen->use |= (uint8_t)use->use;
	if (is_known && seen->argument &&
	    seen->argument != argument_of(evidence, use->name, use->real))
		seen->argument = 0;
	return 0;
}

/* Where a name that leads nowhere yet will be: its directory's real path, then its
 * last component. */
static int real_of_new(const char *path, char ret[PATH_MAX])
{
	const char *last = strrchr(path, '/');
	scratch char parent[PATH_MAX], real[PATH_MAX], normal[PATH_MAX];
	size_t n = last ? (size_t)(last - path) : 0;

	if (!last || !last[1] || n >= PATH_MAX ||
	    strcmp(last, "/..") == 0 || strcmp(last, "/.") == 0)
		return -EINVAL;
	memcpy(parent, path, n);
	parent[n] = '\0';
	if (!realpath(n ? parent : "/", real)) {
		/* Nor is the directory: a trace of another machine's. */
		if (path_normalise("/", n ? parent : "/", normal) < 0)
			return -EINVAL;
		memcpy(real, normal, sizeof(real));
	}
	return path_normalise(real, last + 1, ret);
}

static void parent_of(const char *real, char ret[PATH_MAX])
{
	size_t n = (size_t)(strrchr(real, '/') - real);

	memcpy(ret, real, n);
	ret[n] = '\0';
	if (!n)
		memcpy(ret, "/", 2);
}

static int take_path(struct evidence *evidence, struct use *use)
{
	scratch char directory[PATH_MAX];
	uint32_t parent;
	int r;

	parent_of(use->real, directory);
	r = need_directory(evidence, directory, &parent);
	if (r == 0 && !parent)
		evidence->counts.dropped++;
	if (r < 0 || !parent)
		return r;
	if (use->use & USE_ENTRY)
		evidence->directories[parent - 1].has_entry = true;
	r = take(evidence, use, parent);
	if (r == 0 && strcmp(use->name, use->real) != 0) {
		/* Used by that name, but it is this file that was used. */
		struct use real = *use;

		real.name = use->real;
		r = take(evidence, &real, parent);
	}
	return r;
}

int evidence_path(struct evidence *evidence, const char *path,
		  const char *real, unsigned int use)
{
	return evidence_typed(evidence, path, real, use, 0);
}

int evidence_typed(struct evidence *evidence, const char *path,
		   const char *real, unsigned int use, mode_t mode)
{
	scratch char name[PATH_MAX];
	scratch char target[PATH_MAX];
	struct use taken = { name, target, use, mode, !real };

	if (!real && !(use & USE_ENTRY))
		return 0;
	if (strlen(path) >= PATH_MAX || (real && strlen(real) >= PATH_MAX) ||
	    *path != '/' || (real && path_normalise("/", real, target) < 0) ||
	    (!real && real_of_new(path, target) < 0)) {
		evidence->counts.dropped++;
		return 0;
	}
	/* What ".." leads back from depends on links: that is no name to keep. */
	if (path_normalise("/", path, name) < 0)
		memcpy(name, target, sizeof(name));
	if (real && use & USE_ENTRY && use & USE_WRITE)
		taken.use &= ~USE_ENTRY;
	return take_path(evidence, &taken);
}
