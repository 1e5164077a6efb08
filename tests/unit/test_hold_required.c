/* Whoever requires what cannot be held is refused, with cause and remedy. */
#include "invented.h"

static int plan_strictly(const struct wishes *wishes,
			 const struct fh_kernel *kernel, struct fh_error *err)
{
	struct fh_policy *policy = invented_policy(wishes);
	struct fh_plan *plan = NULL;
	int r = plan_new(policy, kernel, invented_env, &plan, err);

	plan_free(plan);
	policy_free(policy);
	return r;
}

static void test_required_ceilings(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fh_error err = { 0 };

	check_int(plan_strictly(WISHES("require", "time"), &kernel, &err),
		  -EPERM);
	check_has(err.what, "time cannot be held: no ceiling was given");
	check_has(err.remedy, "add --timeout");
	check_int(plan_strictly(WISHES("require", "cpu"), &kernel, &err),
		  -EPERM);
	check_has(err.remedy, "add --cpu-time");
	check_int(plan_strictly(WISHES("require", "time", "timeout", "1s"),
				&kernel, &err), 0);
	check_int(plan_strictly(WISHES("require", "disk"), &kernel, &err), 0);
	kernel = invented_kernel_of(7, false);
	check_int(plan_strictly(WISHES("require", "disk"), &kernel, &err),
		  -EPERM);
	check_has(err.remedy, "add --file-size");
}

/* However many there are, and however long the cause is. */
static void test_refusal_of_all(void)
{
	static const enum fh_guarantee lost[] = {
		FH_GUARANTEE_FILES_READ, FH_GUARANTEE_FILES_WRITE,
		FH_GUARANTEE_FILES_SEE,  FH_GUARANTEE_SOCKETS,
		FH_GUARANTEE_PROCESSES,  FH_GUARANTEE_LIFETIME,
		FH_GUARANTEE_PIDS,	      FH_GUARANTEE_CPU,
		FH_GUARANTEE_DISK,	      FH_GUARANTEE_TIME,
	};
	struct fh_kernel kernel = invented_kernel_of(0, false);
	struct fh_error err = { 0 };

	kernel.apparmor_restrict_userns = 1;
	check_int(plan_strictly(WISHES("require", "files-see", "require",
				       "sockets", "require", "processes",
				       "require", "pids", "require", "cpu",
				       "require", "disk", "require", "time"),
				&kernel, &err), -EPERM);
	for (size_t i = 0; i < N(lost); i++)
		check_has(err.what, guarantees[lost[i]].name);
}

/* What hinders the namespaces is a cause only of what they would hold. */
static void test_unrelated_cause(void)
{
	struct fh_kernel kernel = invented_kernel_of(7, true);
	struct fh_error err = { 0 };

	kernel.trials[TRIAL_PID_MAX] = -EACCES; /* before 6.14 */
	check_int(plan_strictly(WISHES("require", "time"), &kernel, &err),
		  -EPERM);
	check_hasnt(err.what, "pid_max");
	kernel = invented_kernel_of(3, true);
	invented_denial(&kernel, TRIAL_PROC, -EPERM);
	check_int(plan_strictly(WISHES("net", "host"), &kernel, &err),
		  -EPERM);
	check_has(err.what, "Landlock ABI 4");
	check_hasnt(err.what, "/proc");
	check_has(err.remedy, "Linux 6.7");
}

static void test_without(void)
{
	struct fh_kernel kernel = invented_kernel_of(0, false);
	struct fh_error err = { 0 };

	check_int(plan_strictly(NULL, &kernel, &err), -EPERM);
	check_has(err.what, "create a user namespace");
	check_int(plan_strictly(WISHES("without", "files-read"), &kernel,
				&err), -EPERM);
	check_hasnt(err.what, "files-read");
	check_has(err.what, "files-write");
	check_has(err.what, "lifetime");
	check_int(plan_strictly(WISHES("without", "files-read", "without",
				       "files-write", "without", "lifetime"),
				&kernel, &err), 0);
}

static const struct tap_test tests[] = {
	{ .name = "a required ceiling must be given",
	  .run = test_required_ceilings },
	{ .name = "every loss is named", .run = test_refusal_of_all },
	{ .name = "a cause belongs to what it hinders",
	  .run = test_unrelated_cause },
	{ .name = "losses that were accepted", .run = test_without },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
