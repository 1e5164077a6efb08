/* Prints what was set in a policy: sections of lines, or JSON. */
#include <string.h>

#include "base/text.h"
#include "policy/setting_call.h"
#include "tables/settings.h"

struct printer {
	struct text *text;
	bool is_json;
	enum setting_section last; /* that has a heading */
};

/* In a profile, grants have variables: a dollar that would begin one is doubled. */
static void add_grant(struct text *ret, const char *value)
{
	autotext literal = { 0 };

	for (; *value; value++)
		text_add(&literal, "%s%c",
			 *value == '$' && (value[1] == '$' || value[1] == '{')
				 ? "$" : "", *value);
	text_inherit(ret, &literal);
	text_add_value(ret, text_string(&literal));
}

/* A value is escaped, so that none can make a line of its own. */
static void print_line(void *ctx, const struct setting *setting,
		       const char *value)
{
	struct printer *printer = ctx;

	if (setting->section != printer->last)
		text_add(printer->text, "%s[%s]\n",
			 printer->last == N_SECTIONS ? "" : "\n",
			 section_names[setting->section]);
	printer->last = setting->section;
	text_add(printer->text, "%s = ", setting->name);
	if (setting_is_grant(setting))
		add_grant(printer->text, value);
	else
		text_add_value(printer->text, value);
	text_add(printer->text, "\n");
}

static void print_object(void *ctx, const struct setting *setting,
			 const char *value)
{
	struct printer *printer = ctx;

	text_add(printer->text,
		 "%s\n    {\"section\": \"%s\", \"name\": \"%s\", \"value\": ",
		 printer->last == N_SECTIONS ? "" : ",",
		 section_names[setting->section], setting->name);
	printer->last = setting->section;
	text_add_json(printer->text, value);
	text_add(printer->text, "}");
}

/* Of calls that are allowed and refused the last one counts, so they stay in
 * the order in which they were set. */
static void tell_syscalls(const struct fh_policy *policy,
			  const struct policy_values *values)
{
	for (size_t i = 0; i < policy->n_syscall_changes; i++) {
		const struct syscall_wish *wish = &policy->syscall_changes[i];

		values->take(values->ctx,
			     setting_find(wish->is_deny ? "deny-syscall"
							: "allow-syscall"),
			     wish->name);
	}
}

static int tell_section(const struct fh_policy *policy,
			enum setting_section section,
			const struct policy_values *values)
{
	int r = 0;

	for (size_t i = 0; i < n_settings && r == 0; i++)
		if (settings[i].section == section &&
		    settings[i].type != SETTING_SYSCALL)
			r = policy_tell(policy, &settings[i], values);
	if (section == SECTION_SYSCALLS)
		tell_syscalls(policy, values);
	return r;
}

static int print_all(const struct fh_policy *policy, struct printer *printer)
{
	const struct policy_values values = {
		printer->is_json ? print_object : print_line, printer, true
	};
	int r = 0;

	for (int section = 0; section < N_SECTIONS && r == 0; section++)
		r = tell_section(policy, (enum setting_section)section,
				 &values);
	return r;
}

int policy_print(const struct fh_policy *policy, struct text *ret)
{
	struct printer printer = { ret, false, N_SECTIONS };
	int r = print_all(policy, &printer);

	return r < 0 ? r : ret->code;
}

int policy_print_json(const struct fh_policy *policy, struct text *ret)
{
	struct printer printer = { ret, true, N_SECTIONS };
	int r;

	text_add(ret, "{\n  \"schema\": \"fumehood-policy-1\",\n  \"settings\": [");
	r = print_all(policy, &printer);
	text_add(ret, "%s]\n}\n", printer.last == N_SECTIONS ? "" : "\n  ");
	return r < 0 ? r : ret->code;
}
