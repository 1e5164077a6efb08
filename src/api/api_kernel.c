/* Facts about the kernel, probed once and printed. */
#include "api/export.h"

#include <stdlib.h>

#include "api/api_text.h"
#include "plan/plan.h"
#include "probe/kernel.h"
#include "report/doctor.h"

int fh_kernel_probe(struct fh_kernel **ret, struct fh_error *err)
{
	struct fh_kernel *kernel;
	int r = api_needs(ret, err);

	if (r < 0)
		return r;
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return error_set(err, FH_STAGE_PROBE, -ENOMEM,
				 "%s: out of memory", __func__);
	r = kernel_probe_full(kernel, err);
	if (r < 0) {
		free(kernel);
		return r;
	}
	*ret = kernel;
	return 0;
}

void fh_kernel_free(struct fh_kernel *kernel)
{
	free(kernel);
}

int fh_kernel_landlock_abi(const struct fh_kernel *kernel)
{
	return kernel ? kernel->landlock_abi : 0;
}

bool fh_kernel_has_namespaces(const struct fh_kernel *kernel)
{
	return kernel && kernel_has_namespaces(kernel);
}

/* The guarantees are those of the default policy; to tell what is lost,
 * nothing may be required. */
static int print(const struct fh_kernel *kernel, enum fh_format format,
		 struct text *text, struct fh_error *err)
{
	static char *const no_environment[] = { NULL };
	struct fh_policy *policy = policy_new();
	struct fh_plan *plan = NULL;
	int r;

	if (!policy)
		return error_set(err, FH_STAGE_PLAN, -ENOMEM,
				 "fh_kernel_print: out of memory");
	policy->required = 0;
	r = plan_new(policy, kernel, no_environment, &plan, err);
	if (r == 0 && format == FH_JSON)
		doctor_json(plan, text);
	else if (r == 0)
		doctor_text(plan, text);
	plan_free(plan);
	policy_free(policy);
	return r;
}

int fh_kernel_print(const struct fh_kernel *kernel, enum fh_format format,
		    char **ret, struct fh_error *err)
{
	autotext text = { 0 };
	int r = api_needs(kernel, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r == 0)
		r = print(kernel, format, &text, err);
	return r < 0 ? r : api_take_text(&text, ret, __func__, err);
}
