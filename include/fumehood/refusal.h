/* What a boxed program was refused, by what, and what would allow it. */
#ifndef FUMEHOOD_REFUSAL_H
#define FUMEHOOD_REFUSAL_H

#include <fumehood/spawn.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum fh_layer - the fence that refused */
enum fh_layer {
	FH_LAYER_SECCOMP,	 /* the system-call filter */
	FH_LAYER_MOUNTS,	 /* not shown, read-only or noexec in the box */
	FH_LAYER_LANDLOCK,
	FH_LAYER_NETWORK,	 /* the net namespace */
	FH_LAYER_PROCESSES,	 /* the pid namespace */
	FH_LAYER_PRIVILEGES,	 /* no capability, no_new_privs, one id */
	FH_LAYER_LIMITS,	 /* a ceiling: rlimits, tmpfs size, pid_max, timer */
};

/** fh_layer_name() - "seccomp", "mount namespace"; NULL past the last */
const char *fh_layer_name(int layer);

/**
 * struct fh_refusal - one thing that was refused, however often
 *
 * Each is evidence: a call that the kernel or our filter answered with .code while
 * it was looked at. Nothing is concluded from what the program says.
 */
struct fh_refusal {
	int32_t layer;	  /* enum fh_layer */
	int32_t code;	  /* what the program got: an errno, positive; 0 with .signal */
	int32_t signal;	  /* that ended the process for it; 0: none */
	uint32_t times;
	int32_t pid;	  /* the first that asked, in the caller's namespace; 0: not known */
	uint32_t reserved0;
	char call[32];	  /* "openat" */
	char wanted[16];  /* "read", "write", "exec", "connect", "listen", "see" ...;
			   * "" for a system call as such */
	char object[512]; /* a path, "tcp 443", "AF_PACKET"; escaped, perhaps cut
			   * with "..."; "" without one */
	char program[32]; /* of the first that asked; escaped; "" not known */
	char rule[256];	  /* which rule decides, or which is absent */
	/* What would allow it, as options of fumehood(1) for a shell; "" when
	 * nothing would, or none alone: .advice then says so. */
	char option[640];
	char advice[256]; /* is that wise, and why; "" when there is nothing to say */
	uint64_t reserved[4];
};

/**
 * fh_box_refusal() - what was refused, in the order of first times
 * @index: from 0
 *
 * For a box that fh_wait() said has ended. System calls that the filter refuses
 * are always among them, where the kernel can tell of them (Linux 5.19) and
 * nothing in the box observes itself; the others with FH_SPAWN_EXPLAIN. At
 * most 256; how many more there were is fh_box_refusals_lost().
 *
 * Return: 0; -ENOENT past the last; -EINVAL
 */
int fh_box_refusal(const struct fh_box *box, size_t index,
		   struct fh_refusal *ret, struct fh_error *err);

/** fh_box_refusals_lost() - refusals that there was no room to tell apart */
uint64_t fh_box_refusals_lost(const struct fh_box *box);

/**
 * fh_box_follow() - look at what the box's processes have been refused so far
 *
 * Only with FH_SPAWN_EXPLAIN, by the thread that called fh_spawn(): whenever the
 * process got SIGCHLD, until fh_box_fd() is readable; fh_wait() does it by itself while it waits.
 * The processes of the box stand still until it is called. Never blocks: when there
 * may be more to serve it sends the process another SIGCHLD. The box's processes
 * send SIGCHLD whenever they stop; while fh_spawn() and fh_wait() follow by
 * themselves they block it, and send it once more at their end, for it may have been
 * that of another child. Who has it ignored, or another thread take it, is slower.
 * Return: 0; -EINVAL, also without FH_SPAWN_EXPLAIN or in another thread
 */
int fh_box_follow(struct fh_box *box, struct fh_error *err);

/**
 * fh_box_print() - the account of a run, as fh_result_print(), with its refusals
 * @argv: the program and its arguments
 * @ret:  freed with free(3)
 * Return: 0; -EINVAL, also for a box that still runs; -E2BIG; -ENOMEM
 */
int fh_box_print(const struct fh_box *box, char *const argv[],
		 enum fh_format format, char **ret, struct fh_error *err);

#ifdef __cplusplus
}
#endif

#endif
