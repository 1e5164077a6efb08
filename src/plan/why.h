/* Answers, before the run, whether something would be allowed. */
#ifndef FH_PLAN_WHY_H
#define FH_PLAN_WHY_H

#include "plan/prepare.h"

struct answer {
	bool is_allowed;
	struct text reason; /* which rule decides; owned */
	struct text advice; /* the option that would allow it; may be "" */
};

/**
 * why_ask() - would this be allowed?
 * @verb: read, write, exec, connect, listen or syscall
 * @what: a path (read, write, exec), a port, or the name of a call
 *
 * Return: 0, or -EINVAL for an unknown verb or a bad @what
 */
int why_ask(const struct fh_plan *plan, const struct prepared *prepared,
	    const char *verb, const char *what, struct answer *ret,
	    struct fh_error *err);

void answer_done(struct answer *answer);

#endif
