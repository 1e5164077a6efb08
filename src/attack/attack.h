/* What an attack of the built-in battery is: one harmless attempt at
 * something that the box promises to refuse. */
#ifndef FH_ATTACK_ATTACK_H
#define FH_ATTACK_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attack/attack_stage.h"
#include "tables/syscalls.h"

#define ATTACK_ARGS_MAX 6
#define ATTACK_EXPECTED_MAX 5

/* What run() returns when the box lacks what the attack is aimed at. */
#define ATTACK_NOT_APPLICABLE 1

/* No process has this mapped (vm.mmap_min_addr): the kernel answers EFAULT. */
#define ATTACK_NOWHERE 8L

/*
 * A system call that would do harm, or needs a privilege, made with arguments
 * that no kernel accepts. EPERM, EACCES and ENOSYS mean refused. Any other
 * errno was given by the call's own code: it was reached, and counts as such.
 */
struct attack_call {
	enum syscall_id id;
	long args[ATTACK_ARGS_MAX];
};

struct attack {
	const char *name;      /* stable; the battery is sorted by it */
	const char *title;     /* "what it tries", for the score card */
	const char *guarantee; /* a name of guarantees[] */
	const char *layer;     /* what is expected to stop it */

	/* A known gap, expected to get through; title says why. */
	bool is_hole;

	/* Refused to ordinary users without any box: only root can show that
	 * the attempt as such is sound. */
	bool needs_root;

	/* 0 = it succeeded; negative errno = refused; ATTACK_NOT_APPLICABLE.
	 * NULL = make the call below. Runs in a process of its own. */
	int (*run)(const struct attack_stage *stage);
	struct attack_call call;

	/* The errnos promised inside the default box, 0-terminated. ECANCELED
	 * stands for being killed by a signal. */
	int expected[ATTACK_EXPECTED_MAX + 1];

	const char *no_control; /* why none can run outside; else NULL */
};

#define ATTACK(ident) extern const struct attack attack_##ident;
#include "attack/attack_list.h"
#undef ATTACK

/* The battery, sorted by name. */
extern const struct attack *const attacks[];
extern const size_t n_attacks;

#endif
