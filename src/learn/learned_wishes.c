/* Turns what was seen into what a profile would grant, line by line. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "learn/learned.h"
#include "tables/sensitive.h"

int learned_add_wish(struct learned *learned, const struct wish *wish)
{
	if (learned->n_wishes == learned->wishes_size) {
		size_t size = learned->wishes_size ? learned->wishes_size * 2
						   : 256;
		void *more = realloc(learned->wishes, size * sizeof(*wish));

		if (!more)
			return -ENOMEM;
		learned->wishes = more;
		learned->wishes_size = size;
	}
	learned->wishes[learned->n_wishes++] = *wish;
	return 0;
}

int learned_note(struct learned *learned, const char *fmt, ...)
{
	struct seen_names *notes = &learned->notes;
	char note[512], *copy;
	va_list args;

	va_start(args, fmt);
	vsnprintf(note, sizeof(note), fmt, args);
	va_end(args);
	if (notes->n == EVIDENCE_LIST_MAX)
		return 0;
	for (size_t i = 0; i < notes->n; i++)
		if (strcmp(notes->names[i], note) == 0)
			return 0;
	copy = arena_copy(&learned->arena, note);
	if (!copy)
		return -ENOMEM;
	notes->names[notes->n++] = copy;
	return 0;
}

static int compare_wishes(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = path_compare(x->path, y->path);

	if (order)
		return order;
	if (!x->held != !y->held)
		return x->held ? 1 : -1;
	return x->is_name - y->is_name;
}

void learned_sort(struct learned *learned)
{
	struct wish *wishes = learned->wishes;
	size_t n = 0;

	if (learned->n_wishes)
		qsort(wishes, learned->n_wishes, sizeof(*wishes),
		      compare_wishes);
	for (size_t i = 0; i < learned->n_wishes; i++) {
		struct wish *last = n ? &wishes[n - 1] : NULL;

		if (wishes[i].is_gone)
			continue;
		if (last && !last->held == !wishes[i].held &&
		    strcmp(last->path, wishes[i].path) == 0) {
			last->access |= wishes[i].access;
			last->is_directory |= wishes[i].is_directory;
			last->is_name &= wishes[i].is_name;
			last->is_secret |= wishes[i].is_secret;
			last->is_made &= wishes[i].is_made;
			last->is_narrow |= wishes[i].is_narrow;
		} else if (last && wishes[i].is_secret &&
			   strcmp(last->path, wishes[i].path) == 0) {
			*last = wishes[i]; /* by another name it is one */
		} else {
			wishes[n++] = wishes[i];
		}
	}
	learned->n_wishes = n;
}

void learned_parent(const char *path, char ret[PATH_MAX])
{
	size_t n = (size_t)(strrchr(path, '/') - path);

	memcpy(ret, path, n + !n);
	ret[n + !n] = '\0';
}

/* A library is mapped to be executed, and nothing tells when it is opened. */
static bool is_library(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	size_t n = strlen(name);

	return strstr(name, ".so.") || (n > 3 && !strcmp(name + n - 3, ".so")) ||
	       (n > 5 && !strcmp(name + n - 5, ".node"));
}

static unsigned int access_of(const struct seen *seen)
{
	unsigned int access = FH_READ;

	if (seen->use & USE_WRITE)
		access |= FH_WRITE;
	if (seen->use & USE_EXEC ||
	    (seen->use & USE_READ && is_library(seen->real)))
		access |= FH_EXEC;
	return access;
}

/* The worst of its names counts: a secret stays one behind a link. */
static const char *why_not(const struct learned *learned,
			   const struct seen *seen, bool for_writing)
{
	const char *why = learned_why_not(learned, seen->real, for_writing);

	return why ? why : learned_why_not(learned, seen->name, for_writing);
}

static int wish_for(struct learned *learned, const struct seen *seen,
		    unsigned int access, const char *held)
{
	const struct wish wish = {
		.path = seen->real,
		.access = access,
		.is_device = seen->type == SEEN_DEVICE,
		.is_directory = seen->type == SEEN_DIRECTORY,
		.is_secret = why_not(learned, seen, false),
		.held = held,
	};

	return learned_add_wish(learned, &wish);
}

static bool is_made(const struct learned *learned, const struct seen *seen)
{
	const struct seen *real = evidence_find(learned->evidence, seen->real);

	return real && real->is_made;
}

/* A program that was just built, say: whatever its name, next time. */
static int collect_made(struct learned *learned, const struct seen *seen)
{
	struct wish wish = { .access = FH_READ | FH_EXEC, .is_made = true,
			     .path = seen->real };

	return seen->use & USE_EXEC ? learned_add_wish(learned, &wish) : 0;
}

static bool is_needed(const struct learned *learned, const struct seen *seen)
{
	if (is_made(learned, seen) || path_is_within(seen->real, "/proc"))
		return false;
	/* The directory of what was removed is asked about by itself. */
	if (!(seen->use & ~(unsigned int)USE_ENTRY))
		return false;
	return !learned_is_given(learned, seen->real,
				 seen->use & ~(unsigned int)USE_ENTRY, false);
}

static int collect_file(struct learned *learned, const struct seen *seen)
{
	unsigned int access = access_of(seen);
	const char *held = why_not(learned, seen, false);
	int r = 0;

	if (!held && !learned_is_accepted(learned, seen->real))
		held = seen->type == SEEN_DEVICE ? "a device"
		     : seen->type == SEEN_SOCKET ? "a service outside" : NULL;
	if (!held && access & FH_WRITE) {
		/* It may be read, but not changed. */
		const char *unwritten = why_not(learned, seen, true);

		if (unwritten) {
			r = wish_for(learned, seen, access, unwritten);
			access &= ~FH_WRITE;
			if (!(seen->use & ~(unsigned int)(USE_WRITE | USE_ENTRY)))
				return r;
		}
	}
	return r < 0 ? r : wish_for(learned, seen, access, held);
}

/* Is this where the program was started? It may lie anywhere. */
bool learned_is_cwd(const struct learned *learned, const char *directory)
{
	const struct seen *seen = evidence_find(learned->evidence, directory);

	return seen && seen->n_cwd == strlen(directory);
}

/* What was there before and was used, of those in a directory. */
static size_t count_used(const struct learned *learned, const char *directory)
{
	const struct evidence *evidence = learned->evidence;
	const struct seen_directory *parent =
		evidence_find_directory(evidence, directory);
	size_t n = 0;

	for (size_t i = 0; parent && i < evidence->n_paths; i++) {
		const struct seen *seen = &evidence->paths[i];

		n += seen->name == seen->real && !seen->is_made &&
		     &evidence->directories[seen->directory] == parent &&
		     seen->use & ~(unsigned int)USE_ENTRY;
	}
	return n;
}

/* Listing alone asks for no more than names: programs list the directories of their
 * scripts, too. */
static bool is_list_used(const struct learned *learned, const char *directory)
{
	size_t n = count_used(learned, directory), entries;

	if (n < LEARNED_SOME || !learned_is_cwd(learned, directory))
		return n >= LEARNED_SOME;
	entries = learned_count_entries(directory, n * LEARNED_PART);
	return n * LEARNED_PART >= entries;
}

/* A directory of the project that the program was started in; a home is none. */
static bool is_of_project(const struct learned *learned,
			  const struct seen *seen)
{
	char cwd[PATH_MAX];

	memcpy(cwd, seen->real, seen->n_cwd);
	cwd[seen->n_cwd] = '\0';
	return seen->n_cwd && seen->real[seen->n_cwd] &&
	       !sensitive_is_beneath(cwd, learned->evidence->home);
}

static int collect_listed(struct learned *learned, const struct seen *seen)
{
	bool is_wanted = seen->argument || is_of_project(learned, seen) ||
			 learned_is_accepted(learned, seen->real) ||
			 is_list_used(learned, seen->real);
	const char *held = why_not(learned, seen, false);
	unsigned int access = access_of(seen) & ~FH_WRITE;

	if (!held && !is_wanted)
		held = "it was listed, and little in it used";
	if (!held)
		held = learned_why_not_all(learned, seen->real, false);
	return wish_for(learned, seen, access, held);
}

/* That a directory is there is seen as soon as anything in it is granted. */
static int collect_path(struct learned *learned, const struct seen *seen)
{
	if (is_made(learned, seen))
		return collect_made(learned, seen);
	if (!is_needed(learned, seen))
		return 0;
	if (seen->type != SEEN_DIRECTORY)
		return collect_file(learned, seen);
	if (seen->use & USE_LIST)
		return collect_listed(learned, seen);
	if (seen->argument && !why_not(learned, seen, false) &&
	    !learned_why_not_all(learned, seen->real, false))
		return wish_for(learned, seen, FH_READ, NULL);
	return 0;
}

/* ~/.cache and its like: programs make do with those of the box's own $HOME. */
static bool is_hidden_in_home(const struct learned *learned, const char *path)
{
	const char *home = learned->evidence->home;

	return home && path_is_within(path, home) &&
	       strncmp(path + strlen(home), "/.", 2) == 0;
}

static int note_private(struct learned *learned, const char *directory)
{
	autotext path = { 0 };

	learned_print_path(learned, directory, &path);
	return learned_note(learned, "What it makes in %s is made in the box's own place for that, and ends with it.",
			    text_string(&path));
}

static int collect_directory(struct learned *learned,
			     const struct seen_directory *directory)
{
	const struct seen *self = evidence_find(learned->evidence,
						directory->real);
	bool is_made = self && self->is_made;
	struct wish wish = { .path = directory->real, .is_directory = true,
			     .access = FH_READ | FH_WRITE };

	if (!directory->has_entry || is_made ||
	    path_is_within(directory->real, "/proc"))
		return 0;
	if (learned_is_given(learned, directory->real, USE_ENTRY, is_made) ||
	    evidence_is_temporary(learned->evidence, directory->real))
		return note_private(learned, directory->real);
	if (is_hidden_in_home(learned, directory->real) &&
	    !learned_is_accepted(learned, directory->real)) {
		wish.held = learned_why_not(learned, directory->real, true);
		if (!wish.held)
			wish.held = "the box's own $HOME will do";
	} else {
		wish.held = learned_why_not_all(learned, directory->real, true);
	}
	return learned_add_wish(learned, &wish);
}

int learned_collect(struct learned *learned)
{
	const struct evidence *evidence = learned->evidence;
	int r = 0;

	for (size_t i = 0; r == 0 && i < evidence->n_paths; i++)
		r = collect_path(learned, &evidence->paths[i]);
	for (size_t i = 0; r == 0 && i < evidence->n_directories; i++)
		r = collect_directory(learned, &evidence->directories[i]);
	if (r == 0)
		learned_sort(learned);
	return r;
}
