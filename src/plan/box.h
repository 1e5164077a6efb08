/* All that the child needs to build the box: steps in order, and their data,
 * prepared so that nothing is allocated or decided after the clone. */
#ifndef FH_PLAN_BOX_H
#define FH_PLAN_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "mech/filter.h"
#include "mech/refused_call.h"
#include "sys/landlock_calls.h"

/*
 * The order of the set-up, in this one place. The child takes the steps of
 * the plan from the first to the last; SECURITY.md numbers what the order
 * must keep, and the letters here say why a step cannot move:
 *
 *  a  maps need a dumpable process and a writable /proc, so both come before
 *     Landlock (I7);
 *  b  mounting is refused inside a Landlock domain: all mounts before (I8);
 *  c  ids change while CAP_SETUID and CAP_SETGID are held (I9);
 *  d  the bounding set and securebits need CAP_SETPCAP, held only before the
 *     sets are emptied (I9);
 *  e  no_new_privs is what lets an unprivileged process load the next two (I10);
 *  f  the filter comes last, so that it need not allow the set-up's calls (I11).
 */
enum step {
	/* --- in the child that becomes init ------------------------------ */
	STEP_PARENT_DEATH,
	STEP_NETWORK_START, /* beside the others: it takes the kernel longest */
	STEP_KEYRING,
	STEP_HOSTNAME,
	STEP_PROPAGATION,
	STEP_SOURCES,	   /* before the new root covers any of them */
	STEP_MAPS,	   /* what follows creates files, as a mapped id */
	STEP_IDENTITY,	   /* c */
	STEP_NEW_ROOT,
	STEP_MOUNTS,	   /* b */
	STEP_PID_MAX,
	STEP_PROC,	   /* /proc is written to above, and never again */
	STEP_NETWORK,	   /* while its maker still sees the old /proc */
	STEP_LOOPBACK,
	STEP_ROOT_SWITCH,
	STEP_TERMINAL,	   /* in the box's own /dev/pts */
	STEP_LOCK,	   /* a: second user namespace, no third */
	STEP_CAPABILITIES, /* d */
	STEP_NO_NEW_PRIVS, /* e */
	STEP_LANDLOCK,
	STEP_CLOSE_SOURCES,
	STEP_FORK,	   /* init stays behind here and reaps */
	/* --- in the program's process ------------------------------------ */
	STEP_PROGRAM_DEATH, /* without a pid namespace: die with init */
	STEP_SESSION,
	STEP_FOREGROUND, /* instead; while SIGTTOU is blocked */
	STEP_SIGNALS,
	STEP_CWD,
	STEP_PROGRAM_LANDLOCK, /* without a pid namespace: init stays outside */
	STEP_DESCRIPTORS,
	STEP_WRITE_EXEC,
	STEP_RLIMITS, /* when no descriptor is needed any more */
	STEP_SECCOMP,	   /* f */
	STEP_EXEC,
	N_STEPS,
};

#define STEP_BIT(step) (UINT64_C(1) << (step))

enum mount_kind {
	MOUNT_DIRECTORY, /* mkdir in the new root */
	MOUNT_FILE,	 /* a small file with .content */
	MOUNT_SYMLINK,	 /* .content is where it points */
	MOUNT_BIND,	 /* .fd is the source, held since it was opened */
	MOUNT_DEVICE,	 /* .source is a device node of the host */
	MOUNT_TMPFS,
	MOUNT_PROC,
	MOUNT_DEVPTS,
	MOUNT_HIDE,
};

struct mount_op {
	enum mount_kind kind;
	int fd;		      /* MOUNT_BIND: O_PATH descriptor, else -1 */
	int tree;	      /* the child's own copy of the mount */
	bool is_directory;    /* what .fd is, or what is hidden */
	bool is_inside_grant; /* target lies in a bound tree: never create */
	bool is_entry;	      /* of a whole root that was granted */
	size_t base; /* length of the target's part that is storage of our own
		      * in a bound tree; 0: the new root itself */
	bool is_same_place;   /* target is where the source lies outside */
	bool is_least;	      /* needless where a grant around it gives as much */
	unsigned int access;  /* FH_READ, FH_WRITE, FH_EXEC bits, for printing */
	uint64_t attr;	      /* MNT_ATTR_* of the mount */
	uint64_t landlock;    /* rights at and beneath it; 0 = no rule */
	uint64_t landlock_all; /* with those of the rules around it */
	uint64_t device, inode; /* of .fd, to know the target again */
	uint64_t size;	      /* MOUNT_TMPFS: bytes */
	uint64_t files;	      /* MOUNT_TMPFS: inodes */
	unsigned int mode;    /* MOUNT_DIRECTORY, MOUNT_TMPFS */
	const char *target;   /* absolute path inside */
	const char *source;   /* host path, for messages and devices */
	const char *content;
	const char *origin;   /* which option asked */
};

struct box_rlimit {
	int resource;
	struct rlimit limit;
};

#define BOX_RLIMITS_MAX 12
#define BOX_KEEP_FDS_MAX 64
#define BOX_CANDIDATES_MAX 32 /* directories of PATH that are tried */

struct box {
	uint64_t steps;		 /* STEP_BIT mask */
	bool has_pid_namespace;
	uint64_t clone_flags; /* all but CLONE_NEWNET */

	int go_fd; /* one byte starts us, another or end of file ends us */
	int report_fd; /* write end: struct box_message to the launcher */
	int parent_fd; /* pidfd of the launcher, readable when it has died; -1 */
	int streams[3]; /* what becomes 0, 1 and 2; the number itself stays */
	bool must_become_dumpable; /* the launcher is not: its maps need it */
	bool dies_with_thread; /* not only with the launcher's process */
	uint64_t timeout_ms; /* init keeps it; UINT64_MAX = none */
	uint64_t grace_ms; /* between asking to end and ending */
	/* Of the whole box, counted by init in cpu_stat_fd; UINT64_MAX = none, or
	 * nobody who counts it. */
	uint64_t cpu_time_ms;
	uint32_t n_processors; /* that can use it up at once */
	int cpu_stat_fd; /* of the box's cgroup: comes with the byte on go_fd; -1 */
	uint64_t output_limit; /* bytes, kept by the output relay; UINT64_MAX */
	bool unshares_cgroup; /* moved there after the clone: own view from then on */
	bool has_terminal; /* a pseudo-terminal of its own, for the streams marked */
	bool on_terminal[3];
	int terminal_model; /* the stream whose terminal tells how it starts; -1 */
	bool has_model_modes; /* not only its size */
	int terminal_fd; /* the program's end: set by the child, or from outside; -1 */
	uint64_t terminal_rights; /* that Landlock must give it; 0 = by its place */
	int proc_fd;   /* /proc of the outside; set by the child */
	int ready_fd;  /* the program's end of what it and init tell each other */
	int init_pid;  /* in its own namespace */
	int net_pid;   /* the child's helper that makes the net namespace */

	uid_t uid;	 /* ids inside; the same numbers outside */
	gid_t gid;
	bool clear_groups;
	bool use_newuid; /* setresuid to them: they are not the caller's */

	bool may_lack_keyring; /* an outer filter refuses it to all of us */
	bool has_setpcap; /* may empty the bounding set */
	const char *hostname;
	uint64_t keep_caps;
	bool keeps_over_exec; /* in the inheritable and ambient sets as well */
	char pid_max[21];
	bool must_hold_pid_max; /* a required guarantee rests on it alone */

	struct mount_op *mounts; /* parents before children */
	size_t n_mounts;

	struct ll_ruleset_attr landlock;
	unsigned int landlock_flags; /* LL_RESTRICT_ of landlock_restrict_self */
	uint64_t landlock_root; /* rights at "/", for listing it; 0 = none */
	const uint16_t *connect_ports, *listen_ports;
	size_t n_connect_ports, n_listen_ports;
	uint64_t stdio_rights[3]; /* what reopening 0-2 by name needs */

	struct box_rlimit rlimits[BOX_RLIMITS_MAX];
	size_t n_rlimits;
	const int *keep_fds; /* sorted */
	size_t n_keep_fds;
	bool leads_group; /* the program: signals are for all in it */
	bool may_write; /* the filter lets it, whatever the arguments */

	const char *cwd;
	char *const *argv;
	char *const *envp;
	const char *candidates[BOX_CANDIDATES_MAX]; /* paths to execute */
	size_t n_candidates;

	struct bpf_program init_filter;
	struct bpf_program output_filter; /* of the output relay; empty without */
	struct bpf_program filter;

	/* Refused calls are counted: .telling_filter is loaded instead, and init
	 * answers what .filter would. Taken back by the child where that cannot
	 * be had. */
	bool counts_refusals;
	struct bpf_program telling_filter;
	struct refused_key refused_keys[REFUSED_KEYS_MAX];
	size_t n_refused_keys;
};

/* From the kernel to an init that has to end the others itself, with
 * dies_with_thread; no libc and no launcher sends this one. */
#define BOX_THREAD_DIED 64

/* How init names itself; at most 15 bytes. By it boxes are found, supervise/boxes.c
 * says what it is worth. */
#define BOX_INIT_NAME "fumehood-init"

enum box_message_kind {
	BOX_FAILED = 1, /* the program did not start: .error */
	BOX_MAPPABLE,	/* must_become_dumpable has been done */
	BOX_STARTING,	/* all fences stand: .lost */
	BOX_ENDED,	/* the program ended: .status, .ended_by, .hit_pids */
	BOX_REFUSED,	/* struct box_refusals: last of all */
};

/* Who ended the program. */
enum box_end {
	BOX_BY_ITSELF,
	BOX_BY_TIME,   /* the time limit */
	BOX_BY_CPU,    /* the processor time of the whole box */
	BOX_BY_OUTPUT, /* it printed too much */
};

/* What init tells on go_fd while the program runs: one byte each, dropped when nobody
 * reads them. With the first one, BOX_TOLD_TERMINAL, comes the terminal's master. */
#define BOX_TOLD_TERMINAL 't'
#define BOX_TOLD_STOPPED 's'
#define BOX_TOLD_CONTINUED 'c'

/* What crosses the report pipe; below PIPE_BUF, so it arrives whole. */
struct box_message {
	uint32_t kind;
	uint32_t lost; /* MECHANISM bits that could not be had after all */
	int32_t status; /* as from wait(2) */
	int32_t exit_code; /* BOX_FAILED: 125, 126 or 127 */
	uint32_t ended_by; /* enum box_end */
	uint32_t hit_pids; /* no process could be made when the program had failed */
	struct fh_error error;
};

/* One system call that the filter refused, however often. */
struct box_refusal {
	uint64_t args[6]; /* of the first time, as the filter saw them */
	int16_t nr;
	uint16_t code; /* positive errno */
	uint32_t times; /* stays at its most */
	int32_t pid; /* the first that asked, in the pid namespace of init */
	uint32_t reserved;
};

/* As many as a message may have that arrives whole; with BOX_ENDED it fits a pipe
 * of two pages, the least that the kernel makes. */
#define BOX_REFUSALS_MAX 63

struct box_refusals {
	uint32_t kind; /* BOX_REFUSED */
	uint32_t n;
	uint64_t lost; /* times that found no row */
	struct box_refusal rows[BOX_REFUSALS_MAX]; /* only .n are sent */
};
_Static_assert(sizeof(struct box_refusals) <= 4096, "PIPE_BUF of Linux");

/* What came through a pipe is text only where it ends. */
static inline void message_sanitize(struct box_message *message)
{
	message->error.what[FH_ERROR_WHAT_MAX - 1] = '\0';
	message->error.remedy[FH_ERROR_REMEDY_MAX - 1] = '\0';
	message->error.origin[FH_ERROR_ORIGIN_MAX - 1] = '\0';
}

struct step_info {
	const char *name;
	const char *why;
};
extern const struct step_info step_infos[N_STEPS];

#endif
