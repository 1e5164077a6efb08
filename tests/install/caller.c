/* A caller of the installed library, in C and in C++: prints what it can do
 * here, and what a plan of a box would hold. */
#include <fumehood/fumehood.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const struct fh_error *err)
{
	char line[FH_ERROR_LINE_MAX];

	fh_error_print(err, line, sizeof(line));
	fprintf(stderr, "caller: %s\n", line);
	return 1;
}

static int tell(const struct fh_plan *plan, struct fh_error *err)
{
	for (int g = 0; fh_guarantee_name(g); g++) {
		struct fh_holding holding;

		if (fh_plan_guarantee(plan, g, &holding, err) < 0)
			return fail(err);
		printf("%s %s%s%s\n", fh_guarantee_name(g),
		       fh_state_name(holding.state),
		       holding.holders[0] ? " by " : "", holding.holders);
	}
	return 0;
}

int main(void)
{
	struct fh_policy *policy = fh_policy_new();
	struct fh_kernel *kernel = NULL;
	struct fh_plan *plan = NULL;
	struct fh_error err;
	int r = 1;

	printf("fumehood %s\n", fh_version());
	if (!policy || fh_kernel_probe(&kernel, &err) < 0 ||
	    fh_policy_set(policy, "timeout", "10s", &err) < 0 ||
	    fh_policy_allow(policy, FH_READ, "/etc/hostname", &err) < 0 ||
	    fh_plan_new(policy, kernel, NULL, &plan, &err) < 0) {
		if (policy)
			fail(&err);
	} else {
		printf("Landlock ABI %d\n", fh_kernel_landlock_abi(kernel));
		r = tell(plan, &err);
	}
	fh_plan_free(plan);
	fh_kernel_free(kernel);
	fh_policy_free(policy);
	return r;
}
