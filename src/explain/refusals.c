/* The list of what a box was refused: told apart, counted, bounded. */
#include "explain/refusals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const layer_names[] = {
	[FH_LAYER_SECCOMP] = "seccomp",
	[FH_LAYER_MOUNTS] = "mount namespace",
	[FH_LAYER_LANDLOCK] = "Landlock",
	[FH_LAYER_NETWORK] = "net namespace",
	[FH_LAYER_PROCESSES] = "pid namespace",
	[FH_LAYER_PRIVILEGES] = "privileges",
	[FH_LAYER_LIMITS] = "limits",
};

const char *refusal_layer_name(int layer)
{
	return layer >= 0 && (size_t)layer < ARRAY_SIZE(layer_names)
		       ? layer_names[layer] : NULL;
}

static bool is_same(const struct fh_refusal *a, const struct fh_refusal *b)
{
	return a->layer == b->layer && a->code == b->code &&
	       strcmp(a->call, b->call) == 0 &&
	       strcmp(a->wanted, b->wanted) == 0 &&
	       strcmp(a->object, b->object) == 0;
}

static struct fh_refusal *find(const struct refusals *refusals,
			       const struct fh_refusal *refusal)
{
	for (size_t i = 0; i < refusals->n; i++)
		if (is_same(&refusals->rows[i], refusal))
			return &refusals->rows[i];
	return NULL;
}

/* Room doubles at each power of two: most boxes have none or few. */
static int make_room(struct refusals *refusals)
{
	size_t size = refusals->n ? 2 * refusals->n : 1;
	struct fh_refusal *rows;

	if (refusals->n & (refusals->n - 1))
		return 0;
	rows = realloc(refusals->rows, size * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	refusals->rows = rows;
	return 0;
}

int refusals_add(struct refusals *refusals, const struct fh_refusal *refusal)
{
	struct fh_refusal *row = find(refusals, refusal);
	int r;

	if (row) {
		row->times = row->times > UINT32_MAX - refusal->times
				     ? UINT32_MAX
				     : row->times + refusal->times;
		return 0;
	}
	if (refusals->n == REFUSALS_MAX) {
		refusals->lost += refusal->times;
		return 0;
	}
	r = make_room(refusals);
	if (r == 0)
		refusals->rows[refusals->n++] = *refusal;
	return r;
}

void refusals_done(struct refusals *refusals)
{
	free(refusals->rows);
	*refusals = (struct refusals){ 0 };
}
