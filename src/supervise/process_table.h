/* All processes that /proc shows, as they were in one walk. */
#ifndef FH_SUPERVISE_PROCESS_TABLE_H
#define FH_SUPERVISE_PROCESS_TABLE_H

#include <fumehood/spawn.h>

struct process_row {
	pid_t pid;
	pid_t parent;
	char name[16]; /* as the process calls itself: anything */
	uint64_t cpu_ticks; /* its own, and of what it has waited for */
	uint64_t resident;  /* pages */
	uint64_t started;   /* ticks since the machine started */
	int mark;	    /* who belongs together; process_table.c */
};

/* Sorted by pid. A walk is no moment: what moves meanwhile may be missing, or be
 * seen with a parent that it has no more. */
struct process_table {
	struct process_row *rows;
	size_t n;
};

/* Return: 0; -ENOMEM; what opening /proc returned */
int process_table_read(struct process_table *ret);
void process_table_done(struct process_table *table);

/* NULL when it is not there. */
const struct process_row *process_table_find(const struct process_table *table,
					     pid_t pid);

/**
 * process_table_usage() - what init and all beneath it use
 * @ret: all but .wall_us; zero where init is not there
 */
void process_table_usage(struct process_table *table, pid_t init,
			 struct fh_usage *ret);

/* For tests: what stands in /proc/PID/stat. Return: 0 or -EBADMSG */
int process_row_parse(const char *stat, struct process_row *ret);

#endif
