/*
 * Finds the boxes of a user among all processes, and signals one.
 *
 * The first process of a box is named BOX_INIT_NAME. Any process can take that name,
 * so that it only says where to look. What tells:
 *
 *  - with a pid namespace, that it is the first of one directly beneath ours. What
 *    runs in a box can neither be that nor make such a namespace;
 *  - without one, that nothing above it is such a process of a box: what runs in a box
 *    is always beneath its init, who adopts orphans.
 */
#include "supervise/boxes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "plan/box.h"
#include "supervise/process_table.h"
#include "sys/process.h"

#define STATUS_SIZE 8192 /* a thousand groups */
#define CHAIN_MAX 4096	 /* parents above one another */

struct status {
	bool has_name; /* that of an init */
	pid_t parent;
	uid_t uid; /* the real one */
	int levels; /* pid namespaces that it is in, from ours on */
	pid_t inner; /* its number in the innermost */
};

/* What follows "\nName:\t"; a name that has line feeds is shown with escapes, so
 * that none can look like a line. */
static const char *line(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : "";
}

static void parse_levels(const char *at, struct status *ret)
{
	char *end;

	for (;; at = end) {
		long number = strtol(at, &end, 10);

		/* A number on the next line is another line's. */
		if (end == at || memchr(at, '\n', (size_t)(end - at)))
			return;
		ret->levels++;
		ret->inner = (pid_t)number;
	}
}

static int read_status(pid_t pid, struct status *ret)
{
	static const char name[] = "Name:\t" BOX_INIT_NAME "\n";
	char path[40], text[STATUS_SIZE];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	r = read_small_file(AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r;
	*ret = (struct status){
		.has_name = strncmp(text, name, sizeof(name) - 1) == 0,
		.parent = (pid_t)strtol(line(text, "\nPPid:\t"), NULL, 10),
		.uid = (uid_t)strtoul(line(text, "\nUid:\t"), NULL, 10),
	};
	parse_levels(line(text, "\nNSpid:"), ret);
	if (!ret->levels) { /* a kernel without pid namespaces */
		ret->levels = 1;
		ret->inner = pid;
	}
	return 0;
}

static bool looks_like_init(const struct status *status)
{
	return status->has_name &&
	       (status->levels == 1 ? status->inner != 1
				    : status->levels == 2 && status->inner == 1);
}

/* Anything above it that is another box's. A chain that cannot be followed to its
 * end is no proof. */
static bool is_inside_box(const struct status *status)
{
	struct status above = *status;

	for (int n = 0; n < CHAIN_MAX; n++) {
		if (above.parent <= 1)
			return false;
		if (read_status(above.parent, &above) < 0 ||
		    looks_like_init(&above))
			return true;
	}
	return true;
}

/* Whose ids it has, or whose process started it: root may have given it others. */
static bool is_ours(const struct status *status)
{
	struct status launcher;

	return status->uid == geteuid() ||
	       (status->parent > 0 &&
		read_status(status->parent, &launcher) == 0 &&
		launcher.uid == geteuid());
}

/* Return: 0, or -ESRCH when it is no box of ours */
static int look(pid_t pid, struct status *ret)
{
	struct status status;

	if (read_status(pid, &status) < 0 || !looks_like_init(&status) ||
	    !is_ours(&status) || (status.levels == 1 && is_inside_box(&status)))
		return -ESRCH;
	*ret = status;
	return 0;
}

/* Init has the memory of who started it, and so the command line. */
static void read_program(pid_t pid, char *ret, size_t size)
{
	char path[40];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	n = fd < 0 ? 0 : read(fd, ret, size - 1);
	if (n < 0)
		n = 0;
	while (n > 0 && !ret[n - 1])
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (!ret[i])
			ret[i] = ' ';
	ret[n] = '\0';
}

static uint64_t microseconds_since(uint64_t ticks)
{
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK), us;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	ticks = ticks * 1000000 / per_second;
	return us > ticks ? us - ticks : 0;
}

static void describe(struct process_table *table, const struct process_row *row,
		     const struct status *status, struct fh_box_info *ret)
{
	*ret = (struct fh_box_info){ .id = row->pid,
				     .launcher = status->parent };
	read_program(row->pid, ret->program, sizeof(ret->program));
	process_table_usage(table, row->pid, &ret->usage);
	ret->usage.wall_us = microseconds_since(row->started);
}

static int collect(struct process_table *table, struct fh_box_info **ret,
		   size_t *ret_n)
{
	struct fh_box_info *boxes = NULL;
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++) {
		const struct process_row *row = &table->rows[i];
		struct status status;
		void *more;

		if (strcmp(row->name, BOX_INIT_NAME) != 0 ||
		    look(row->pid, &status) < 0)
			continue;
		more = realloc(boxes, (n + 1) * sizeof(*boxes));
		if (!more) {
			free(boxes);
			return -ENOMEM;
		}
		boxes = more;
		describe(table, row, &status, &boxes[n++]);
	}
	*ret = boxes;
	*ret_n = n;
	return 0;
}

int boxes_list(struct fh_box_info **ret, size_t *ret_n, struct fh_error *err)
{
	struct process_table table;
	int r = process_table_read(&table);

	if (r == 0) {
		r = collect(&table, ret, ret_n);
		process_table_done(&table);
	}
	return r < 0 ? error_set(err, FH_STAGE_SUPERVISE, r,
				 "fh_boxes: look through /proc: %s",
				 strerror(-r))
		     : 0;
}

/* Which signal makes init do that. SIGKILL takes a pid namespace with it, but would
 * make what runs without one nobody's; SIGSTOP would stop init itself. */
static int signal_for(const struct status *status, int sig)
{
	if (sig == SIGKILL && status->levels == 1)
		return BOX_THREAD_DIED;
	return sig == SIGSTOP ? SIGTSTP : sig;
}

/* The number was looked at while the descriptor was held: if what that names still
 * runs, it was that which was looked at. */
static int signal_held(int pid_fd, pid_t id, int sig)
{
	struct pollfd ended = { .fd = pid_fd, .events = POLLIN };
	struct status status;
	int r = look(id, &status);

	if (r == 0 && poll(&ended, 1, 0) != 0)
		r = -ESRCH;
	return r < 0 ? r : process_signal(pid_fd, signal_for(&status, sig));
}

int boxes_kill(pid_t id, int sig, struct fh_error *err)
{
	struct status status;
	int r = look(id, &status);
	autoclose int pid_fd = r < 0 ? -1
		: (int)syscall(SYS_pidfd_open, id, 0);

	if (r == 0)
		r = pid_fd < 0 ? -errno : signal_held(pid_fd, id, sig);
	if (r == -ESRCH)
		return error_set(err, FH_STAGE_SUPERVISE, r,
				 "signal the box %d: no box of yours has that id",
				 id);
	return r < 0 ? error_set(err, FH_STAGE_SUPERVISE, r,
				 "send signal %d to the box %d: %s",
				 sig, id, strerror(-r))
		     : 0;
}
