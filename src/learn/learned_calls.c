/* Finds the smallest set of system calls that a profile can say in few lines. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "learn/learned.h"
#include "mech/seccomp_policies.h"

#define LINES_MAX 64
#define GROUP_PART 2 /* of a group one in so many has to be needed, to allow it */
#define GROUP_LEAST 3
#define AGAIN_MAX 4 /* calls of a group that are allowed though it is denied */

/* One way to say it. */
struct choice {
	enum syscall_policy base;
	struct syscall_set allowed;
	size_t n_allowed;
	const char *allow[LINES_MAX];
	size_t n_allow;
	const char *deny[N_SYSCALL_GROUPS];
	size_t n_deny;
	const char *again[LINES_MAX]; /* allowed in spite of what is denied */
	size_t n_again;
	bool is_possible;
};

/* Waiting, timing, flushing and handling signals do no harm, and come with the next
 * input: what is not denied for not having been seen. */
static const enum syscall_group_id harmless[] = {
	GROUP_BASIC_IO, GROUP_DEFAULT, GROUP_IO_EVENT, GROUP_MEMORY,
	GROUP_SIGNAL, GROUP_SYNC, GROUP_TIMER,
};

static void group_calls(enum syscall_group_id group, struct syscall_set *ret)
{
	const uint16_t member = MEMBER_GROUP | (uint16_t)group;

	memset(ret, 0, sizeof(*ret));
	syscall_set_change(ret, &member, 1);
}

static size_t count(const struct syscall_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SYSCALLS; i++)
		n += set->has[i];
	return n;
}

static bool is_harmless(enum syscall_group_id group)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (harmless[i] == group)
			return true;
	return false;
}

/* Are there calls of the group in this set, and how many? */
static size_t count_of(const struct syscall_set *group,
		       const struct syscall_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < N_SYSCALLS; i++)
		n += group->has[i] && set->has[i];
	return n;
}

/* A socket is what all of network-io needs; and so on. What was not seen because
 * nobody looked counts only where the group was used at all. */
static bool is_out_of_use(const struct evidence *evidence, unsigned int call)
{
	static const enum syscall_group_id gated[] = {
		GROUP_NETWORK_IO, GROUP_SYSV_IPC, GROUP_SETUID, GROUP_SANDBOX,
	};
	struct syscall_set group;

	for (size_t i = 0; i < ARRAY_SIZE(gated); i++) {
		bool is_used = false, is_blind = true;

		group_calls(gated[i], &group);
		for (size_t j = 0; j < N_SYSCALLS; j++) {
			is_used |= group.has[j] && evidence->calls[j];
			is_blind &= !group.has[j] || evidence->blind[j];
		}
		if (group.has[call] && !is_used && !is_blind)
			return true;
	}
	return false;
}

/* What the profile must allow: of all that was seen, what a box may have. */
static void find_needed(const struct evidence *evidence,
			const struct syscall_set *may, struct syscall_set *ret)
{
	for (unsigned int i = 0; i < N_SYSCALLS; i++)
		ret->has[i] = may->has[i] &&
			      (evidence->calls[i] ||
			       (evidence->blind[i] &&
				!is_out_of_use(evidence, i)));
}

static void allow_groups(struct choice *choice, const struct syscall_set *may,
			 const struct syscall_set *needed)
{
	for (int g = 0; g < N_SYSCALL_GROUPS; g++) {
		struct syscall_set group;
		size_t n_new = 0, n_needed = 0, n_outside = 0;

		group_calls((enum syscall_group_id)g, &group);
		for (size_t i = 0; i < N_SYSCALLS; i++) {
			bool is_new = group.has[i] && !choice->allowed.has[i];

			n_new += is_new;
			n_needed += is_new && needed->has[i];
			n_outside += is_new && !may->has[i];
		}
		if (n_needed < GROUP_LEAST || n_outside ||
		    n_needed * GROUP_PART < n_new ||
		    choice->n_allow == LINES_MAX)
			continue;
		choice->allow[choice->n_allow++] = syscall_groups[g].name;
		for (size_t i = 0; i < N_SYSCALLS; i++)
			choice->allowed.has[i] |= group.has[i];
	}
}

static void allow_names(struct choice *choice, const struct syscall_set *needed)
{
	for (size_t i = 0; i < N_SYSCALLS; i++) {
		if (!needed->has[i] || choice->allowed.has[i])
			continue;
		if (choice->n_allow == LINES_MAX) {
			choice->is_possible = false;
			return;
		}
		choice->allow[choice->n_allow++] = syscalls[i].name;
		choice->allowed.has[i] = true;
	}
}

static bool is_named(const struct choice *choice, const char *name)
{
	for (size_t i = 0; i < choice->n_again; i++)
		if (strcmp(choice->again[i], name) == 0)
			return true;
	return false;
}

/* Who watches by notifications does not stop what every policy allows: that stays,
 * seen or not. */
static void allow_again(struct choice *choice, const struct syscall_set *group,
			const struct syscall_set *strict)
{
	for (size_t i = 0; i < N_SYSCALLS; i++) {
		bool is_kept = group->has[i] && strict->has[i] &&
			       choice->allowed.has[i];

		if (is_kept && choice->n_again < LINES_MAX &&
		    !is_named(choice, syscalls[i].name))
			choice->again[choice->n_again++] = syscalls[i].name;
		choice->allowed.has[i] &= !group->has[i] || is_kept;
	}
}

static void deny_groups(struct choice *choice, const struct syscall_set *needed)
{
	struct syscall_set strict, group;

	seccomp_policy_calls(SYSCALLS_STRICT, &strict);
	for (int g = 0; g < N_SYSCALL_GROUPS; g++) {
		size_t n_strict, n_allowed, n_needed = 0;

		group_calls((enum syscall_group_id)g, &group);
		for (size_t i = 0; i < N_SYSCALLS; i++)
			n_needed += group.has[i] && needed->has[i] &&
				    !strict.has[i];
		n_strict = count_of(&group, &strict);
		n_allowed = count_of(&group, &choice->allowed);
		if (is_harmless((enum syscall_group_id)g) || n_needed ||
		    n_allowed <= n_strict || n_strict > AGAIN_MAX)
			continue;
		choice->deny[choice->n_deny++] = syscall_groups[g].name;
		allow_again(choice, &group, &strict);
	}
}

static bool has_written(const struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->n_paths; i++)
		if (evidence->paths[i].use & (USE_WRITE | USE_ENTRY))
			return true;
	return false;
}

/* What strict allows of ioctl, prctl and open is told by arguments that nobody looked
 * at, and who watches by notifications does not see the former: reading is seen where
 * all is. Netlink is for default alone. */
static bool is_possible(const struct evidence *evidence,
			enum syscall_policy base)
{
	if (base == SYSCALLS_STRICT)
		return evidence->calls[CALL_read] &&
		       !evidence->calls[CALL_ioctl] &&
		       !evidence->calls[CALL_prctl] && !has_written(evidence);
	return base == SYSCALLS_DEFAULT || !evidence->families[16];
}

static void choose(const struct evidence *evidence,
		   const struct syscall_set *may,
		   const struct syscall_set *needed, struct choice *ret)
{
	*ret = (struct choice){ .base = SYSCALLS_DEFAULT };
	for (int base = 0; base < N_BOX_POLICIES; base++) {
		struct choice choice = { .base = (enum syscall_policy)base,
					 .is_possible = true };

		if (!is_possible(evidence, choice.base))
			continue;
		seccomp_policy_calls(choice.base, &choice.allowed);
		allow_groups(&choice, may, needed);
		allow_names(&choice, needed);
		deny_groups(&choice, needed);
		choice.n_allowed = count(&choice.allowed);
		if (!choice.is_possible)
			continue;
		if (!ret->is_possible || choice.n_allowed < ret->n_allowed ||
		    (choice.n_allowed == ret->n_allowed &&
		     choice.n_allow + choice.n_deny + choice.n_again <
			     ret->n_allow + ret->n_deny + ret->n_again))
			*ret = choice;
	}
}

static void print_choice(const struct choice *choice, struct text *ret)
{
	text_add(ret, "syscalls = %s\n", syscall_policies[choice->base].name);
	for (size_t i = 0; i < choice->n_allow; i++)
		text_add(ret, "allow-syscall = %s\n", choice->allow[i]);
	for (size_t i = 0; i < choice->n_deny; i++)
		text_add(ret, "deny-syscall = %s\n", choice->deny[i]);
	for (size_t i = 0; i < choice->n_again; i++)
		text_add(ret, "allow-syscall = %s\n", choice->again[i]);
}

static void print_held(const struct evidence *evidence,
		       const struct syscall_set *may, struct text *ret)
{
	for (unsigned int i = 0; i < N_SYSCALLS; i++) {
		const char *name = syscalls[i].name;

		/* Programs only try those, and go on without; nor is it told
		 * after a run that they were refused. */
		if (!evidence->calls[i] || may->has[i] ||
		    syscall_soft_errno(i) == ENOSYS ||
		    syscall_soft_errno(i) == EOPNOTSUPP)
			continue;
		if (syscall_is_locked(name))
			text_add(ret, "# held back: %s: no option allows it\n",
				 name);
		else
			text_add(ret, "# held back: allow-syscall = %s: no box has it by default\n",
				 name);
	}
}

/* What a profile that is updated allows. Return: does it say anything of calls? */
static bool find_loaded(const struct fh_policy *loaded, struct syscall_set *ret)
{
	if (!loaded ||
	    (!policy_is_set(loaded, "syscalls") && !loaded->n_syscall_changes))
		return false;
	seccomp_policy_calls((enum syscall_policy)loaded->syscalls, ret);
	for (size_t i = 0; i < loaded->n_syscall_changes; i++) {
		const struct syscall_wish *wish = &loaded->syscall_changes[i];
		int id = *wish->name == '@' ? syscall_group_find(wish->name)
					    : syscall_find(wish->name);
		uint16_t member;

		if (id < 0)
			continue;
		member = (uint16_t)((unsigned int)id |
				    (*wish->name == '@' ? MEMBER_GROUP : 0u) |
				    (wish->is_deny ? MEMBER_NOT : 0u));
		syscall_set_change(ret, &member, 1);
	}
	return true;
}

static void print_loaded(const struct fh_policy *loaded, struct text *ret)
{
	text_add(ret, "syscalls = %s\n",
		 syscall_policies[loaded->syscalls].name);
	for (size_t i = 0; i < loaded->n_syscall_changes; i++)
		text_add(ret, "%s-syscall = %s\n",
			 loaded->syscall_changes[i].is_deny ? "deny" : "allow",
			 loaded->syscall_changes[i].name);
}

void learned_print_calls(const struct learned *learned, struct text *ret,
			 uint64_t *ret_n)
{
	const struct evidence *evidence = learned->evidence;
	struct syscall_set may, needed = { 0 }, loaded = { 0 };
	struct choice choice;
	bool has_loaded = find_loaded(evidence->loaded, &loaded);
	size_t n_seen = 0;

	seccomp_policy_calls(SYSCALLS_DEFAULT, &may);
	find_needed(evidence, &may, &needed);
	for (size_t i = 0; i < N_SYSCALLS; i++)
		n_seen += evidence->calls[i];
	*ret_n = n_seen;
	print_held(evidence, &may, ret);
	if (has_loaded && count_of(&needed, &loaded) == count(&needed)) {
		print_loaded(evidence->loaded, ret);
		return;
	}
	/* Nothing was watched, or what is updated leaves it to the default. */
	if (!n_seen || (evidence->loaded && !has_loaded))
		return;
	for (size_t i = 0; i < N_SYSCALLS; i++)
		needed.has[i] |= loaded.has[i] && may.has[i];
	choose(evidence, &may, &needed, &choice);
	if (choice.is_possible)
		print_choice(&choice, ret);
}
