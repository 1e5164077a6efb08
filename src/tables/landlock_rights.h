/* Every right of Landlock, the ABI that brought it, and what it is for. */
#ifndef FH_TABLES_LANDLOCK_RIGHTS_H
#define FH_TABLES_LANDLOCK_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/* The newest ABI that this project was tested with; a newer kernel gets no
 * more than this, so that its update changes nothing. */
#define LANDLOCK_ABI_KNOWN 11

enum landlock_kind { LANDLOCK_FS, LANDLOCK_NET, LANDLOCK_SCOPE };

struct landlock_right {
	const char *name;
	enum landlock_kind kind;
	uint64_t bit;
	int abi;
	bool fits_files;     /* may stand in a rule on a file, not a directory */
	unsigned int access; /* which FH_READ, FH_WRITE, FH_EXEC bits include it; 0 = none */
	const char *lost;    /* what is not held where the ABI lacks it */
};

extern const struct landlock_right landlock_rights[];
extern const unsigned int n_landlock_rights;

/* All bits of a kind that an ABI has. */
uint64_t landlock_mask(enum landlock_kind kind, int abi);

/* The rights that a grant of these accesses means on an ABI. */
uint64_t landlock_access(unsigned int access, bool is_directory, int abi);

#endif
