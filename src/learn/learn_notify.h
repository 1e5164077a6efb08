/* One call that was stopped: what it uses becomes evidence. */
#ifndef FH_LEARN_LEARN_NOTIFY_H
#define FH_LEARN_LEARN_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "learn/learn_resolve.h"
#include "mech/filter.h"
#include "observe/observe.h"
#include "observe/observe_cache.h"
#include "tables/syscalls.h"

struct evidence;
struct learn_seen;
struct learn_variables;

#define LEARN_WRITTEN_MAX 1024 /* files whose size is looked at in the end */

/* One run. */
struct learning {
	struct evidence *evidence;
	int listener_fd;
	pid_t program;
	struct learn_view view;
	struct learn_seen *seen;
	struct learn_variables *variables;
	struct observe_cache cache;
	bool is_answered; /* the call that is looked at goes on already */
	int16_t call_of_nr[FILTER_NR_MAX]; /* -1: of no name */
	bool is_counted[N_SYSCALLS];
	char *written[LEARN_WRITTEN_MAX];
	size_t n_written;
	uint64_t n_notifications;
	uint64_t n_unread; /* names that could not be read */
	uint64_t n_processes;	 /* most at once */
	uint64_t next_count_us;	 /* when they are counted again */
};

int learning_init(struct learning *ret, struct evidence *evidence,
		  char *const environment[]);
void learning_done(struct learning *learning);

/**
 * learning_serve() - receive one notification, and answer it whatever it is
 *
 * The caller polled first. Return: 0; -ENOMEM; -EPERM when the memory of the program
 * itself cannot be read, so that nothing can be learned
 */
int learning_serve(struct learning *learning);

#define LEARN_LINK 1u  /* a link itself is meant */
#define LEARN_MAKES 2u /* the call makes it, or fails */

/* A path was used by the thread whose call is stopped: looks where it leads, unless
 * that is known. @how: LEARN_ mask. Return: 0, -ENOMEM */
int learning_path(struct learning *learning, const struct observed *observed,
		  uint64_t id, const char *path, unsigned int use,
		  unsigned int how);

/* A file is executed, or mapped to be. Its interpreters are, too. */
int learning_program(struct learning *learning, const char *real,
		     bool is_mapped);

/* The largest of the files that were opened for writing, as they are now. */
uint64_t learning_file_size(const struct learning *learning);

#endif
