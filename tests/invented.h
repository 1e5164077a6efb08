/*
 * Kernels, callers and wishes that a test makes up. An ordinary user (1000)
 * on x86_64 where every namespace works; a test then takes away from it.
 */
#ifndef FH_TESTS_INVENTED_H
#define FH_TESTS_INVENTED_H

#include "plan/plan.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ALL_CAPABILITIES ((UINT64_C(1) << 41) - 1)

static char *const invented_env[] = { "HOME=/home/ada", "USER=ada",
				      "PATH=/opt/bin:/usr/bin",
				      "LANG=C.UTF-8", "TERM=xterm",
				      "SSH_AUTH_SOCK=/run/agent",
				      "LD_PRELOAD=/tmp/evil.so", NULL };

__attribute__((unused)) static struct fh_kernel invented_kernel(int abi)
{
	return (struct fh_kernel){
		.arch = FILTER_ARCH_X86_64,
		.release = "6.18.0",
		.uid = 1000,
		.gid = 1000,
		.landlock_abi = abi,
		.landlock_error = abi ? 0 : -ENOSYS,
		.landlock_errata = abi >= 7 ? 7 : 0,
		.max_user_namespaces = 15000,
		.unprivileged_userns_clone = -1,
		.apparmor_restrict_userns = -1,
		.has_mdwe = true,
	};
}

/* The caller is the machine's root, with all that it has. */
__attribute__((unused)) static struct fh_kernel invented_root(int abi)
{
	struct fh_kernel kernel = invented_kernel(abi);

	kernel.uid = kernel.gid = 0;
	kernel.capabilities = ALL_CAPABILITIES;
	kernel.can_clear_groups = true;
	return kernel;
}

/* The trial fails with this code, and what needs it was not tried. */
__attribute__((unused)) static void
invented_denial(struct fh_kernel *kernel, enum namespace_trial first, int code)
{
	kernel->trials[first] = code;
	for (int i = first + 1; i < N_TRIALS; i++)
		kernel->trials[i] = -ECANCELED;
}

__attribute__((unused)) static struct fh_kernel
invented_kernel_of(int abi, bool has_namespaces)
{
	struct fh_kernel kernel = invented_kernel(abi);

	if (!has_namespaces)
		invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	return kernel;
}

#define WISHES_MAX 24

/* A policy from "name", "value" pairs that end with NULL; a switch has the
 * value NULL in its pair. */
struct wishes {
	const char *pairs[WISHES_MAX];
};

#define WISHES(...) (&(const struct wishes){ { __VA_ARGS__ } })

__attribute__((unused)) static struct fh_policy *
invented_policy(const struct wishes *wishes)
{
	static const char origins[][16] = { "--bind",   "--cwd",   "--device",
					    "--exec",   "--hide",  "--read",
					    "--tmpfs",  "--write", "--root" };
	struct fh_policy *policy = policy_new();
	struct fh_error err = { 0 };

	check(policy != NULL);
	for (size_t i = 0; wishes && i + 1 < WISHES_MAX && wishes->pairs[i];
	     i += 2) {
		const char *name = wishes->pairs[i], *origin = "--option";

		for (size_t o = 0; o < N(origins); o++)
			if (strcmp(origins[o] + 2, name) == 0)
				origin = origins[o];
		if (policy_set(policy, name, wishes->pairs[i + 1], origin,
				  &err) < 0)
			tap_fail(__FILE__, __LINE__, "%s: %s", name, err.what);
	}
	return policy;
}

/* All guarantees given up, so that nothing is refused. */
__attribute__((unused)) static void invented_without(struct fh_policy *policy)
{
	policy->without = (UINT32_C(1) << N_GUARANTEES) - 1;
}

__attribute__((unused)) static struct fh_plan *
invented_plan(const struct fh_policy *policy, const struct fh_kernel *kernel)
{
	struct fh_error err = { 0 };
	struct fh_plan *plan = NULL;

	if (plan_new(policy, kernel, invented_env, &plan, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s; %s", err.what, err.remedy);
	return plan;
}

__attribute__((unused)) static void check_has_at(const char *file, int line,
						 const char *text,
						 const char *part)
{
	if (!strstr(text, part))
		tap_fail(file, line, "\"%s\" does not say \"%s\"", text, part);
}

__attribute__((unused)) static void check_hasnt_at(const char *file, int line,
						   const char *text,
						   const char *part)
{
	if (strstr(text, part))
		tap_fail(file, line, "\"%s\" says \"%s\"", text, part);
}

#define check_has(text, part) check_has_at(__FILE__, __LINE__, text, part)
#define check_hasnt(text, part) check_hasnt_at(__FILE__, __LINE__, text, part)

#endif
