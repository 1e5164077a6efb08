/* Watches programs, and prints the profile that they need. */
#include "api/export.h"

#include <stdlib.h>
#include <string.h>

#include "api/api_text.h"
#include "learn/learner.h"

struct fh_learner *fh_learner_new(void)
{
	struct fh_learner *learner = calloc(1, sizeof(*learner));

	if (!learner)
		return NULL;
	learner->evidence = evidence_new(getenv("HOME"));
	if (!learner->evidence ||
	    evidence_temporary(learner->evidence, getenv("TMPDIR")) < 0) {
		fh_learner_free(learner);
		return NULL;
	}
	return learner;
}

void fh_learner_free(struct fh_learner *learner)
{
	if (!learner)
		return;
	evidence_free(learner->evidence);
	free(learner);
}

int fh_learner_run(struct fh_learner *learner, char *const argv[],
		   struct fh_result *ret, struct fh_error *err)
{
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(argv, err);
	if (r == 0)
		r = api_needs(argv[0], err);
	return r == 0 ? learn_run(learner->evidence, argv, ret, err) : r;
}

int fh_learner_read_strace(struct fh_learner *learner, const char *path,
			   struct fh_error *err)
{
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(path, err);
	return r == 0 ? learn_read_strace(learner->evidence, path, err) : r;
}

int fh_learner_load(struct fh_learner *learner, const char *profile,
		    struct fh_error *err)
{
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(profile, err);
	return r == 0 ? learn_load(learner->evidence, profile, err) : r;
}

int fh_learner_accept(struct fh_learner *learner, const char *path,
		      struct fh_error *err)
{
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(path, err);
	if (r == 0) {
		r = evidence_accept(learner->evidence, path);
		if (r < 0)
			error_set(err, FH_STAGE_PARSE, r, "accept %s", path);
	}
	return r;
}

int fh_learner_count(const struct fh_learner *learner, struct fh_learned *ret,
		     struct fh_error *err)
{
	autotext text = { 0 };
	struct fh_learned learned = { 0 };
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	r = evidence_print(learner->evidence, NULL, &text, &learned);
	if (r < 0)
		return error_set(err, FH_STAGE_PARSE, r, "%s: out of memory",
				 __func__);
	*ret = learned;
	return 0;
}

int fh_learner_print(const struct fh_learner *learner, const char *description,
		     char **ret, struct fh_error *err)
{
	autotext text = { 0 };
	struct fh_learned learned = { 0 };
	int r = api_needs(learner, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	r = evidence_print(learner->evidence, description, &text, &learned);
	if (r < 0)
		return error_set(err, FH_STAGE_PARSE, r,
				 r == -E2BIG ? "%s: more than 1 MiB of text"
					     : "%s: out of memory",
				 __func__);
	return api_take_text(&text, ret, __func__, err);
}
