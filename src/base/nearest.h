/* Finds the name that a user who mistyped one most likely meant. */
#ifndef FH_BASE_NEAREST_H
#define FH_BASE_NEAREST_H

#include <stddef.h>

#define NEAREST_LENGTH_MAX 64 /* longer names are never compared */

/**
 * nearest_name() - the closest of a list of names
 * @name: what the user wrote; any bytes
 * @at:   gives the i-th candidate; a NULL candidate is passed over
 * @n:    number of candidates
 * @ctx:  handed to @at
 *
 * Distance counts insertions, deletions, replacements and swaps of neighbours;
 * a third of the name may be wrong, in short names one character. Of equally
 * near candidates the first wins.
 *
 * Return: a candidate, borrowed from @at, or NULL when none is near
 */
const char *nearest_name(const char *name,
			 const char *(*at)(size_t i, void *ctx), size_t n,
			 void *ctx);

#endif
