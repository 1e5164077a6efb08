/* Finds the name that a user who mistyped one most likely meant. */
#include "base/nearest.h"

#include <string.h>

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Optimal string alignment distance over three rolling rows: row i of the
 * table needs i-1, and i-2 for the swap of two neighbours.
 */
static unsigned distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	unsigned rows[3][NEAREST_LENGTH_MAX + 1];

	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i - 1) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = smaller(above[j], row[j - 1]) + 1;
			row[j] = smaller(row[j], above[j - 1] +
						 (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

const char *nearest_name(const char *name,
			 const char *(*at)(size_t i, void *ctx), size_t n,
			 void *ctx)
{
	size_t length = strnlen(name, NEAREST_LENGTH_MAX + 1);
	const char *nearest = NULL;
	unsigned allowed = length < 6 ? 1 : length / 3;
	unsigned best = allowed + 1;

	if (length == 0 || length > NEAREST_LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *candidate = at(i, ctx);
		size_t n_candidate;
		unsigned d;

		if (!candidate)
			continue;
		n_candidate = strnlen(candidate, NEAREST_LENGTH_MAX + 1);
		if (n_candidate > NEAREST_LENGTH_MAX)
			continue;
		d = distance(name, length, candidate, n_candidate);
		if (d < best) {
			best = d;
			nearest = candidate;
		}
	}
	return nearest;
}
