/* The score card of the battery, as a table or as JSON. */
#ifndef FH_ATTACK_ATTACK_CARD_H
#define FH_ATTACK_ATTACK_CARD_H

#include <stdbool.h>
#include <stdio.h>

#include "attack/attack.h"

enum attack_verdict {
	ATTACK_HELD,	     /* refused with an errno that was promised */
	ATTACK_HELD_OTHER,   /* refused with another one */
	ATTACK_GOT_THROUGH,
	ATTACK_HOLE,	     /* got through, as is known */
	ATTACK_CLOSED_HOLE,  /* refused, although a hole was expected */
	ATTACK_DOES_NOT_APPLY,
	ATTACK_NOT_PLAYED,   /* no child could be made, or it told nothing */
	N_ATTACK_VERDICTS,
};

/* What a verdict is called, in both forms. */
extern const char *const attack_verdict_names[N_ATTACK_VERDICTS];

#define ATTACK_ERRNO_NAME_MAX 24

/* "EPERM" for -EPERM; a number for what has no name here. @scratch has
 * ATTACK_ERRNO_NAME_MAX bytes. */
const char *attack_errno_name(int code, char *scratch);

/* To be called in this order, attack_card_row() once an attack. @result is
 * the negative errno of a refusal, or at least 0. */
void attack_card_begin(FILE *out, bool json);
void attack_card_row(FILE *out, bool json, const struct attack *attack,
		     enum attack_verdict verdict, int result, bool is_first);
void attack_card_end(FILE *out, bool json,
		     const size_t counts[N_ATTACK_VERDICTS]);

#endif
