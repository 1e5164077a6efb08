/* The resource limits that a policy asks for, below those there are. */
#include "mech/limits.h"

#include <sys/resource.h>

#include "plan/box.h"
#include "policy/policy.h"
#include "tap.h"

static void check_limit(const struct box *box, size_t i, int resource,
			uint64_t soft, uint64_t hard)
{
	check(i < box->n_rlimits);
	check_int(box->rlimits[i].resource, resource);
	check_int(box->rlimits[i].limit.rlim_cur, soft);
	check_int(box->rlimits[i].limit.rlim_max, hard);
}

static void set(int resource, uint64_t soft, uint64_t hard)
{
	const struct rlimit limit = { soft, hard };

	check_int(setrlimit((__rlimit_resource_t)resource, &limit), 0);
}

static void test_none(void)
{
	struct fh_policy *policy = policy_new();
	struct box box = { 0 };

	check(!limits_are_asked(policy));
	limits_add_asked(&box, policy);
	check_int(box.n_rlimits, 0);
	policy_free(policy);
}

static void test_each(void)
{
	struct fh_policy *policy = policy_new();
	struct box box = { 0 };

	policy->open_files = 99;
	check(limits_are_asked(policy));
	limits_add_asked(&box, policy);
	policy->open_files = POLICY_UNLIMITED;
	policy->file_size = 1234;
	check(limits_are_asked(policy));
	limits_add_asked(&box, policy);
	policy->file_size = POLICY_UNLIMITED;
	policy->cpu_time_ms = 5999;
	check(limits_are_asked(policy));
	limits_add_asked(&box, policy);
	check_int(box.n_rlimits, 3);
	check_limit(&box, 0, RLIMIT_NOFILE, 99, 99);
	check_limit(&box, 1, RLIMIT_FSIZE, 1234, 1234);
	/* A second between the warning and the end. */
	check_limit(&box, 2, RLIMIT_CPU, 5, 6);
	policy_free(policy);
}

static void test_all(void)
{
	struct fh_policy *policy = policy_new();
	struct box box = { 0 };

	policy->open_files = 99;
	policy->file_size = 1234;
	policy->cpu_time_ms = 5000;
	limits_add_asked(&box, policy);
	check_int(box.n_rlimits, 3);
	policy_free(policy);
}

static void test_not_raised(void)
{
	struct box box = { 0 };

	set(RLIMIT_FSIZE, 10, 100);
	limits_add(&box, RLIMIT_FSIZE, 50, 99);
	limits_add(&box, RLIMIT_FSIZE, 50, 101);
	limits_add(&box, RLIMIT_FSIZE, 200, 300);
	check_limit(&box, 0, RLIMIT_FSIZE, 50, 99);
	check_limit(&box, 1, RLIMIT_FSIZE, 50, 100);
	check_limit(&box, 2, RLIMIT_FSIZE, 100, 100);
}

static const struct tap_test tests[] = {
	{ .name = "none is asked for", .run = test_none },
	{ .name = "each", .run = test_each },
	{ .name = "all", .run = test_all },
	{ .name = "a hard limit is not raised", .run = test_not_raised },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
