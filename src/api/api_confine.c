/* fh_confine() and the ready-made calls. */
#include "api/export.h"

#include <stdlib.h>

#include "api/api_options.h"
#include "confine/confine.h"
#include "confine/confine_plan.h"
#include "base/cleanup.h"

static int check_options(const struct fh_confine_options *options,
			 struct fh_error *err)
{
	if (!options)
		return 0;
	return api_check_options("fh_confine_options", options->size,
				 sizeof(*options), options->flags, 0, err);
}

int fh_plan_confine(const struct fh_policy *policy,
		    const struct fh_kernel *kernel, struct fh_plan **ret,
		    struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(kernel, err);
	if (r == 0)
		r = api_needs(ret, err);
	return r == 0 ? confine_plan(policy, kernel, ret, err) : r;
}

int fh_confine(const struct fh_policy *policy,
	       const struct fh_confine_options *options,
	       struct fh_plan **ret_plan, struct fh_error *err)
{
	struct fh_kernel kernel;
	struct fh_plan *plan = NULL;
	int r = api_needs(policy, err);

	if (r == 0)
		r = check_options(options, err);
	if (r < 0)
		return r;
	/* Ids, capabilities and what an earlier filter allows may have changed
	 * since anybody looked; asking is cheap. */
	kernel_probe_quick(&kernel);
	r = confine_plan(policy, &kernel, &plan, err);
	if (r == 0)
		r = confine_carry_out(plan, options ? options->log : NULL, err);
	if (r == 0 && ret_plan)
		*ret_plan = plan;
	else
		plan_free(plan);
	return r;
}

static int confine_by_preset(const char *name, const char *const *directories,
			     struct fh_error *err)
{
	struct fh_policy *policy = fh_policy_new();
	int r;

	if (!policy)
		return error_set(err, FH_STAGE_PARSE, -ENOMEM, "%s", name);
	r = fh_policy_preset(policy, name, directories, 2, err);
	if (r == 0)
		r = fh_confine(policy, NULL, NULL, err);
	fh_policy_free(policy);
	return r;
}

int fh_confine_network_service(const char *data_dir, const char *log_dir,
			       struct fh_error *err)
{
	const char *const directories[] = { data_dir, log_dir };

	return confine_by_preset("network-server", directories, err);
}

int fh_confine_file_processor(const char *input_dir, const char *output_dir,
			      struct fh_error *err)
{
	const char *const directories[] = { input_dir, output_dir };

	return confine_by_preset("file-processor", directories, err);
}
