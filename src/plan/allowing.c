/* Which option would let a refused system call through: tried, not guessed. */
#include "plan/allowing.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "mech/bpf_run.h"
#include "tables/syscalls.h"

/* In the order in which they are tried: what opens least comes first. */
static const struct {
	const char *setting;
	const char *value; /* NULL: the call's name */
} options[] = {
	{ "allow-syscall", NULL },
	{ "net", "host" },
	{ "syscalls", "default" },
};

int allowing_call(const struct fh_plan *plan, int nr)
{
	for (unsigned int call = 0; nr >= 0 && call < N_SYSCALLS; call++)
		if (syscall_on(plan->kernel.arch, call) == nr)
			return (int)call;
	return -ENOENT;
}

/* Return: 1, 0 or -ENOMEM */
static int lets_through(const struct filter *filter, int nr,
			const uint64_t *args)
{
	struct seccomp_data data = { .nr = nr };
	struct bpf_program program;
	uint32_t action;
	int r;

	if (!args)
		return seccomp_may_pass(filter, nr);
	r = bpf_emit(filter, &program, NULL);
	if (r < 0)
		return r;
	data.arch = filter->arch == FILTER_ARCH_AARCH64 ? AUDIT_ARCH_AARCH64
							: AUDIT_ARCH_X86_64;
	memcpy(data.args, args, sizeof(data.args));
	action = bpf_execute(program.code, &data);
	bpf_program_done(&program);
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

/* A wish that is refused allows nothing. Return: 1, 0 or -ENOMEM */
static int would_allow(const struct fh_plan *plan, const char *setting,
		       const char *value, int nr, const uint64_t *args)
{
	struct fh_policy *policy = policy_copy(plan->policy);
	struct fh_plan *other = NULL;
	int r = policy ? policy_set(policy, setting, value, NULL, NULL)
		       : -ENOMEM;

	if (r == 0)
		r = plan_new(policy, &plan->kernel, plan->envp, &other, NULL);
	if (r == 0)
		r = lets_through(&other->filter, nr, args);
	plan_free(other);
	policy_free(policy);
	return r < 0 && r != -ENOMEM ? 0 : r;
}

int allowing_option(const struct fh_plan *plan, int nr, const uint64_t args[6],
		    char ret[ALLOWING_MAX])
{
	int call = allowing_call(plan, nr);
	int r = plan_need_current(plan, "", NULL);

	ret[0] = '\0';
	if (r == 0)
		r = lets_through(&plan->filter, nr, args);
	if (r < 0 || r == 1 || call < 0)
		return r < 0 ? r : 0;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *value = options[i].value ? options[i].value
						     : syscalls[call].name;

		r = would_allow(plan, options[i].setting, value, nr, args);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		snprintf(ret, ALLOWING_MAX, "--%s %s", options[i].setting,
			 value);
		return 0;
	}
	return 0;
}
