/* The cause that is named fits the symptom; nothing is made up. */
#include <sys/utsname.h>

#include "invented.h"
#include "sys/landlock_calls.h"

static char cause[256], remedy[256];

static void ask(const struct fh_kernel *kernel)
{
	memset(cause, 'x', sizeof(cause));
	memset(remedy, 'x', sizeof(remedy));
	kernel_namespace_cause(kernel, cause, remedy);
	check(memchr(cause, '\0', sizeof(cause)) != NULL);
	check(memchr(remedy, '\0', sizeof(remedy)) != NULL);
}

/* A kernel where this trial fails so. */
static struct fh_kernel denying(enum namespace_trial first, int code)
{
	struct fh_kernel kernel = invented_kernel(7);

	invented_denial(&kernel, first, code);
	return kernel;
}

static void test_none(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	ask(&kernel);
	check_str(cause, "");
	check_str(remedy, "");
	/* A sysctl alone is no symptom: the trial decides. */
	kernel.apparmor_restrict_userns = 1;
	kernel.max_user_namespaces = 0;
	kernel.is_filtered = true;
	ask(&kernel);
	check_str(cause, "");
}

static void test_sysctls(void)
{
	struct fh_kernel kernel = denying(TRIAL_CREATE, -ENOSPC);

	kernel.max_user_namespaces = 0;
	ask(&kernel);
	check_has(cause, "create a user namespace");
	check_has(cause, "user.max_user_namespaces is 0");
	check_has(remedy, "sysctl user.max_user_namespaces=");
	kernel = denying(TRIAL_CREATE, -EPERM);
	kernel.unprivileged_userns_clone = 0;
	ask(&kernel);
	check_has(cause, "kernel.unprivileged_userns_clone is 0");
	check_has(remedy, "sysctl kernel.unprivileged_userns_clone=1");
}

static void test_used_up(void)
{
	struct fh_kernel kernel = denying(TRIAL_CREATE, -ENOSPC);

	ask(&kernel);
	check_has(cause, "nested too deep or their number is used up");
	check_has(remedy, "outside the other sandbox");
}

static void test_apparmor(void)
{
	static const struct {
		enum namespace_trial first;
		int code;
	} rows[] = { { TRIAL_MAP, -EACCES },  { TRIAL_MAP, -EPERM },
		     { TRIAL_MOUNT, -EPERM }, { TRIAL_CREATE, -EACCES } };

	for (size_t i = 0; i < N(rows); i++) {
		struct fh_kernel kernel =
			denying(rows[i].first, rows[i].code);

		kernel.apparmor_restrict_userns = 1;
		ask(&kernel);
		check_has(cause, "apparmor_restrict_unprivileged_userns is 1");
		check_has(remedy, "AppArmor profile");
		kernel.apparmor_restrict_userns = 0;
		ask(&kernel);
		check_hasnt(cause, "apparmor");
		check_hasnt(remedy, "AppArmor");
	}
}

static void test_containers(void)
{
	struct fh_kernel kernel = denying(TRIAL_CREATE, -EPERM);

	kernel.is_filtered = true;
	ask(&kernel);
	check_has(cause, "system-call filter");
	check_has(remedy, "outer filter");
	kernel = denying(TRIAL_CREATE, -EPERM);
	ask(&kernel);
	check_has(cause, "chroot");
	check_has(remedy, "outside the chroot");
	kernel = denying(TRIAL_PROC, -EPERM);
	kernel.is_masked_proc = true;
	kernel.is_filtered = true;
	ask(&kernel);
	check_has(cause, "mount a fresh /proc");
	check_has(cause, "covered");
	check_has(remedy, "unmasked");
}

/* What is not known is not explained. */
static void test_unknown(void)
{
	struct fh_kernel kernel = denying(TRIAL_CREATE, -ENOSYS);

	ask(&kernel);
	check_str(cause, "cannot create a user namespace (Function not "
			 "implemented)");
	check_str(remedy, "");
	kernel = denying(TRIAL_NET, -ENOMEM);
	ask(&kernel);
	check_str(cause,
		  "cannot create a net namespace (Cannot allocate memory)");
	check_str(remedy, "");
}

/*
 * A kernel before 6.14 has one pid_max, which is the machine's. The user
 * namespaces work there: nothing that hinders them can be the cause.
 */
static void test_old_pid_max(void)
{
	struct fh_kernel kernel = denying(TRIAL_PID_MAX, -EACCES);

	ask(&kernel);
	check_str(cause, "cannot set kernel.pid_max of a pid namespace "
			 "(Permission denied)");
	check_str(remedy, "");
	kernel.apparmor_restrict_userns = 1; /* with our profile loaded */
	kernel.is_filtered = true;
	ask(&kernel);
	check_hasnt(cause, "apparmor");
	check_hasnt(cause, "filter");
	check_str(remedy, "");
}

static void test_namespaces(void)
{
	for (int trial = 0; trial < N_TRIALS; trial++) {
		struct fh_kernel kernel = denying((enum namespace_trial)trial,
						  -EPERM);

		/* Without /proc or pid_max the box is still a box. */
		check_int(kernel_has_namespaces(&kernel), trial > TRIAL_PID);
	}
}

static void test_quick(void)
{
	struct fh_kernel kernel;
	int abi = ll_abi();

	memset(&kernel, 'x', sizeof(kernel));
	kernel_probe_quick(&kernel);
	check(kernel.is_assumed);
	check_int(kernel.arch, FILTER_ARCH_NATIVE);
	check_int(kernel.uid, getuid());
	check_int(kernel.gid, getgid());
	check_int(kernel.landlock_abi, abi > 0 ? abi : 0);
	check_int(kernel.landlock_error, abi > 0 ? 0 : abi);
	check(kernel_has_namespaces(&kernel));
	check_str(kernel.release, "");
	if (getuid() != 0)
		check_int(kernel.capabilities, 0);
}

static void test_full(void)
{
	struct fh_error err = { 0 };
	struct fh_kernel kernel;
	struct utsname names;

	check_int(kernel_probe_full(&kernel, &err), 0);
	check(!kernel.is_assumed);
	check_int(uname(&names), 0);
	check_str(kernel.release, names.release);
	check_int(kernel.max_user_namespaces >= 0,
		  access("/proc/sys/user/max_user_namespaces", F_OK) == 0);
	check_int(kernel.apparmor_restrict_userns >= 0,
		  access("/proc/sys/kernel/"
			 "apparmor_restrict_unprivileged_userns", F_OK) == 0);
}

static const struct tap_test tests[] = {
	{ .name = "no symptom, no cause", .run = test_none },
	{ .name = "switched off by sysctl", .run = test_sysctls },
	{ .name = "used up", .run = test_used_up },
	{ .name = "AppArmor's restriction", .run = test_apparmor },
	{ .name = "containers and chroots", .run = test_containers },
	{ .name = "what is not known", .run = test_unknown },
	{ .name = "an old kernel's pid_max", .run = test_old_pid_max },
	{ .name = "which trials make the namespaces", .run = test_namespaces },
	{ .name = "the cheap facts", .run = test_quick },
	{ .name = "all facts", .run = test_full },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
