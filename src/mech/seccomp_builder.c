/* A filter put together call by call, on top of a policy or of nothing. */
#include "mech/seccomp_builder.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "mech/seccomp_policies.h"
#include "mech/seccomp_rules.h"

/* --- names ----------------------------------------------------------------- */

static int fail_unknown(const char *name, struct fh_error *err)
{
	const char *nearest = NULL;

	syscall_name_is_known(name, &nearest);
	error_set(err, FH_STAGE_PARSE, -ENOENT,
		  "unknown system call or group %s", name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	return -ENOENT;
}

static void drop_conditions(struct fh_seccomp *seccomp, unsigned int call)
{
	size_t n = 0;

	for (size_t i = 0; i < seccomp->n_conditions; i++)
		if (seccomp->conditions[i].call != call)
			seccomp->conditions[n++] = seccomp->conditions[i];
	seccomp->n_conditions = n;
}

int seccomp_choose(struct fh_seccomp *seccomp, const char *name,
		   enum seccomp_choice choice, struct fh_error *err)
{
	struct syscall_set meant = { 0 };
	bool is_group = *name == '@';
	int found = is_group ? syscall_group_find(name) : syscall_find(name);
	uint16_t member;

	if (found < 0)
		return fail_unknown(name, err);
	member = (uint16_t)(found | (is_group ? MEMBER_GROUP : 0));
	if (is_group && choice == CHOICE_DENY)
		choice = CHOICE_REFUSE;
	syscall_set_change(&meant, &member, 1);
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		if (!meant.has[call])
			continue;
		seccomp->choices[call] = (uint8_t)choice;
		drop_conditions(seccomp, call);
	}
	return 0;
}

/* --- conditions ------------------------------------------------------------ */

static const uint8_t operations[] = {
	[FH_COMPARE_EQ] = ARG_EQ,
	[FH_COMPARE_NE] = ARG_NE,
	[FH_COMPARE_MASKED_EQ] = ARG_MASKED_EQ,
	[FH_COMPARE_MASKED_NE] = ARG_MASKED_NE,
	[FH_COMPARE_GT] = ARG_GT,
	[FH_COMPARE_GE] = ARG_GE,
};

/* Of 32 bits, or a negative int: cutting another one would test for something
 * that nobody asked for. */
static bool fits_word(uint64_t value)
{
	return value >> 32 == 0 || value >> 31 == 0x1ffffffff;
}

static const char *find_fault(const struct fh_condition *condition)
{
	bool is_masked = condition->compare == FH_COMPARE_MASKED_EQ ||
			 condition->compare == FH_COMPARE_MASKED_NE;

	if (condition->argument > 5)
		return "a call has the arguments 0 to 5";
	if ((unsigned int)condition->compare >= ARRAY_SIZE(operations))
		return "unknown comparison";
	if (!condition->is_wide && !fits_word(condition->value))
		return "a value of more than 32 bits needs is_wide";
	if (!is_masked)
		return NULL;
	if (!condition->is_wide && !fits_word(condition->mask))
		return "a mask of more than 32 bits needs is_wide";
	if (!condition->mask)
		return "a mask of no bit tests nothing";
	if (condition->value & ~condition->mask)
		return "the value has bits that the mask has not";
	return NULL;
}

static struct arg_test to_test(const struct fh_condition *condition)
{
	uint64_t cut = condition->is_wide ? UINT64_MAX : UINT32_MAX;

	return (struct arg_test){
		.arg = (uint8_t)condition->argument,
		.op = operations[condition->compare],
		.is_wide = condition->is_wide,
		.value = condition->value & cut,
		.mask = condition->mask & cut,
	};
}

/* Rules of the base may have to stand beside them, whatever the action. */
static size_t room_for_conditions(const struct fh_seccomp *seccomp)
{
	return seccomp->base == SECCOMP_NO_BASE
		       ? FILTER_RULES_MAX
		       : FILTER_RULES_MAX - n_seccomp_rules;
}

static int find_one(const char *name, const char *function,
		    struct fh_error *err)
{
	int call = syscall_find(name);

	if (call >= 0)
		return call;
	if (syscall_group_find(name) >= 0)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: %s is a group: conditions are of one call",
				 function, name);
	return fail_unknown(name, err);
}

int seccomp_add_condition(struct fh_seccomp *seccomp, const char *name,
			  bool is_deny, const struct fh_condition *conditions,
			  size_t n, const char *function,
			  struct fh_error *err)
{
	struct seccomp_condition made = { .is_deny = is_deny };
	int call = find_one(name, function, err);

	if (call < 0)
		return call;
	if (n < 1 || n > FH_CONDITIONS_MAX)
		return error_set(err, FH_STAGE_PARSE, -EINVAL,
				 "%s: %zu conditions of %s, not 1 to %d",
				 function, n, name, FH_CONDITIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *fault = find_fault(&conditions[i]);

		if (fault)
			return error_set(err, FH_STAGE_PARSE, -EINVAL,
					 "%s: condition %zu of %s: %s",
					 function, i, name, fault);
		made.tests[made.n_tests++] = to_test(&conditions[i]);
	}
	if (seccomp->n_conditions >= room_for_conditions(seccomp))
		return error_set(err, FH_STAGE_PARSE, -E2BIG,
				 "%s: no room for more conditions than %zu",
				 function, seccomp->n_conditions);
	made.call = (uint16_t)call;
	seccomp->conditions[seccomp->n_conditions++] = made;
	return 0;
}
_Static_assert(FH_CONDITIONS_MAX == FILTER_TESTS_MAX, "each has its test");

/* Allowed by what the flags have not, so that a flag which is yet to come and
 * has to do with the others is no hole. */
int seccomp_open_read_only(struct fh_seccomp *seccomp, struct fh_error *err)
{
	static const struct {
		const char *name;
		unsigned int flags;
	} opens[] = { { "open", 1 }, { "openat", 2 } };
	int r = seccomp_choose(seccomp, "creat", CHOICE_REFUSE, err);

	if (r == 0)
		r = seccomp_choose(seccomp, "openat2", CHOICE_REFUSE, err);
	for (size_t i = 0; i < ARRAY_SIZE(opens) && r == 0; i++) {
		const struct fh_condition reads = {
			.argument = opens[i].flags,
			.compare = FH_COMPARE_MASKED_EQ,
			.mask = OPEN_CHANGES,
		};

		r = seccomp_choose(seccomp, opens[i].name, CHOICE_REFUSE, err);
		if (r == 0)
			r = seccomp_add_condition(seccomp, opens[i].name, false,
						  &reads, 1,
						  "fh_seccomp_open_read_only",
						  err);
	}
	return r;
}

/* --- the filter ------------------------------------------------------------ */

static struct verdict refused(const struct fh_seccomp *seccomp, unsigned call,
			      const struct syscall_set *unsafe)
{
	if (seccomp->choices[call] != CHOICE_DENY &&
	    syscall_soft_errno(call) == ENOSYS)
		return (struct verdict){ VERDICT_ERRNO, ENOSYS };
	if (seccomp->on_deny == FH_DENY_KILL)
		return (struct verdict){ VERDICT_KILL, 0 };
	if (seccomp->on_deny == FH_DENY_LOG && !unsafe->has[call])
		return (struct verdict){ VERDICT_LOG, 0 };
	return (struct verdict){ VERDICT_ERRNO, seccomp->error };
}

/* What the base refuses by EPERM, the general errno, gets the one that was
 * asked for. */
static void put_error(const struct fh_seccomp *seccomp,
		      struct verdict *verdict)
{
	if (verdict->kind == VERDICT_ERRNO && verdict->error == EPERM)
		verdict->error = seccomp->error;
}

static int build_base(const struct fh_seccomp *seccomp, struct filter *ret,
		      struct fh_error *err)
{
	const struct seccomp_request request = {
		.arch = FILTER_ARCH_NATIVE,
		.base = (enum syscall_policy)seccomp->base,
		.on_deny = seccomp->on_deny,
	};
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->arch = FILTER_ARCH_NATIVE;
	if (seccomp->base == SECCOMP_NO_BASE)
		return 0;
	r = seccomp_compile(&request, ret, err);
	if (r < 0)
		return r;
	for (size_t nr = 0; nr < FILTER_NR_MAX; nr++)
		put_error(seccomp, &ret->by_nr[nr]);
	for (size_t i = 0; i < ret->n_rules; i++)
		put_error(seccomp, &ret->rules[i].verdict);
	return 0;
}

/* The base's rules of calls of which nothing was said but conditions, which
 * are tried first. */
static void add_base_rules(const struct fh_seccomp *seccomp,
			   const struct filter *base, struct filter *ret)
{
	bool is_kept[FILTER_NR_MAX] = { false };

	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(ret->arch, call);

		if (nr >= 0)
			is_kept[nr] = seccomp->choices[call] == CHOICE_BASE;
	}
	for (size_t i = 0; i < base->n_rules; i++)
		if (is_kept[base->rules[i].nr])
			ret->rules[ret->n_rules++] = base->rules[i];
}

static void add_conditions(const struct fh_seccomp *seccomp,
			   const struct syscall_set *unsafe,
			   struct filter *ret)
{
	for (size_t i = 0; i < seccomp->n_conditions; i++) {
		const struct seccomp_condition *said = &seccomp->conditions[i];
		int nr = syscall_on(ret->arch, said->call);
		struct filter_rule *rule = &ret->rules[ret->n_rules];

		if (nr < 0)
			continue;
		rule->nr = (int16_t)nr;
		rule->n_tests = said->n_tests;
		memcpy(rule->tests, said->tests, sizeof(rule->tests));
		rule->verdict = (struct verdict){ VERDICT_ALLOW, 0 };
		if (said->is_deny)
			rule->verdict = refused(seccomp, said->call, unsafe);
		ret->n_rules++;
	}
}

int seccomp_build(const struct fh_seccomp *seccomp, struct filter *ret,
		  struct fh_error *err)
{
	struct syscall_set unsafe;
	struct filter base;
	int r = build_base(seccomp, &base, err);

	if (r < 0)
		return r;
	seccomp_unsafe_calls(&unsafe);
	ret->arch = base.arch;
	ret->n_rules = 0;
	memcpy(ret->by_nr, base.by_nr, sizeof(ret->by_nr));
	for (unsigned int call = 0; call < N_SYSCALLS; call++) {
		enum seccomp_choice choice = seccomp->choices[call];
		int nr = syscall_on(ret->arch, call);

		if (nr < 0 || (choice == CHOICE_BASE &&
			       seccomp->base != SECCOMP_NO_BASE))
			continue;
		ret->by_nr[nr] = choice == CHOICE_ALLOW
					 ? (struct verdict){ VERDICT_ALLOW, 0 }
					 : refused(seccomp, call, &unsafe);
	}
	add_conditions(seccomp, &unsafe, ret);
	add_base_rules(seccomp, &base, ret);
	return 0;
}
