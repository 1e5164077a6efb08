/* Policies made by the public calls, and what is told of them. */
#ifndef FH_TESTS_UNIT_FRESH_POLICY_H
#define FH_TESTS_UNIT_FRESH_POLICY_H

#include <fumehood/fumehood.h>

#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fh_error err;

static inline struct fh_policy *fresh(void)
{
	struct fh_policy *policy = fh_policy_new();

	check(policy != NULL);
	memset(&err, 0, sizeof(err));
	return policy;
}

static inline void check_value(const struct fh_policy *policy,
			       const char *name, const char *value)
{
	char *told = NULL;

	check_int(fh_policy_get(policy, name, &told, &err), 0);
	if (strcmp(told, value) != 0)
		tap_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", name,
			 told, value);
	free(told);
}

#endif
