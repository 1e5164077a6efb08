/* How evidence is kept: one record for each path, one for each directory that something
 * was used in. */
#ifndef FH_LEARN_EVIDENCE_STORE_H
#define FH_LEARN_EVIDENCE_STORE_H

#include "base/arena.h"
#include "learn/evidence.h"
#include "policy/policy.h"
#include "tables/syscalls.h"

#define EVIDENCE_SLOTS 65536u /* of a hash table: at most a third is used */
#define EVIDENCE_FAMILIES 64
#define EVIDENCE_COMMENTS_MAX 5000 /* more than a profile is printed with */

enum seen_type {
	SEEN_OTHER, /* a file, or not known */
	SEEN_DIRECTORY,
	SEEN_DEVICE,
	SEEN_SOCKET,
};

/* A path by one of its names. The record whose name is the real one is there as well,
 * whatever name was used. */
struct seen {
	const char *name; /* as given, where that has no ".."; else the real one */
	const char *real;
	uint32_t directory; /* that the real one lies in: index of directories[] */
	uint16_t argument;  /* it is ${N}; 0: it is none, or differed */
	uint16_t n_cwd;	    /* so many bytes of the real path are the ${CWD} of its run */
	uint8_t use;	    /* USE_ */
	uint8_t type;	    /* enum seen_type */
	bool is_made;	    /* by the program itself, or beneath what it made */
};

struct seen_directory {
	const char *real;
	uint16_t n_cwd;
	uint32_t n_children; /* records of what lies in it */
	uint64_t n_more;     /* uses of others, beyond the bound */
	uint8_t more_use;
	bool has_entry;	     /* something was made, removed or renamed in it */
};

struct seen_port {
	bool is_listen;
	bool is_loopback;
	uint16_t port;
	int family;
};

/* A comment of the profile that is updated. */
struct seen_comment {
	int section; /* enum setting_section; -1: before all of them */
	const char *line;
};

/* Sorted names, each with one more string. */
struct seen_names {
	const char *names[EVIDENCE_LIST_MAX];
	const char *notes[EVIDENCE_LIST_MAX]; /* NULL: none */
	size_t n;
};

struct evidence {
	struct arena arena;
	size_t n_name_bytes;
	uint64_t seed; /* of the hashes: names are chosen by the program */
	const char *home;
	const char *cwd;   /* of the run that is told; or NULL */
	char *const *argv; /* the same; copies */

	struct seen *paths;
	size_t n_paths;
	struct seen_directory *directories;
	size_t n_directories;
	size_t paths_size, directories_size;
	uint32_t *path_slots; /* index + 1; 0: free */
	uint32_t *directory_slots;

	struct seen_names programs, abstract, variables, accepted;
	const char *temporary; /* $TMPDIR; or NULL */
	struct seen_port ports[EVIDENCE_LIST_MAX];
	size_t n_ports;
	bool calls[N_SYSCALLS];
	bool blind[N_SYSCALLS]; /* may have been used unseen */
	bool families[EVIDENCE_FAMILIES];
	struct fh_policy *loaded; /* or NULL */
	struct seen_comment comments[EVIDENCE_COMMENTS_MAX]; /* of it */
	size_t n_comments;
	const char *description;  /* of it; NULL: none */

	struct fh_learned counts; /* what was only counted */
};

/* The record of a real path by its real name; NULL when it was never seen. */
const struct seen *evidence_find(const struct evidence *evidence,
				 const char *real);
const struct seen_directory *
evidence_find_directory(const struct evidence *evidence, const char *real);

/* Adds to a sorted list. Return: 0, also past its bound (it is counted); -ENOMEM */
int evidence_add_name(struct evidence *evidence, struct seen_names *list,
		      const char *name, const char *note);

/* Copies within the bound of all names. Return: 0; -E2BIG past it; -ENOMEM */
int evidence_copy(struct evidence *evidence, const char *string,
		  const char **ret);

/* Is this a directory for temporary files? A box has its own instead. */
bool evidence_is_temporary(const struct evidence *evidence, const char *real);

#endif
