/* Writes classic BPF from its end to its start. */
#ifndef FH_MECH_BPF_WRITER_H
#define FH_MECH_BPF_WRITER_H

#include <linux/filter.h>

#include "mech/filter.h"

/*
 * Classic BPF only jumps forward, so a program written backwards knows every
 * target by the time a jump to it is made.
 *
 * A place is counted from the end: the last instruction is 1. The jump about
 * to be written (n instructions exist) to place p skips n - p instructions.
 * A conditional jump skips at most 255: what is farther gets a stepping stone
 * just before it, a copy if the target is a RET, else a JA.
 */
#define BPF_JUMP_MAX 255

struct known_ret {
	uint32_t value;
	unsigned at;
};

#define BPF_RETS_MAX 16 /* values remembered; more are written each time */

struct bpf_writer {
	struct sock_filter code[FILTER_BPF_MAX]; /* last instruction first */
	unsigned n;
	bool is_full; /* and what was put since is lost */
	struct known_ret rets[BPF_RETS_MAX];
	size_t n_rets;
};

/* Each put_ returns the place of what it wrote. */
unsigned put(struct bpf_writer *w, uint16_t code, uint32_t k, unsigned jt,
	     unsigned jf);

/* Loads the word at an offset of struct seccomp_data, then goes on with what
 * was written last. */
unsigned put_load(struct bpf_writer *w, uint32_t offset);

/* A RET that a jump written after at most `slack` more instructions reaches;
 * shared with earlier ones where possible. */
unsigned put_ret(struct bpf_writer *w, uint32_t value, unsigned slack);

/* Jumps on accumulator OP k, OP being BPF_JEQ, JGT, JGE or JSET. */
unsigned put_jump(struct bpf_writer *w, uint16_t op, uint32_t k, unsigned yes,
		  unsigned no);

#endif
