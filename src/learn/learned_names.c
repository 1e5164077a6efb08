/* Grants the names as well by which a program went through links. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "learn/learned.h"

/* The innermost grant that a path lies in; NULL without one. Parents come first. */
static const struct wish *grant_around(const struct learned *learned,
				       size_t n_wishes, const char *path)
{
	const struct wish *innermost = NULL;

	for (size_t i = 0; i < n_wishes; i++) {
		const struct wish *wish = &learned->wishes[i];

		if (!wish->held &&
		    (strcmp(wish->path, path) == 0 ||
		     (wish->is_directory && path_is_within(path, wish->path))))
			innermost = wish;
	}
	return innermost;
}

/* A link that the program made, or can make, leads wherever it likes next time. */
static bool is_in_its_hands(const struct learned *learned, const char *name)
{
	char path[PATH_MAX];

	for (memcpy(path, name, strlen(name) + 1); *path;
	     *strrchr(path, '/') = '\0') {
		const struct seen *seen = evidence_find(learned->evidence,
							path);
		const struct seen_directory *directory;

		if (seen && seen->is_made)
			return true;
		directory = evidence_find_directory(learned->evidence, path);
		if (directory && directory->has_entry)
			return true;
	}
	return false;
}

/* Of a directory that was granted for the file the name's directory, if both end
 * alike. */
static const char *name_of(struct learned *learned, const struct seen *seen,
			   const struct wish *grant)
{
	size_t n = strlen(seen->real) - strlen(grant->path);
	size_t len = strlen(seen->name);
	char *name;

	if (n >= len || strcmp(seen->name + len - n,
			       seen->real + strlen(grant->path)) != 0)
		return seen->name;
	name = arena_copy(&learned->arena, seen->name);
	if (name)
		name[len - n] = '\0';
	return name;
}

static unsigned int access_without_grant(const struct seen *seen)
{
	return FH_READ | (seen->use & USE_EXEC ? FH_EXEC : 0);
}

static int add_name(struct learned *learned, const struct seen *seen,
		    size_t n_wishes)
{
	const struct wish *grant = grant_around(learned, n_wishes, seen->real);
	struct wish wish = { .path = seen->name, .is_name = true,
			     .access = access_without_grant(seen) };

	if (!grant && (seen->is_made || !learned_is_given(learned, seen->real,
							  seen->use, false) ||
		       !strncmp(seen->real, "/proc/", 6) ||
		       !strncmp(seen->real, "/dev/", 5)))
		return 0;
	if (grant) {
		wish.access = grant->access;
		wish.is_directory = grant->is_directory;
		wish.path = name_of(learned, seen, grant);
		if (!wish.path)
			return -ENOMEM;
	}
	if (strcmp(wish.path, "/") == 0 ||
	    learned_is_shown(learned, wish.path) ||
	    grant_around(learned, n_wishes, wish.path))
		return 0;
	if (learned_why_not(learned, wish.path, wish.access & FH_WRITE) ||
	    is_in_its_hands(learned, wish.path))
		return 0;
	return learned_add_wish(learned, &wish);
}

int learned_add_names(struct learned *learned)
{
	const struct evidence *evidence = learned->evidence;
	size_t n_wishes = learned->n_wishes;
	int r = 0;

	for (size_t i = 0; r == 0 && i < evidence->n_paths; i++) {
		const struct seen *seen = &evidence->paths[i];

		if (seen->name != seen->real && seen->use & ~(unsigned)USE_ENTRY)
			r = add_name(learned, seen, n_wishes);
	}
	learned_sort(learned);
	return r;
}
