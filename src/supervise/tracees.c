/* Keeps the followed threads in a hash table. */
#include "supervise/tracees.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64

static size_t home_of(const struct tracees *tracees, pid_t tid)
{
	return (size_t)((uint32_t)tid * UINT32_C(2654435769)) &
	       (tracees->size - 1);
}

/* Its place, or the free one where it would be. */
static size_t place_of(const struct tracees *tracees, pid_t tid)
{
	size_t i = home_of(tracees, tid);

	while (tracees->rows[i].tid && tracees->rows[i].tid != tid)
		i = (i + 1) & (tracees->size - 1);
	return i;
}

struct tracee *tracees_find(const struct tracees *tracees, pid_t tid)
{
	struct tracee *row;

	if (!tracees->size)
		return NULL;
	row = &tracees->rows[place_of(tracees, tid)];
	return row->tid ? row : NULL;
}

static bool grow(struct tracees *tracees)
{
	struct tracees more = {
		.size = tracees->size ? tracees->size * 2 : FIRST_SIZE,
		.n = tracees->n,
	};

	more.rows = calloc(more.size, sizeof(*more.rows));
	if (!more.rows)
		return false;
	for (size_t i = 0; i < tracees->size; i++)
		if (tracees->rows[i].tid)
			more.rows[place_of(&more, tracees->rows[i].tid)] =
				tracees->rows[i];
	free(tracees->rows);
	*tracees = more;
	return true;
}

struct tracee *tracees_add(struct tracees *tracees, pid_t tid)
{
	struct tracee *row = tracees_find(tracees, tid);

	if (row)
		return row;
	if (tracees->n * 2 >= tracees->size && !grow(tracees))
		return NULL;
	row = &tracees->rows[place_of(tracees, tid)];
	*row = (struct tracee){ .tid = tid };
	tracees->n++;
	return row;
}

/* What stands behind it moves up, unless it is where it belongs. */
void tracees_remove(struct tracees *tracees, pid_t tid)
{
	struct tracee *row = tracees_find(tracees, tid);
	size_t hole, i;

	if (!row)
		return;
	tracees->n--;
	i = hole = (size_t)(row - tracees->rows);
	for (;;) {
		size_t home;

		i = (i + 1) & (tracees->size - 1);
		if (!tracees->rows[i].tid)
			break;
		home = home_of(tracees, tracees->rows[i].tid);
		/* Is its home between the hole and it? */
		if (((i - home) & (tracees->size - 1)) <
		    ((i - hole) & (tracees->size - 1)))
			continue;
		tracees->rows[hole] = tracees->rows[i];
		hole = i;
	}
	memset(&tracees->rows[hole], 0, sizeof(tracees->rows[hole]));
}

void tracees_done(struct tracees *tracees)
{
	free(tracees->rows);
	*tracees = (struct tracees){ 0 };
}
