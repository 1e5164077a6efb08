/* System-call filters alone: built, printed, exported, loaded. */
#include "api/export.h"

#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/nearest.h"
#include "base/text.h"
#include "mech/seccomp.h"
#include "mech/seccomp_builder.h"
#include "sys/seccomp_calls.h"

#define ERRNO_MAX 4095 /* include/linux/err.h */

static const char *base_name(size_t i, void *ctx)
{
	(void)ctx;
	return syscall_policies[i].name;
}

static int find_base(const char *name, struct fh_error *err)
{
	const char *nearest;

	for (int i = 0; i < N_SYSCALL_POLICIES; i++)
		if (strcmp(name, syscall_policies[i].name) == 0)
			return i;
	nearest = nearest_name(name, base_name, N_SYSCALL_POLICIES, NULL);
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "unknown policy of system calls %s", name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	return -ENOENT;
}

int fh_seccomp_new(const char *base, struct fh_seccomp **ret,
		   struct fh_error *err)
{
	struct fh_seccomp *seccomp;
	int found = SECCOMP_NO_BASE;
	int r = api_needs(ret, err);

	if (r < 0)
		return r;
	if (base) {
		found = find_base(base, err);
		if (found < 0)
			return found;
	}
	seccomp = calloc(1, sizeof(*seccomp));
	if (!seccomp)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "memory for a filter");
	seccomp->base = found;
	seccomp->on_deny = FH_DENY_ERRNO;
	seccomp->error = EPERM;
	*ret = seccomp;
	return 0;
}

void fh_seccomp_free(struct fh_seccomp *seccomp)
{
	free(seccomp);
}

static int choose(const char *function, struct fh_seccomp *seccomp,
		  const char *name, enum seccomp_choice choice, struct fh_error *err)
{
	int r = api_needs_for(function, seccomp, err);

	if (r == 0)
		r = api_needs_for(function, name, err);
	return r == 0 ? seccomp_choose(seccomp, name, choice, err) : r;
}

int fh_seccomp_allow(struct fh_seccomp *seccomp, const char *name,
		     struct fh_error *err)
{
	return choose(__func__, seccomp, name, CHOICE_ALLOW, err);
}

int fh_seccomp_deny(struct fh_seccomp *seccomp, const char *name,
		    struct fh_error *err)
{
	return choose(__func__, seccomp, name, CHOICE_DENY, err);
}

static int add_condition(const char *function, struct fh_seccomp *seccomp,
			 const char *name, bool is_deny,
			 const struct fh_condition *conditions, size_t n,
			 struct fh_error *err)
{
	int r = api_needs_for(function, seccomp, err);

	if (r == 0)
		r = api_needs_for(function, name, err);
	if (r == 0)
		r = api_needs_for(function, conditions, err);
	return r == 0 ? seccomp_add_condition(seccomp, name, is_deny,
					      conditions, n, function, err)
		      : r;
}

int fh_seccomp_allow_if(struct fh_seccomp *seccomp, const char *name,
			const struct fh_condition *conditions, size_t n,
			struct fh_error *err)
{
	return add_condition(__func__, seccomp, name, false, conditions, n,
			     err);
}

int fh_seccomp_deny_if(struct fh_seccomp *seccomp, const char *name,
		       const struct fh_condition *conditions, size_t n,
		       struct fh_error *err)
{
	return add_condition(__func__, seccomp, name, true, conditions, n, err);
}

/* Worked on as a copy: a failure in the middle leaves nothing half done. */
int fh_seccomp_open_read_only(struct fh_seccomp *seccomp, struct fh_error *err)
{
	struct fh_seccomp *copy;
	int r = api_needs(seccomp, err);

	if (r < 0)
		return r;
	copy = malloc(sizeof(*copy));
	if (!copy)
		return error_set(err, FH_STAGE_PREPARE, -ENOMEM,
				 "memory for a filter");
	*copy = *seccomp;
	r = seccomp_open_read_only(copy, err);
	if (r == 0)
		*seccomp = *copy;
	free(copy);
	return r;
}

int fh_seccomp_on_deny(struct fh_seccomp *seccomp, enum fh_deny action,
		       int error, struct fh_error *err)
{
	int r = api_needs(seccomp, err);

	if (r < 0)
		return r;
	if (action != FH_DENY_ERRNO && action != FH_DENY_KILL &&
	    action != FH_DENY_LOG)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: unknown action %d", __func__,
				 (int)action);
	if (action == FH_DENY_ERRNO ? error < 1 || error > ERRNO_MAX
				    : error != 0)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: error %d is not 1 to %d, or 0 without FH_DENY_ERRNO",
				 __func__, error, ERRNO_MAX);
	seccomp->on_deny = action;
	seccomp->error = action == FH_DENY_ERRNO ? (uint16_t)error : EPERM;
	return 0;
}

int fh_seccomp_print(const struct fh_seccomp *seccomp, enum fh_format format,
		     char **ret, struct fh_error *err)
{
	struct text text = { 0 };
	struct filter filter;
	int r = api_needs(seccomp, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0 && format != FH_TEXT && format != FH_JSON)
		r = error_set(err, FH_STAGE_PARSE, -EINVAL,
			      "%s: unknown format %d", __func__, (int)format);
	if (r == 0)
		r = seccomp_build(seccomp, &filter, err);
	if (r < 0)
		return r;
	seccomp_print(seccomp, &filter, format, &text);
	if (text.code < 0) {
		r = error_set(err, FH_STAGE_PREPARE, text.code,
			      "print a filter");
		text_done(&text);
		return r;
	}
	*ret = text.data;
	return 0;
}

static int emit(const struct fh_seccomp *seccomp, struct bpf_program *ret,
		struct fh_error *err)
{
	struct filter filter;
	int r = seccomp_build(seccomp, &filter, err);

	return r == 0 ? bpf_emit(&filter, ret, err) : r;
}

int fh_seccomp_export(const struct fh_seccomp *seccomp, void **ret,
		      size_t *ret_n, struct fh_error *err)
{
	struct bpf_program program;
	int r = api_needs(seccomp, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_needs(ret_n, err);
	if (r == 0)
		r = emit(seccomp, &program, err);
	if (r != 0)
		return r;
	*ret = program.code;
	*ret_n = program.len;
	return 0;
}

/* After it not even memory may be freed: the filter may refuse what free()
 * asks of the kernel. */
static int load(struct sock_filter *code, uint16_t len, struct fh_error *err)
{
	const struct sock_fprog program = {
		.len = len,
		.filter = code,
	};
	int r;

	/* TSYNC carries it to the other threads. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set(err, FH_STAGE_APPLY, -errno,
				 "set no_new_privs");
	r = sys_seccomp(SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_TSYNC |
				SECCOMP_FILTER_FLAG_TSYNC_ESRCH, &program);
	if (r == -ESRCH)
		return error_set(err, FH_STAGE_APPLY, -EBUSY,
				 "filter all threads: one has a filter that the caller has not");
	if (r < 0)
		return error_set(err, FH_STAGE_APPLY, r,
				 "load a system-call filter");
	return 0;
}

int fh_seccomp_load(const struct fh_seccomp *seccomp, struct fh_error *err)
{
	struct sock_filter code[FILTER_BPF_MAX];
	struct bpf_program program;
	uint16_t len;
	int r = api_needs(seccomp, err);

	if (r == 0)
		r = emit(seccomp, &program, err);
	if (r != 0)
		return r;
	len = program.len;
	memcpy(code, program.code, len * sizeof(*code));
	bpf_program_done(&program);
	return load(code, len, err);
}
