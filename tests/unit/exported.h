/* A policy exported on an invented kernel, as both its texts. */
#ifndef FH_TESTS_EXPORTED_H
#define FH_TESTS_EXPORTED_H

#include "exchange/exchange.h"
#include "invented.h"

struct exported {
	int code;
	struct text out, losses;
	struct fh_error err;
};

static inline struct exported export_policy(const struct fh_policy *policy,
					    enum fh_target target,
					    const struct fh_kernel *kernel,
					    char *const *argv)
{
	struct exported ret = { 0 };

	ret.code = policy_export(policy, target, kernel, invented_env, argv,
				 &ret.out, &ret.losses, &ret.err);
	if (ret.code == 0)
		check_int(ret.out.code | ret.losses.code, 0);
	return ret;
}

static inline struct exported exported(const struct wishes *wishes,
				       enum fh_target target, char *const *argv)
{
	struct fh_policy *policy = invented_policy(wishes);
	struct fh_kernel kernel = invented_kernel(7);
	struct exported ret = export_policy(policy, target, &kernel, argv);

	policy_free(policy);
	return ret;
}

/* The same, which must succeed; the texts stay for the test's short life. */
static inline const char *exported_text(const struct wishes *wishes,
					enum fh_target target,
					char *const *argv)
{
	struct exported ret = exported(wishes, target, argv);

	if (ret.code)
		tap_fail(__FILE__, __LINE__, "%s", ret.err.what);
	text_done(&ret.losses);
	return ret.out.data;
}

#endif
