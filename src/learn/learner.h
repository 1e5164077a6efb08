/* A learner: its evidence, and the two ways to come by it. */
#ifndef FH_LEARN_LEARNER_H
#define FH_LEARN_LEARNER_H

#include "base/error.h"
#include "learn/evidence.h"

struct fh_learner {
	struct evidence *evidence;
};

/* As fh_learner_run(), fh_learner_load() and fh_learner_read_strace(), with arguments that were checked. */
int learn_run(struct evidence *evidence, char *const argv[],
	      struct fh_result *ret, struct fh_error *err);
int learn_load(struct evidence *evidence, const char *name,
	       struct fh_error *err);
int learn_read_strace(struct evidence *evidence, const char *path,
		      struct fh_error *err);

#endif
