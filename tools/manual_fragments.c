/* What the pages of the command take from the tables, as scdoc. */
#include "fragments.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "mech/seccomp_policies.h"
#include "plan/plan.h"
#include "profile/profile_builtin.h"
#include "supervise/result.h"
#include "exit_codes.h"
#include "status_events.h"
#include "tables/guarantees.h"
#include "tables/landlock_rights.h"
#include "tables/questions.h"
#include "tables/settings.h"
#include "tables/syscall_groups.h"
#include "verbs.h"

void add_plain(struct text *ret, const char *s)
{
	for (; *s; s++)
		text_add(ret, strchr("\\_*#<>`~", *s) ? "\\%c" : "%c", *s);
}

void add_sentence(struct text *ret, const char *phrase)
{
	char first[2] = { (char)toupper((unsigned char)*phrase), '\0' };
	size_t len = strlen(phrase);

	if (!len)
		return;
	add_plain(ret, first);
	add_plain(ret, phrase + 1);
	text_add(ret, "%s", phrase[len - 1] == '.' ? "" : ".");
}

/* --- fumehood(1) --------------------------------------------------------- */

/* Those that a verb has for itself. */
static void add_own_options(struct text *ret, const struct verb_option *own)
{
	for (; own && own->name; own++) {
		text_add(ret, "\t");
		if (own->letter)
			text_add(ret, "*-%c*, ", own->letter);
		text_add(ret, "*--%s*", own->name);
		if (own->arg)
			text_add(ret, " _%s_", own->arg);
		text_add(ret, "\n\t\t");
		add_sentence(ret, own->help);
		text_add(ret, "\n\n");
	}
}

static void add_verbs(struct text *ret)
{
	for (size_t i = 0; i < n_verbs; i++) {
		text_add(ret, "*%s*%s", verbs[i].name,
			 *verbs[i].usage ? " " : "");
		add_plain(ret, verbs[i].usage);
		text_add(ret, "\n\t");
		add_sentence(ret, verbs[i].help);
		if (verbs[i].detail) {
			text_add(ret, " ");
			add_plain(ret, verbs[i].detail);
		}
		text_add(ret, "\n\n");
		add_own_options(ret, verbs[i].own);
	}
}

static void add_questions(struct text *ret)
{
	for (int i = 0; i < N_QUESTIONS; i++)
		text_add(ret, "*%s* _%s_\n\tMay it %s?\n\n", questions[i].name,
			 questions[i].arg, questions[i].help);
}

/* Which settings stand in which section of a profile. */
static void add_sections(struct text *ret)
{
	for (int section = 0; section < N_SECTIONS; section++) {
		const char *before = "";

		text_add(ret, "*[%s]*\n\t", section_names[section]);
		for (size_t i = 0; i < n_settings; i++) {
			if ((int)settings[i].section != section)
				continue;
			text_add(ret, "%s%s", before, settings[i].name);
			before = ", ";
		}
		text_add(ret, "\n\n");
	}
}

/* The descriptions of the profiles that are built in, which are files of ours. */
static void add_profiles(struct text *ret)
{
	static const char key[] = "\ndescription = ";

	for (size_t i = 0; i < n_builtin_profiles; i++) {
		const char *line = strstr(builtin_profiles[i].text, key);
		char description[256] = "";

		if (line)
			snprintf(description, sizeof(description), "%.*s",
				 (int)strcspn(line + sizeof(key) - 1, "\n"),
				 line + sizeof(key) - 1);
		text_add(ret, "*%s*\n\t", builtin_profiles[i].name);
		add_sentence(ret, description);
		text_add(ret, "\n\n");
	}
}

/* A choice's help may name them all already. */
static bool has_all_choices(const struct setting *setting)
{
	for (size_t i = 0; setting->choices[i]; i++)
		if (!strstr(setting->help, setting->choices[i]))
			return false;
	return true;
}

static void add_meaning(struct text *ret, const struct setting *setting)
{
	if (!setting->choices) {
		add_sentence(ret, setting->help);
		return;
	}
	add_plain(ret, setting->help);
	text_add(ret, ".");
	if (has_all_choices(setting))
		return;
	for (size_t i = 0; setting->choices[i]; i++)
		text_add(ret, "%s*%s*", i ? ", " : " One of ",
			 setting->choices[i]);
	text_add(ret, ".");
}

static void add_option(struct text *ret, const struct setting *setting)
{
	if (setting->letter)
		text_add(ret, "*-%c*, ", setting->letter);
	text_add(ret, "*--%s*", setting->name);
	if (setting->arg) {
		text_add(ret, " _");
		add_plain(ret, setting->arg);
		text_add(ret, "_");
	}
	text_add(ret, "\n\t");
	add_meaning(ret, setting);
	if (setting->detail) {
		text_add(ret, " ");
		add_plain(ret, setting->detail);
	}
	if (setting->in_file != FILE_MAY)
		text_add(ret, " %s", setting->in_file == FILE_NOT
						 ? "Not in a profile."
						 : "In a profile without _FILE_.");
	if (setting->since && *setting->since)
		text_add(ret, " Needs Linux %s.", setting->since);
	text_add(ret, "\n\n");
}

static void add_options(struct text *ret)
{
	for (int section = 0; section < N_SECTIONS; section++) {
		text_add(ret, "## %s\n\n", section_titles[section]);
		for (size_t i = 0; i < n_settings; i++)
			if ((int)settings[i].section == section)
				add_option(ret, &settings[i]);
	}
}

static void add_exit_status(struct text *ret)
{
	for (unsigned int i = 0; i < n_exit_codes; i++) {
		text_add(ret, "*%d*\n\t", exit_codes[i].code);
		add_plain(ret, exit_codes[i].meaning);
		text_add(ret, ".\n\n");
	}
}

static void add_status_events(struct text *ret)
{
	for (int i = 0; i < N_STATUS_EVENTS; i++) {
		const struct status_event_info *event = &status_events[i];

		text_add(ret, "*{\"event\": \"%s\"%s", event->name,
			 *event->members ? ", " : "");
		add_plain(ret, event->members);
		text_add(ret, "}*\n\t");
		add_sentence(ret, event->meaning);
		text_add(ret, "\n\n");
	}
}

static void add_end_reasons(struct text *ret)
{
	for (int i = 0; i < N_ENDS; i++) {
		text_add(ret, "*%s*\n\t", ends[i].name);
		add_sentence(ret, ends[i].meaning);
		text_add(ret, "\n\n");
	}
}

static void add_steps(struct text *ret)
{
	for (int i = 0; i < N_STEPS; i++) {
		text_add(ret, "*%s*\n\t", step_infos[i].name);
		add_plain(ret, step_infos[i].why);
		text_add(ret, ".\n\n");
	}
}

/*
 * Who holds a guarantee is decided by the planner, so it is the planner that
 * is asked: about a kernel that has all we know of, and about the same one
 * where user namespaces are refused.
 */
static struct fh_plan *plan_on(struct fh_policy *policy, bool has_namespaces)
{
	struct fh_kernel kernel = {
		.arch = FILTER_ARCH_NATIVE,
		.uid = 1000,
		.gid = 1000,
		.landlock_abi = LANDLOCK_ABI_KNOWN,
		.has_mdwe = true,
		.max_user_namespaces = -1,
		.unprivileged_userns_clone = -1,
		.apparmor_restrict_userns = -1,
	};
	char *const env[] = { NULL };
	struct fh_plan *plan = NULL;

	for (int i = 0; !has_namespaces && i < N_TRIALS; i++)
		kernel.trials[i] = i ? -ECANCELED : -EPERM;
	policy->required = 0;
	policy->file_size = policy->cpu_time_ms = policy->timeout_ms = 1000;
	return plan_new(policy, &kernel, env, &plan, NULL) < 0 ? NULL : plan;
}

static void add_holders(struct text *ret, const struct plan_guarantee *row)
{
	size_t n = 0;

	for (int m = 0; row->is_asked && m < N_MECHANISMS; m++) {
		if (!(row->holders >> m & 1))
			continue;
		text_add(ret, "%s", n++ ? ", " : "");
		add_plain(ret, mechanisms[m].name);
		if (*mechanisms[m].since)
			text_add(ret, " (Linux %s)", mechanisms[m].since);
	}
	if (!n && row->is_asked && row->lost) {
		text_add(ret, "lost: ");
		add_plain(ret, row->lost);
	} else if (!n) {
		text_add(ret, "nothing in this version");
	}
}

static void add_guarantee(struct text *ret, int g, const struct fh_plan *full,
			  const struct fh_plan *bare)
{
	text_add(ret, "*%s* (%s)\n\tThe program cannot ", guarantees[g].name,
		 guarantees[g].is_required ? "required" : "wanted");
	add_plain(ret, guarantees[g].cannot);
	/* A line after "++" is no new line to scdoc: it takes no tab. */
	text_add(ret, ".++\nHeld by: ");
	add_holders(ret, &full->guarantees[g]);
	text_add(ret, ".++\nWithout user namespaces: ");
	add_holders(ret, &bare->guarantees[g]);
	text_add(ret, ".\n\n");
}

static void add_guarantees(struct text *ret)
{
	struct fh_policy *policy = policy_new();
	struct fh_plan *full = policy ? plan_on(policy, true) : NULL;
	struct fh_plan *bare = policy ? plan_on(policy, false) : NULL;

	if (!full || !bare)
		ret->code = ret->code ? ret->code : -EINVAL;
	for (int g = 0; full && bare && g < N_GUARANTEES; g++)
		add_guarantee(ret, g, full, bare);
	plan_free(full);
	plan_free(bare);
	policy_free(policy);
}

static void add_policies(struct text *ret)
{
	for (int i = 0; i < N_SYSCALL_POLICIES; i++) {
		text_add(ret, "*%s*\n\t", syscall_policies[i].name);
		add_sentence(ret, syscall_policies[i].help);
		text_add(ret, "\n\n");
	}
}

static void add_landlock(struct text *ret)
{
	for (unsigned int i = 0; i < n_landlock_rights; i++) {
		const struct landlock_right *right = &landlock_rights[i];

		if (!*right->lost)
			continue;
		text_add(ret, "*%s* (ABI %d)\n\t", right->name, right->abi);
		text_add(ret, "Before it, ");
		add_plain(ret, right->lost);
		text_add(ret, ".\n\n");
	}
}

/* --- fumehood-syscalls(7) ------------------------------------------------ */

static void add_calls(struct text *ret, const struct syscall_set *set)
{
	size_t n = 0;

	for (int i = 0; i < N_SYSCALLS; i++) {
		if (!set->has[i])
			continue;
		text_add(ret, "%s", n++ ? ", " : "");
		add_plain(ret, syscalls[i].name);
	}
	text_add(ret, ".\n\n");
}

/* Does the number get through, at least with some arguments? */
static bool is_let_through(const struct filter *filter, int nr)
{
	if (seccomp_verdict(filter, nr, NULL).kind == VERDICT_ALLOW)
		return true;
	for (size_t i = 0; i < filter->n_rules; i++)
		if (filter->rules[i].nr == nr &&
		    filter->rules[i].verdict.kind == VERDICT_ALLOW)
			return true;
	return false;
}

/* Of one architecture, so that the page is the same wherever it is made. */
static void allowed_calls(enum syscall_policy policy, struct syscall_set *ret)
{
	const struct seccomp_request request = {
		.arch = FILTER_ARCH_X86_64,
		.base = policy,
	};
	static struct filter filter;

	memset(ret, 0, sizeof(*ret));
	if (seccomp_compile(&request, &filter, NULL) < 0)
		return;
	for (int i = 0; i < N_SYSCALLS; i++)
		ret->has[i] = syscalls[i].x86_64 >= 0 &&
			      is_let_through(&filter, syscalls[i].x86_64);
}

static void add_policy_calls(struct text *ret)
{
	for (int i = 0; i < N_SYSCALL_POLICIES; i++) {
		struct syscall_set set;

		allowed_calls((enum syscall_policy)i, &set);
		text_add(ret, "*%s*\n\t", syscall_policies[i].name);
		add_sentence(ret, syscall_policies[i].help);
		text_add(ret, "++\n");
		add_calls(ret, &set);
	}
}

static void add_locked_calls(struct text *ret)
{
	struct syscall_set set;

	seccomp_locked_calls(&set);
	add_calls(ret, &set);
}

static void add_init_calls(struct text *ret)
{
	struct syscall_set set;

	seccomp_init_calls(&set);
	add_calls(ret, &set);
}

static void add_members(struct text *ret, const struct syscall_group *group)
{
	for (size_t i = 0; i < group->n_members; i++) {
		unsigned int member = group->members[i];
		unsigned int index = MEMBER_INDEX(member);

		text_add(ret, "%s", i ? ", " : "");
		add_plain(ret, member & MEMBER_GROUP
				       ? syscall_groups[index].name
				       : syscalls[index].name);
	}
	text_add(ret, ".\n\n");
}

static void add_group_members(struct text *ret)
{
	for (int i = 0; i < N_SYSCALL_GROUPS; i++) {
		text_add(ret, "*%s*\n\t", syscall_groups[i].name);
		add_sentence(ret, syscall_groups[i].help);
		text_add(ret, "++\n");
		add_members(ret, &syscall_groups[i]);
	}
}

const struct fragment manual_fragments[] = {
	{ "manual-end-reasons", add_end_reasons },
	{ "manual-exit-status", add_exit_status },
	{ "manual-group-members", add_group_members },
	{ "manual-guarantees", add_guarantees },
	{ "manual-init-calls", add_init_calls },
	{ "manual-landlock", add_landlock },
	{ "manual-locked-calls", add_locked_calls },
	{ "manual-options", add_options },
	{ "manual-policies", add_policies },
	{ "manual-policy-calls", add_policy_calls },
	{ "manual-profiles", add_profiles },
	{ "manual-questions", add_questions },
	{ "manual-sections", add_sections },
	{ "manual-status-events", add_status_events },
	{ "manual-steps", add_steps },
	{ "manual-verbs", add_verbs },
};
const size_t n_manual_fragments = ARRAY_SIZE(manual_fragments);
