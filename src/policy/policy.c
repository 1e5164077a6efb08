/* Makes, frees and checks what a user wants of a box. */
#include "policy/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "tables/guarantees.h"
#include "tables/settings.h"

#define DEFAULT_PIDS 1024
#define DEFAULT_GRACE_MS 2000
#define DEFAULT_TMP_FILES 102400
#define DEFAULT_TMP_SIZE (UINT64_C(256) << 20)

struct fh_policy *policy_new(void)
{
	struct fh_policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return NULL;
	policy->memory = POLICY_UNLIMITED;
	policy->pids = DEFAULT_PIDS;
	policy->cpus = POLICY_UNLIMITED;
	policy->swap = POLICY_UNLIMITED;
	policy->io_weight = POLICY_UNLIMITED;
	policy->grace_ms = DEFAULT_GRACE_MS;
	policy->output_limit = POLICY_UNLIMITED;
	policy->tmp_files = DEFAULT_TMP_FILES;
	policy->status_fd = POLICY_UNLIMITED;
	policy->tty = TTY_AUTO;
	policy->cpu_time_ms = POLICY_UNLIMITED;
	policy->timeout_ms = POLICY_UNLIMITED;
	policy->file_size = POLICY_UNLIMITED;
	policy->open_files = POLICY_UNLIMITED;
	policy->tmp_size = DEFAULT_TMP_SIZE;
	policy->uid = POLICY_UNLIMITED;
	policy->gid = POLICY_UNLIMITED;
	for (int i = 0; i < N_GUARANTEES; i++)
		if (guarantees[i].is_required)
			policy->required |= GUARANTEE_BIT(i);
	return policy;
}

static void names_free(struct name_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->names[i]);
	free(list->names);
}

void policy_free(struct fh_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->n_grants; i++) {
		free(policy->grants[i].source);
		free(policy->grants[i].target);
	}
	free(policy->grants);
	for (size_t i = 0; i < policy->n_syscall_changes; i++)
		free(policy->syscall_changes[i].name);
	free(policy->syscall_changes);
	names_free(&policy->origins);
	names_free(&policy->env);
	names_free(&policy->keep_env);
	free(policy->connect.ports);
	free(policy->listen.ports);
	free(policy->keep_fds);
	free(policy->root);
	free(policy->home);
	free(policy->cwd);
	free(policy->hostname);
	free(policy->report_path);
	free(policy);
}

bool policy_is_set(const struct fh_policy *policy, const char *name)
{
	const struct setting *setting = setting_find(name);

	return setting && policy->is_set >> (setting - settings) & 1;
}

static int check_ports(const struct fh_policy *policy, struct fh_error *err)
{
	if (policy->net == FH_NET_HOST ||
	    (!policy->connect.n && !policy->listen.n))
		return 0;
	error_set(err, FH_STAGE_PLAN, -EINVAL, "%s without the host's network",
		policy->connect.n ? "--connect" : "--listen");
	error_remedy(err, "add --net host, or leave the port out");
	return -EINVAL;
}

/* What a program prints on a terminal does not pass through the relay. */
static int check_output(const struct fh_policy *policy, struct fh_error *err)
{
	if (policy->output_limit == POLICY_UNLIMITED ||
	    policy_tty(policy) == TTY_NONE)
		return 0;
	error_set(err, FH_STAGE_PLAN, -EINVAL,
		"--output-limit with --tty %s: what is printed on a terminal is not counted",
		policy->tty == TTY_PTY ? "pty" : "inherit");
	error_remedy(err, "use --tty none, or leave --output-limit out");
	return -EINVAL;
}

int policy_check(const struct fh_policy *policy, struct fh_error *err)
{
	int r = check_ports(policy, err);

	if (r == 0)
		r = check_output(policy, err);
	return r;
}
