/* The cgroup of one box: made before it, read and removed after it. */
#ifndef FH_CGROUP_CGROUP_H
#define FH_CGROUP_CGROUP_H

#include "base/error.h"
#include "cgroup/cgroup_facts.h"

/*
 *   cgroup_new() --> clone into cgroup_fd() --> cgroup_enter() --> ... -->
 *   cgroup_read() --> cgroup_end() --> cgroup_free()
 *
 * One directory a box, beneath a cgroup that is ours to divide. Whoever made it holds
 * an flock(2) on it: what is not held any more was left behind by a launcher that was
 * killed, and the next one removes it. Everything is done with descriptors of
 * directories; no path is resolved twice.
 */
struct cgroup;

#define CGROUP_UNLIMITED UINT64_MAX

/* What it has to hold; CGROUP_UNLIMITED is not written. */
struct cgroup_wish {
	uint64_t memory; /* bytes: memory.max, with memory.oom.group */
	uint64_t swap;	 /* bytes: memory.swap.max */
	uint64_t pids;	 /* pids.max, init included */
	uint64_t cpus;	 /* thousandths of a processor: cpu.max */
	uint64_t io_weight; /* io.weight */
};

struct cgroup_account {
	uint64_t memory, memory_peak; /* bytes; 0: not known */
	uint64_t pids, pids_peak;
	uint64_t cpu_us, user_us, system_us; /* the first is the sum */
	uint64_t written;  /* bytes to disks */
	uint64_t memory_hits; /* the kernel ended something for the ceiling */
	uint64_t pids_hits;   /* forks that were refused */
	uint64_t cpu_hits;    /* periods in which it had to wait */
	bool has_cpu, has_written; /* counted at all */
};

/**
 * cgroup_new() - by a way that cgroup_look() found
 * @wish: needs the controllers of what is limited
 *
 * CGROUP_DELEGATED and CGROUP_ROOT: sweeps what was left behind, moves the calling process to
 * a leaf where it must, enables controllers, makes the box's cgroup, writes every limit and reads
 * it back. CGROUP_SCOPE: connects; the rest is done by cgroup_enter().
 *
 * Return: 0; -EBUSY, -EACCES and what else the kernel says, with a text of what was
 *         written where; nothing is left behind then
 */
int cgroup_new(enum cgroup_way way, const struct cgroup_wish *wish,
	       struct cgroup **ret, struct fh_error *err);

/* The directory to clone init into, CLONE_INTO_CGROUP (Linux 5.7); -1 when it can only be
 * moved, by cgroup_enter(). Borrowed. */
int cgroup_fd(const struct cgroup *cgroup);

/**
 * cgroup_enter() - see to it that init is in it, before it does anything
 * @init: in our pid namespace; waits to be released
 * @is_inside: it was cloned into cgroup_fd()
 *
 * CGROUP_SCOPE: has the user manager start the scope with init in it, waits for that at most
 * five seconds, divides it, limits as cgroup_new() does. Reads back that init is there.
 * Return: 0, -ETIMEDOUT, or what failed
 */
int cgroup_enter(struct cgroup *cgroup, pid_t init, bool is_inside,
		 struct fh_error *err);

/* cpu.stat, to be handed to init, which keeps the time limit; the caller closes
 * it. Return: a descriptor, or a negative errno */
int cgroup_open_cpu_stat(const struct cgroup *cgroup);

/* What it has used so far; what cannot be read is 0. */
void cgroup_read(const struct cgroup *cgroup, struct cgroup_account *ret);

/* Ends what is in it by cgroup.kill (before Linux 5.14 one by one), waits until it is empty
 * and removes it, leaves the leaf where it entered one, removes that if it was the
 * last. For at most some seconds. Return: 0, or why it is still there */
int cgroup_end(struct cgroup *cgroup);

/* Ends it if that was not done, and frees. NULL is fine. */
void cgroup_free(struct cgroup *cgroup);

#endif
