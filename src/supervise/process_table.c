/* Reads /proc once, and adds up what belongs together. */
#include "supervise/process_table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define STAT_SIZE 1024 /* fifty numbers and a name */

/* Numbers after the name and the state, proc(5). */
enum {
	FIELD_PARENT,
	FIELD_USER_TICKS = 10,
	FIELD_WAITED_SYSTEM_TICKS = 13,
	FIELD_STARTED = 18,
	FIELD_RESIDENT = 20,
	N_FIELDS,
};

/* Return: 0, or -EBADMSG when there are fewer */
static int parse_numbers(const char *at, uint64_t ret[N_FIELDS])
{
	for (int i = 0; i < N_FIELDS; i++) {
		char *end;

		ret[i] = strtoull(at, &end, 10);
		if (end == at)
			return -EBADMSG;
		at = end;
	}
	return 0;
}

/* The name may have blanks, parentheses and line feeds: it ends at the last
 * parenthesis, for what follows has none. Then a blank, the state, which is a letter,
 * and the numbers. */
int process_row_parse(const char *stat, struct process_row *ret)
{
	const char *begin = strchr(stat, '('), *end = strrchr(stat, ')');
	struct process_row row = { 0 };
	uint64_t fields[N_FIELDS];
	size_t len;

	if (!begin || !end || end < begin || strnlen(end, 3) < 3 ||
	    parse_numbers(end + 3, fields) < 0)
		return -EBADMSG;
	len = (size_t)(end - begin - 1);
	memcpy(row.name, begin + 1,
	       len < sizeof(row.name) ? len : sizeof(row.name) - 1);
	row.pid = (pid_t)strtol(stat, NULL, 10);
	row.parent = (pid_t)fields[FIELD_PARENT];
	for (int i = FIELD_USER_TICKS; i <= FIELD_WAITED_SYSTEM_TICKS; i++)
		row.cpu_ticks += fields[i];
	row.started = fields[FIELD_STARTED];
	row.resident = fields[FIELD_RESIDENT];
	*ret = row;
	return 0;
}

static int add(struct process_table *table, size_t *size,
	       const struct process_row *row)
{
	if (table->n == *size) {
		size_t more = *size ? *size * 2 : 256;
		void *grown = realloc(table->rows, more * sizeof(*row));

		if (!grown)
			return -ENOMEM;
		table->rows = grown;
		*size = more;
	}
	table->rows[table->n++] = *row;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct process_row *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The kernel lists /proc by number: there is hardly ever anything to do. */
static void sort(struct process_table *table)
{
	for (size_t i = 1; i < table->n; i++)
		if (compare(&table->rows[i - 1], &table->rows[i]) > 0) {
			qsort(table->rows, table->n, sizeof(*table->rows),
			      compare);
			return;
		}
}

/* What has ended since it was listed, or may not be looked at, is left out. */
static int read_rows(DIR *proc, struct process_table *table)
{
	struct dirent *entry;
	size_t size = 0;
	int r = 0;

	while (r == 0 && (entry = readdir(proc))) {
		char path[sizeof(entry->d_name) + sizeof("/stat")];
		char stat[STAT_SIZE];
		struct process_row row;

		if (*entry->d_name < '1' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "%s/stat", entry->d_name);
		if (read_small_file(dirfd(proc), path, stat, sizeof(stat)) > 0 &&
		    process_row_parse(stat, &row) == 0)
			r = add(table, &size, &row);
	}
	return r;
}

int process_table_read(struct process_table *ret)
{
	struct process_table table = { 0 };
	DIR *proc = opendir("/proc");
	int r;

	if (!proc)
		return -errno;
	r = read_rows(proc, &table);
	closedir(proc);
	if (r < 0) {
		process_table_done(&table);
		return r;
	}
	sort(&table);
	*ret = table;
	return 0;
}

void process_table_done(struct process_table *table)
{
	free(table->rows);
	*table = (struct process_table){ 0 };
}

static struct process_row *find(const struct process_table *table, pid_t pid)
{
	const struct process_row key = { .pid = pid };

	return table->n ? bsearch(&key, table->rows, table->n, sizeof(key),
				  compare) : NULL;
}

const struct process_row *process_table_find(const struct process_table *table,
					     pid_t pid)
{
	return find(table, pid);
}

/* Numbers that were used again during the walk could make a circle: what is on the
 * way is not gone to once more. */
enum mark { UNKNOWN, ON_THE_WAY, OUTSIDE, INSIDE };

/* Upwards to a row of which it is known; then the same for all on the way. */
static int mark_chain(struct process_table *table, struct process_row *row)
{
	struct process_row *at = row;
	int known = OUTSIDE;

	for (; at && at->mark == UNKNOWN; at = find(table, at->parent))
		at->mark = ON_THE_WAY;
	if (at && at->mark == INSIDE)
		known = INSIDE;
	for (at = row; at && at->mark == ON_THE_WAY;
	     at = find(table, at->parent))
		at->mark = known;
	return row->mark;
}

static void add_row(const struct process_row *row, struct fh_usage *ret)
{
	static const uint64_t second = 1000000;

	ret->cpu_us += row->cpu_ticks * second / (uint64_t)sysconf(_SC_CLK_TCK);
	ret->memory += row->resident * (uint64_t)sysconf(_SC_PAGESIZE);
	ret->processes++;
}

void process_table_usage(struct process_table *table, pid_t init,
			 struct fh_usage *ret)
{
	struct process_row *root = find(table, init);

	*ret = (struct fh_usage){ 0 };
	if (!root)
		return;
	for (size_t i = 0; i < table->n; i++)
		table->rows[i].mark = UNKNOWN;
	root->mark = INSIDE;
	for (size_t i = 0; i < table->n; i++)
		if (mark_chain(table, &table->rows[i]) == INSIDE)
			add_row(&table->rows[i], ret);
}
