/* Plays the battery and prints the score card. */
#ifndef FH_ATTACK_ATTACK_RUN_H
#define FH_ATTACK_ATTACK_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "attack/attack.h"
#include "attack/attack_card.h"

#define ATTACK_TIME_MAX_MS 5000 /* an attack that takes longer is ended */

/**
 * attack_play() - make one attack in a child of its own
 * @ret_result: set to what its run() returned: 0 when it got through,
 *		ATTACK_NOT_APPLICABLE, or the negative errno of the refusal;
 *		-ECANCELED when a signal ended it, -ETIMEDOUT when it took
 *		longer than ATTACK_TIME_MAX_MS
 *
 * Return: 0; the negative errno of pipe, fork or poll when it could not be
 *	   made; -EPROTO when it ended and told no result
 */
int attack_play(const struct attack *attack, const struct attack_stage *stage,
		int *ret_result);

/* What a result of an attack means. */
enum attack_verdict attack_judge(const struct attack *attack, int result);

/**
 * attack_run_all() - play the whole battery and print the score card
 * @stage: the targets
 * @out:   where to print
 * @json:  one JSON object in place of a table
 *
 * Return: how many attacks got through, with those that could not be played:
 *	   what was not tried was not refused
 */
int attack_run_all(const struct attack_stage *stage, FILE *out, bool json);

#endif
