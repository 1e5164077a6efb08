/* Makes the plan that run would follow, for the commands that stop there. */
#include <sys/resource.h>

#include "base/proc.h"
#include "cli.h"

/* Every grant costs a descriptor while it is looked at; the usual soft limit is
 * no reason to refuse more. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct fh_kernel *probe_kernel(void)
{
	struct fh_kernel *kernel = NULL;
	struct fh_error err;

	if (proc_need(&err) < 0 || fh_kernel_probe(&kernel, &err) < 0) {
		print_error(&err);
		return NULL;
	}
	return kernel;
}

struct fh_plan *plan_for(const struct fh_policy *policy)
{
	struct fh_kernel *kernel = probe_kernel();
	struct fh_plan *plan = NULL;
	struct fh_error err;

	if (!kernel)
		return NULL;
	raise_descriptor_limit();
	if (fh_plan_new(policy, kernel, NULL, &plan, &err) < 0)
		print_error(&err);
	fh_kernel_free(kernel);
	return plan;
}
