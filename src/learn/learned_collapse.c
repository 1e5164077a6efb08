/* Lets directories stand for the files in them, where enough was used. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "learn/learned.h"

#define ACCESSES 8 /* combinations of FH_READ, FH_WRITE, FH_EXEC */

/* Wishes of one directory. */
struct family {
	char directory[PATH_MAX];
	size_t n[ACCESSES]; /* by access */
	bool is_listed;
	bool is_cwd;
	bool has_more;	    /* beyond what is kept of a directory */
};

static bool stands(const struct wish *wish)
{
	return !wish->is_gone && !wish->held && !wish->is_name &&
	       !wish->is_made &&
	       strcmp(wish->path, "/") != 0;
}

static size_t parent_length(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

static unsigned int depth_of(const char *path)
{
	unsigned int depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* Children of one directory stand together. */
static int compare_parents(const void *a, const void *b)
{
	const char *x = (*(const struct wish *const *)a)->path;
	const char *y = (*(const struct wish *const *)b)->path;
	size_t n = parent_length(x), m = parent_length(y);
	int order = memcmp(x, y, n < m ? n : m);

	if (order || n != m)
		return order ? order : n < m ? -1 : 1;
	return strcmp(x + n, y + m);
}

static void describe(const struct learned *learned, struct wish *const *first,
		     size_t n, struct family *ret)
{
	const struct seen_directory *seen;
	const struct seen *self;

	memset(ret->n, 0, sizeof(ret->n));
	learned_parent(first[0]->path, ret->directory);
	for (size_t i = 0; i < n; i++)
		ret->n[first[i]->access % ACCESSES]++;
	seen = evidence_find_directory(learned->evidence, ret->directory);
	self = evidence_find(learned->evidence, ret->directory);
	ret->is_listed = self && self->use & USE_LIST;
	ret->is_cwd = learned_is_cwd(learned, ret->directory);
	ret->has_more = seen && seen->n_more;
}

static bool is_enough(const struct family *family, unsigned int access)
{
	size_t n = family->n[access], entries;

	bool is_some = n >= LEARNED_SOME && !(access & FH_WRITE) &&
		       (family->is_listed || family->has_more);

	if (is_some && !family->is_cwd)
		return true;
	if (!n || (n < LEARNED_MANY && !is_some))
		return false;
	entries = learned_count_entries(family->directory, n * LEARNED_PART);
	return entries && n * LEARNED_PART >= entries;
}

static int collapse_family(struct learned *learned, struct wish *const *first,
			   size_t n)
{
	struct family family;
	unsigned int access = 0;
	struct wish wish = { .is_directory = true };

	describe(learned, first, n, &family);
	for (unsigned int a = 1; a < ACCESSES; a++)
		if (is_enough(&family, a))
			access |= a;
	if (!access || learned_why_not_all(learned, family.directory,
					   access & FH_WRITE))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (!(first[i]->access & ~access))
			first[i]->is_gone = true;
	wish.access = access;
	wish.path = arena_copy(&learned->arena, family.directory);
	if (!wish.path)
		return -ENOMEM;
	return learned_add_wish(learned, &wish);
}

/* Those of one depth: what comes to stand for them is one less deep. */
static int collapse_level(struct learned *learned, unsigned int depth)
{
	size_t n = 0, from = 0, n_before = learned->n_wishes;
	autofree struct wish **members = calloc(n_before + 1, sizeof(*members));
	autofree struct wish *copy = calloc(n_before + 1, sizeof(*copy));
	int r = 0;

	if (!members || !copy)
		return -ENOMEM;
	/* The list itself may move while it grows. */
	if (n_before)
		memcpy(copy, learned->wishes, n_before * sizeof(*copy));
	for (size_t i = 0; i < n_before; i++)
		if (stands(&copy[i]) && depth_of(copy[i].path) == depth)
			members[n++] = &copy[i];
	if (n)
		qsort(members, n, sizeof(*members), compare_parents);
	for (size_t i = 1; r == 0 && i <= n; i++) {
		size_t len = parent_length(members[from]->path);

		if (i < n && parent_length(members[i]->path) == len &&
		    memcmp(members[i]->path, members[from]->path, len) == 0)
			continue;
		r = collapse_family(learned, &members[from], i - from);
		from = i;
	}
	for (size_t i = 0; i < n_before; i++)
		learned->wishes[i].is_gone = copy[i].is_gone;
	return r;
}

/* A secret that is known by another name would come along unseen. */
static void hold_around_secrets(struct learned *learned)
{
	struct wish *wishes = learned->wishes;

	for (size_t i = 0; i < learned->n_wishes; i++)
		for (size_t j = i + 1; wishes[i].is_directory &&
		     !wishes[i].held && j < learned->n_wishes &&
		     path_is_within(wishes[j].path, wishes[i].path); j++)
			if (wishes[j].is_secret && wishes[j].held &&
			    !learned_is_accepted(learned, wishes[i].path))
				wishes[i].held = "what is sensitive lies in it";
}

int learned_collapse(struct learned *learned)
{
	unsigned int depth = 0;
	int r = 0;

	for (size_t i = 0; i < learned->n_wishes; i++)
		if (depth_of(learned->wishes[i].path) > depth)
			depth = depth_of(learned->wishes[i].path);
	for (; r == 0 && depth > 1; depth--) {
		r = collapse_level(learned, depth);
		learned_sort(learned);
	}
	hold_around_secrets(learned);
	return r;
}

/* Executing what lies where the program writes: by that directory, for a name in it
 * could become a link to anything before the next run. */
static void raise_writable(struct wish *around, struct wish *wish)
{
	if (around->access & FH_WRITE)
		around->access |= wish->access;
}

/* Parents come first: each is compared with those around it, innermost last. */
void learned_cover(struct learned *learned)
{
	struct wish *wishes = learned->wishes;
	struct wish *around[PATH_MAX / 2];
	size_t n = 0;

	for (size_t i = 0; i < learned->n_wishes; i++) {
		struct wish *wish = &wishes[i], *narrow;

		while (n && !path_is_within(wish->path, around[n - 1]->path))
			n--;
		narrow = n && around[n - 1]->is_narrow ? around[n - 1] : NULL;
		if (narrow && wish->access & FH_WRITE && !wish->held)
			wish->held = "it lies where nothing may be written";
		for (size_t j = 0; j < n && !wish->held && !wish->is_narrow;
		     j++) {
			raise_writable(narrow ? narrow : around[j], wish);
			wish->is_gone |= !(wish->access & ~around[j]->access);
		}
		wish->is_gone |= wish->is_made; /* it is not there */
		if (!wish->held && !wish->is_gone && wish->is_directory)
			around[n++] = wish;
	}
	learned_sort(learned);
}
