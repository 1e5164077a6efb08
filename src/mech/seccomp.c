/* Plans the system-call filter: policy and kernel facts in, rules out. */
#include "mech/seccomp.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/scratch.h"
#include "mech/seccomp_policies.h"
#include "mech/seccomp_rules.h"
#include "sys/seccomp_calls.h"

/*
 * Refusals that keep their errno whatever on_deny says, because programs ask
 * only to see whether they may: libc falls back from clone3 to clone and from
 * openat2 to openat on ENOSYS, and on nothing else; looking up a user name
 * tries a socket, loading libnuma asks for the memory policy, ls and cp for
 * attributes, which not every file system has. KILL would end
 * harmless programs here, and LOG would let through what rules rely on.
 */
static const struct {
	uint16_t call;
	uint16_t error;
} soft_refusals[] = {
	{ CALL_clone3, ENOSYS },
	{ CALL_get_mempolicy, EPERM },
	{ CALL_getxattr, EOPNOTSUPP },
	{ CALL_getxattrat, EOPNOTSUPP },
	{ CALL_lgetxattr, EOPNOTSUPP },
	{ CALL_listmount, ENOSYS },
	{ CALL_listns, ENOSYS },
	{ CALL_listxattr, EOPNOTSUPP },
	{ CALL_listxattrat, EOPNOTSUPP },
	{ CALL_llistxattr, EOPNOTSUPP },
	{ CALL_lsm_get_self_attr, ENOSYS },
	{ CALL_lsm_list_modules, ENOSYS },
	{ CALL_lsm_set_self_attr, ENOSYS },
	{ CALL_openat2, ENOSYS },
	{ CALL_socket, EAFNOSUPPORT },
	{ CALL_socketpair, EAFNOSUPPORT },
	{ CALL_statmount, ENOSYS },
};

/* The work of one compilation. */
struct compiler {
	const struct seccomp_request *request;
	struct filter *filter;
	struct syscall_set allowed;
	struct syscall_set locked;
	struct syscall_set unsafe;
};

int syscall_on(enum filter_arch arch, unsigned call)
{
	if (arch == FILTER_ARCH_AARCH64)
		return syscalls[call].aarch64;
	return syscalls[call].x86_64;
}

int syscall_number(enum filter_arch arch, const char *name)
{
	int call = syscall_find(name);
	int nr;

	if (call < 0)
		return -ENOENT;
	nr = syscall_on(arch, call);
	return nr < 0 ? -ENOENT : nr;
}

static int fail_unknown(const char *name, struct fh_error *err)
{
	const char *nearest = NULL;

	syscall_name_is_known(name, &nearest);
	error_set(err, FH_STAGE_PLAN, -EINVAL, "unknown system call or group %s",
		name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	return -EINVAL;
}

/* The worker of a broker is one process and stays what it is: a child would
 * outlive it, and so would what a thread other than the first one executes, which
 * no longer has the signal that comes with the monitor's end. */
static bool leaves_worker(unsigned call)
{
	return call == CALL_clone3 || call == CALL_fork || call == CALL_vfork ||
	       call == CALL_execve || call == CALL_execveat;
}

static int fail_locked(const char *name, unsigned call, struct fh_error *err)
{
	const char *call_name = syscalls[call].name;

	if (strcmp(name, call_name) == 0)
		error_set(err, FH_STAGE_PLAN, -EINVAL,
			"%s cannot be allowed", name);
	else
		error_set(err, FH_STAGE_PLAN, -EINVAL,
			"%s cannot be allowed: it contains %s", name,
			call_name);
	if (call == CALL_clone3 || call == CALL_openat2)
		error_remedy(err, "leave it out: programs fall back to %s, "
			       "whose flags a filter can see",
			  call == CALL_clone3 ? "clone" : "openat");
	else if (leaves_worker(call))
		error_remedy(err, "leave it out: a broker's worker is one process and executes nothing; clone is there for threads");
	else
		error_remedy(err, "leave it out: it could undo the namespaces, "
			       "the mounts or the filter itself");
	return -EINVAL;
}

/* With the filter loaded just before it, execve starts the program. */
static int fail_needed(const char *name, struct fh_error *err)
{
	error_set(err, FH_STAGE_PLAN, -EINVAL,
		"%s cannot be denied: execve starts the program", name);
	return -EINVAL;
}

static bool is_passed_over(const struct compiler *c, unsigned call)
{
	if (c->request->is_worker && call != CALL_clone3 && leaves_worker(call))
		return true;
	return call == CALL_openat2;
}

static int change_calls(struct compiler *c, const struct syscall_change *change,
			struct fh_error *err)
{
	struct syscall_set meant = { 0 };
	uint16_t member;
	int found;

	found = change->name[0] == '@' ? syscall_group_find(change->name) :
					 syscall_find(change->name);
	if (found < 0)
		return fail_unknown(change->name, err);
	member = (uint16_t)found;
	if (change->name[0] == '@')
		member |= MEMBER_GROUP;
	syscall_set_change(&meant, &member, 1);
	if (change->is_deny && meant.has[CALL_execve] && !c->request->is_self)
		return fail_needed(change->name, err);
	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		if (!meant.has[call])
			continue;
		/* In a group the others are what was meant. */
		if (!change->is_deny && (member & MEMBER_GROUP) &&
		    is_passed_over(c, call))
			continue;
		if (!change->is_deny && c->locked.has[call])
			return fail_locked(change->name, call, err);
		c->allowed.has[call] = !change->is_deny;
	}
	return 0;
}

int syscall_soft_errno(unsigned call)
{
	for (size_t i = 0; i < ARRAY_SIZE(soft_refusals); i++)
		if (soft_refusals[i].call == call)
			return soft_refusals[i].error;
	return 0;
}

static struct verdict refusal(const struct compiler *c, unsigned call)
{
	int soft = syscall_soft_errno(call);

	if (soft)
		return (struct verdict){ VERDICT_ERRNO, (uint16_t)soft };
	if (c->request->on_deny == FH_DENY_KILL)
		return (struct verdict){ VERDICT_KILL, 0 };
	if (c->request->on_deny == FH_DENY_LOG && !c->unsafe.has[call])
		return (struct verdict){ VERDICT_LOG, 0 };
	return (struct verdict){ VERDICT_ERRNO, EPERM };
}

static void decide_numbers(struct compiler *c)
{
	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(c->filter->arch, call);

		if (nr < 0)
			continue;
		invariant(nr < FILTER_NR_MAX);
		if (c->allowed.has[call])
			c->filter->by_nr[nr].kind = VERDICT_ALLOW;
		else
			c->filter->by_nr[nr] = refusal(c, call);
	}
}

/*
 * EPERM says "refused", so on_deny may make it deadlier; any other errno is
 * an answer that programs know how to go on from. LOG never loosens a rule.
 */
static struct verdict rule_verdict(const struct compiler *c,
				   struct verdict verdict)
{
	if (c->request->on_deny == FH_DENY_KILL && verdict.kind == VERDICT_ERRNO &&
	    verdict.error == EPERM)
		return (struct verdict){ VERDICT_KILL, 0 };
	return verdict;
}

/* The call's number if its arguments matter, that is when it gets through. */
static int number_under_rules(const struct compiler *c, unsigned call,
			      enum rule_when when)
{
	int nr = syscall_on(c->filter->arch, call);

	if (nr < 0 || !seccomp_rule_applies(when, c->request))
		return -ENOENT;
	if (c->filter->by_nr[nr].kind != VERDICT_ALLOW &&
	    c->filter->by_nr[nr].kind != VERDICT_LOG)
		return -ENOENT;
	return nr;
}

/* An allowing row must not turn LOG into silence. */
static int add_rule(struct compiler *c, const struct seccomp_rule *row)
{
	int nr = number_under_rules(c, row->call, row->when);
	struct filter_rule *rule = &c->filter->rules[c->filter->n_rules];

	if (nr < 0)
		return 0;
	if (c->filter->n_rules == FILTER_RULES_MAX)
		return -E2BIG;
	*rule = (struct filter_rule){ .nr = (int16_t)nr,
				      .n_tests = row->n_tests };
	memcpy(rule->tests, row->tests, sizeof(rule->tests));
	rule->verdict = row->verdict.kind == VERDICT_ALLOW ?
				c->filter->by_nr[nr] :
				rule_verdict(c, row->verdict);
	c->filter->n_rules++;
	return 0;
}

static int add_rules(struct compiler *c, struct fh_error *err)
{
	for (size_t i = 0; i < n_seccomp_rules; i++) {
		if (add_rule(c, &seccomp_rules[i]) < 0)
			return error_set(err, FH_STAGE_PLAN, -E2BIG,
				       "more than %d argument rules",
				       FILTER_RULES_MAX);
	}
	/* Only now: number_under_rules() has to see what the policy said. */
	for (size_t i = 0; i < n_seccomp_rests; i++) {
		const struct seccomp_rest *rest = &seccomp_rests[i];
		int nr = number_under_rules(c, rest->call, rest->when);

		if (nr >= 0)
			c->filter->by_nr[nr] = rule_verdict(
				c, (struct verdict){ VERDICT_ERRNO,
						     rest->error });
	}
	return 0;
}

/* Only the rules in use: the others would be fresh pages for nothing. */
static void filter_copy(const struct filter *filter, struct filter *ret)
{
	ret->arch = filter->arch;
	memcpy(ret->by_nr, filter->by_nr, sizeof(ret->by_nr));
	memcpy(ret->rules, filter->rules,
	       filter->n_rules * sizeof(ret->rules[0]));
	ret->n_rules = filter->n_rules;
}

void filter_init(struct filter *ret, enum filter_arch arch)
{
	ret->arch = arch;
	ret->n_rules = 0;
	memset(ret->by_nr, 0, sizeof(ret->by_nr));
}

/* Whatever the policy says and on-deny does. Answers come by recvmsg. */
static void bind_worker(struct compiler *c)
{
	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		if (!leaves_worker(call))
			continue;
		c->allowed.has[call] = false;
		c->locked.has[call] = c->unsafe.has[call] = true;
	}
	c->allowed.has[CALL_recvmsg] = true;
}

int seccomp_compile(const struct seccomp_request *request, struct filter *ret,
		    struct fh_error *err)
{
	scratch struct filter filter;
	struct compiler c = { .request = request, .filter = &filter };
	int r;

	filter_init(&filter, request->arch);
	seccomp_policy_calls(request->base, &c.allowed);
	seccomp_locked_calls(&c.locked);
	seccomp_unsafe_calls(&c.unsafe);
	/* Its flags lie in memory, out of a filter's sight, and every policy
	 * has rules on the flags of openat. A monitor needs it all the same:
	 * nothing else stays beneath a directory. */
	c.allowed.has[CALL_openat2] = false;
	c.locked.has[CALL_openat2] = !request->is_monitor;
	if (request->is_worker)
		bind_worker(&c);
	for (size_t i = 0; i < request->n_changes; i++) {
		r = change_calls(&c, &request->changes[i], err);
		if (r < 0)
			return r;
	}
	decide_numbers(&c);
	r = add_rules(&c, err);
	if (r < 0)
		return r;
	filter_copy(&filter, ret);
	return 0;
}

bool syscall_is_locked(const char *name)
{
	struct syscall_set locked;
	int call = syscall_find(name);

	seccomp_locked_calls(&locked);
	return call >= 0 && (locked.has[call] || call == CALL_openat2);
}

bool seccomp_counts(const struct seccomp_request *request)
{
	for (size_t i = 0; i < request->n_changes; i++)
		if (!request->changes[i].is_deny &&
		    strcmp(request->changes[i].name, "seccomp") == 0)
			return false;
	return request->can_count;
}

static void add_test(struct filter *filter, unsigned call, struct arg_test test)
{
	struct filter_rule *rule = &filter->rules[filter->n_rules++];

	*rule = (struct filter_rule){ .nr = (int16_t)syscall_on(filter->arch,
								call),
				      .n_tests = 1,
				      .tests = { test },
				      .verdict = { VERDICT_ALLOW, 0 } };
}

/* Two calls by their argument, all else of them kills. */
static void allow_counting(struct filter *filter)
{
	static const uint32_t ioctls[] = { SECCOMP_IOCTL_NOTIF_RECV,
					   SECCOMP_IOCTL_NOTIF_SEND,
					   SECCOMP_IOCTL_NOTIF_SET_FLAGS };

	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++)
		add_test(filter, CALL_ioctl,
			 (struct arg_test){ .arg = 1, .op = ARG_EQ,
					    .value = ioctls[i] });
	add_test(filter, CALL_unshare,
		 (struct arg_test){ .arg = 0, .op = ARG_EQ, .is_wide = true,
				    .value = CLONE_FILES });
	filter->by_nr[syscall_on(filter->arch, CALL_close_range)].kind =
		VERDICT_ALLOW;
}

/* To tell without waiting, and to see whether a process can be made: one that has
 * our memory and does nothing. */
static void allow_watching(struct filter *filter)
{
	add_test(filter, CALL_clone,
		 (struct arg_test){ .arg = 0, .op = ARG_EQ, .is_wide = true,
				    .value = CLONE_VM | SIGCHLD });
	add_test(filter, CALL_sendto,
		 (struct arg_test){ .arg = 3, .op = ARG_EQ,
				    .value = MSG_DONTWAIT | MSG_NOSIGNAL });
}

/* A process of our own: what it has no need of would kill it. */
static void compile_own(enum filter_arch arch, const struct syscall_set *calls,
			struct filter *ret)
{
	ret->arch = arch;
	ret->n_rules = 0;
	for (unsigned nr = 0; nr < FILTER_NR_MAX; nr++)
		ret->by_nr[nr] = (struct verdict){ VERDICT_KILL, 0 };
	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(arch, call);

		if (nr >= 0 && calls->has[call])
			ret->by_nr[nr].kind = VERDICT_ALLOW;
	}
}

void seccomp_compile_init(enum filter_arch arch, bool counts,
			  struct filter *ret)
{
	struct syscall_set calls;

	seccomp_init_calls(&calls);
	compile_own(arch, &calls, ret);
	allow_watching(ret);
	if (counts)
		allow_counting(ret);
}

void seccomp_compile_relay(enum filter_arch arch, struct filter *ret)
{
	struct syscall_set calls;

	seccomp_relay_calls(&calls);
	compile_own(arch, &calls, ret);
}

static bool lets_through(struct verdict verdict)
{
	return verdict.kind == VERDICT_ALLOW || verdict.kind == VERDICT_LOG;
}

bool seccomp_may_pass(const struct filter *filter, int nr)
{
	for (size_t i = 0; i < filter->n_rules; i++)
		if (filter->rules[i].nr == nr &&
		    lets_through(filter->rules[i].verdict))
			return true;
	return lets_through(seccomp_verdict(filter, nr, NULL));
}

struct verdict seccomp_verdict(const struct filter *filter, int nr,
			       bool *ret_has_rules)
{
	bool has_rules = false;

	for (size_t i = 0; i < filter->n_rules; i++)
		has_rules |= filter->rules[i].nr == nr;
	if (ret_has_rules)
		*ret_has_rules = has_rules;
	if (nr < 0 || nr >= FILTER_NR_MAX)
		return (struct verdict){ VERDICT_UNKNOWN, 0 };
	return filter->by_nr[nr];
}
