/* From evidence to a profile: what is wished, held back, and printed. */
#ifndef FH_LEARN_LEARNED_H
#define FH_LEARN_LEARNED_H

#include <limits.h>

#include "learn/evidence_store.h"
#include "plan/prepare.h"

#define LEARNED_SOME 2	   /* files of a directory that was listed, too */
#define LEARNED_MANY 8	   /* files of a directory, by the same rights, that stand for it */
#define LEARNED_PART 3	   /* if they are at least one in so many */
#define LEARNED_NARROW_MAX 16 /* things in a directory that stay unwritten */
#define LEARNED_LOOK_MAX 200000 /* entries that are looked at for secrets, in all */
#define LEARNED_LINES_MAX 4096  /* grants, and things held back: each */
#define LEARNED_TEXT_MAX (1u << 20)

/* One line of the profile, or of its comments. */
struct wish {
	const char *path;
	unsigned int access;
	bool is_gone;	   /* stands for nothing any more */
	bool is_directory; /* all beneath it is meant */
	bool is_name;	   /* through a link, not the real one */
	bool is_device;
	bool is_made;	   /* by the program: it asks for no more than what is around it */
	bool is_narrow;	   /* less than what is granted around it: it must stay */
	bool is_secret;	   /* held even for reading: nothing around it is granted */
	const char *held;  /* why it is not granted; NULL: it is */
};

struct learned {
	const struct evidence *evidence;
	struct arena arena;
	struct fh_policy *policy; /* a new one */
	struct fh_plan *plan;
	struct prepared prepared; /* what it gives */
	bool is_prepared;
	size_t n_looks_left;
	struct wish *wishes;
	size_t n_wishes, wishes_size;
	struct seen_names notes; /* what is told besides */
	struct fh_learned counts;
};

/* --- learned_default.c: what the default policy gives ------------------------ */

int learned_prepare(struct learned *learned);
/* Is a path there, with that use, without any grant? @is_made: by the program itself */
bool learned_is_given(const struct learned *learned, const char *path,
		      unsigned int use, bool is_made);
/* Is this name shown, whether as a file or as a link? */
bool learned_is_shown(const struct learned *learned, const char *path);

/* --- learned_wishes.c -------------------------------------------------------- */

/* Return: 0 or -ENOMEM */
int learned_add_wish(struct learned *learned, const struct wish *wish);
int learned_note(struct learned *learned, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Sorts them: parents first, and makes one of those with the same path and reason. */
void learned_sort(struct learned *learned);
/* Is this where the program was started? */
bool learned_is_cwd(const struct learned *learned, const char *directory);
/* All that was seen, before anything is collapsed. */
int learned_collect(struct learned *learned);
/* Puts the directory of a path, "/" for the top, into ret. */
void learned_parent(const char *path, char ret[PATH_MAX]);

/* --- learned_collapse.c ------------------------------------------------------ */

int learned_collapse(struct learned *learned);
/* What lies in a granted directory needs no line of its own. */
void learned_cover(struct learned *learned);

/* --- learned_hold.c ---------------------------------------------------------- */

bool learned_is_accepted(const struct learned *learned, const char *path);
/* Why this path must not be granted; NULL: it may. */
const char *learned_why_not(const struct learned *learned, const char *path,
			    bool for_writing);
/* The same for a directory and all beneath it. Looks at the disk. What only must not
 * be written to is no reason: learned_narrow() takes it out. */
const char *learned_why_not_all(struct learned *learned, const char *directory,
				bool for_writing);
/* Grants for reading alone what must not be written to in directories that may.
 * Return: 0 or -ENOMEM */
int learned_narrow(struct learned *learned);
/* So many entries a directory has, or more than the bound; 0: it cannot be told. */
size_t learned_count_entries(const char *directory, size_t bound);

/* --- learned_names.c --------------------------------------------------------- */

/* The names that led to what is granted through links. */
int learned_add_names(struct learned *learned);

/* --- learned_comments.c ------------------------------------------------------ */

/* Comments of the profile that is updated, of one section: those that are not in the
 * text anyway, and not of a kind that is written anew. */
void learned_keep_comments(const struct learned *learned, int section,
			   const char *body, struct text *ret);
/* What was held back before and still is: a comment that is no longer true is not
 * kept. @granted, @held: the lines of now, each ends with a line feed */
bool learned_is_still_held(const struct learned *learned, const char *line,
			   const char *granted, const char *held);

/* --- learned_calls.c, learned_print.c ---------------------------------------- */

void learned_print_calls(const struct learned *learned, struct text *ret,
			 uint64_t *ret_n);
void learned_print_path(const struct learned *learned, const char *path,
			struct text *ret);

#endif
