/* The targets that attacks aim at, set up outside the box before it starts. */
#ifndef FH_ATTACK_STAGE_H
#define FH_ATTACK_STAGE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define ATTACK_PATH_MAX 256
#define ATTACK_SOCKET_MAX 108 /* sun_path of linux/un.h */
#define ATTACK_NAME_MAX 48
#define ATTACK_COMM_MAX 16 /* TASK_COMM_LEN of linux/sched.h */

/* An encoded stage fits in this much, its NUL included. */
#define ATTACK_STAGE_ENCODED_MAX 4096

/*
 * All paths lie in a directory of the stage's own, which no grant should
 * cover. One child, the prey, sleeps in a session of its own: it is the
 * outside process to be attacked and holds the listeners.
 */
struct attack_stage {
	char secret_dir[ATTACK_PATH_MAX];
	char secret_path[ATTACK_PATH_MAX];    /* a file with some content */
	char socket_path[ATTACK_SOCKET_MAX];  /* listening unix socket */
	char abstract_name[ATTACK_NAME_MAX];  /* listening, without the NUL */
	char marker[ATTACK_NAME_MAX];	      /* an environment variable */
	char prey_comm[ATTACK_COMM_MAX];      /* the prey's name in /proc */
	int prey_pid;
	int tcp_port; /* listening on 127.0.0.1 */
	int udp_port;
	int shm_id;	   /* System V shared memory segment */
	int inherited_fd;  /* the secret, open, not close-on-exec */
	int inherited_dir; /* its directory, likewise */
};

/**
 * attack_stage_set_up() - make the targets, outside the box
 * @ret: set to the stage; on failure to one that needs no tear-down
 * @err: filled in on failure; may be NULL
 *
 * Makes a directory under $TMPDIR, or else /tmp, forks the prey, and sets the
 * environment variable: for a caller with one thread only. The prey dies with
 * the caller.
 *
 * Return: 0, or the negative errno of mkdtemp, open, socket, bind, listen,
 *	   shmget or fork; -ENAMETOOLONG when $TMPDIR is too long
 */
int attack_stage_set_up(struct attack_stage *ret, struct fh_error *err);

/* Ends the prey, removes the files, the segment and the variable. Takes a
 * stage in any state of completeness, twice if need be. */
void attack_stage_tear_down(struct attack_stage *stage);

/**
 * attack_stage_encode() - the stage as one printable argument
 *
 * Return: 0; -ENOSPC when it does not fit @size; -EINVAL when the stage was
 *	   not set up
 */
int attack_stage_encode(const struct attack_stage *stage, char *ret,
			size_t size);

/**
 * attack_stage_decode() - the inverse, trusting nothing
 *
 * Return: 0, or -EINVAL when @text is not exactly what encode writes
 */
int attack_stage_decode(const char *text, struct attack_stage *ret);

#endif
