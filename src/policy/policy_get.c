/* Tells the values of a setting, in the form in which they are set. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "policy/policy.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"
#include "tables/settings.h"

struct teller {
	const struct fh_policy *policy;
	const struct setting *setting;
	const struct policy_values *to;
	int code; /* first failure */
};

static const void *field(const struct teller *teller)
{
	return (const char *)teller->policy + teller->setting->offset;
}

static uint64_t number_of(const struct teller *teller)
{
	return *(const uint64_t *)field(teller);
}

static void tell(struct teller *teller, const char *value)
{
	teller->to->take(teller->to->ctx, teller->setting, value);
}

static void tell_text(struct teller *teller, const struct text *text)
{
	if (text->code)
		teller->code = text->code;
	else
		tell(teller, text_string(text));
}

/* What is unlimited by default has no value then. */
static bool is_unlimited(const struct teller *teller)
{
	return number_of(teller) == POLICY_UNLIMITED &&
	       !policy_is_set(teller->policy, teller->setting->name);
}

struct scale {
	const char *unit;
	uint64_t factor;
};

/* In the greatest unit that gives a whole number. */
static void tell_scaled(struct teller *teller, const struct scale *scales)
{
	uint64_t value = number_of(teller);
	autotext text = { 0 };

	if (is_unlimited(teller))
		return;
	while (value % scales->factor || (!value && scales->factor > 1))
		scales++;
	text_add(&text, "%llu%s", (unsigned long long)(value / scales->factor),
		 scales->unit);
	tell_text(teller, &text);
}

static void tell_bytes(struct teller *teller)
{
	static const struct scale scales[] = {
		{ "T", UINT64_C(1) << 40 }, { "G", 1 << 30 },
		{ "M", 1 << 20 },	    { "K", 1 << 10 },
		{ "", 1 },
	};

	tell_scaled(teller, scales);
}

static void tell_duration(struct teller *teller)
{
	static const struct scale scales[] = {
		{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
		{ "s", 1000 },	   { "ms", 1 },
	};

	tell_scaled(teller, scales);
}

static void tell_count(struct teller *teller)
{
	static const struct scale scales[] = { { "", 1 } };

	tell_scaled(teller, scales);
}

/* Thousandths: 1500 is "1.5". */
static void tell_decimal(struct teller *teller)
{
	uint64_t value = number_of(teller);
	int part = (int)(value % 1000), digits = 3;
	autotext text = { 0 };

	if (is_unlimited(teller))
		return;
	text_add(&text, "%llu", (unsigned long long)(value / 1000));
	for (; part && part % 10 == 0; part /= 10)
		digits--;
	if (part)
		text_add(&text, ".%0*d", digits, part);
	tell_text(teller, &text);
}

static void tell_switch(struct teller *teller)
{
	if (*(const bool *)field(teller))
		tell(teller, "yes");
}

static void tell_choice(struct teller *teller)
{
	tell(teller, teller->setting->choices[number_of(teller)]);
}

static void tell_string(struct teller *teller)
{
	const char *const *string = field(teller);

	if (*string)
		tell(teller, *string);
}

static void tell_report(struct teller *teller)
{
	const char *path = teller->policy->report_path;
	autotext text = { 0 };

	text_add(&text, "%s%s%s", teller->setting->choices[number_of(teller)],
		 path ? "=" : "", path ? path : "");
	tell_text(teller, &text);
}

/* Which setting makes such a grant? */
static bool is_grant_of(const struct grant *grant,
			const struct setting *setting)
{
	static const enum setting_type types[] = {
		[GRANT_PATH] = SETTING_GRANT,	[GRANT_BIND] = SETTING_BIND,
		[GRANT_HIDE] = SETTING_HIDE,	[GRANT_TMPFS] = SETTING_TMPFS,
		[GRANT_DEVICE] = SETTING_DEVICE,
	};

	return types[grant->kind] == setting->type &&
	       (grant->kind != GRANT_PATH || grant->access == setting->access);
}

static void tell_grant(struct teller *teller, const struct grant *grant)
{
	autotext text = { 0 };

	if (grant->source)
		text_add(&text, "%s%s", grant->is_optional ? "-" : "",
			 grant->source);
	if (grant->kind == GRANT_TMPFS)
		text_add(&text, "%s", grant->target);
	if (grant->kind == GRANT_TMPFS && grant->size)
		text_add(&text, ":%llu", (unsigned long long)grant->size);
	if (grant->kind == GRANT_BIND)
		text_add(&text, ":%s:r%s%s", grant->target,
			 grant->access & FH_WRITE ? "w" : "",
			 grant->access & FH_EXEC ? "x" : "");
	tell_text(teller, &text);
}

static void tell_grants(struct teller *teller)
{
	const struct fh_policy *policy = teller->policy;

	for (size_t i = 0; i < policy->n_grants && !teller->code; i++)
		if (is_grant_of(&policy->grants[i], teller->setting))
			tell_grant(teller, &policy->grants[i]);
}

static void tell_integer(struct teller *teller, int value)
{
	autotext text = { 0 };

	text_add(&text, "%d", value);
	tell_text(teller, &text);
}

static void tell_ports(struct teller *teller)
{
	const struct port_list *list = field(teller);

	for (size_t i = 0; i < list->n; i++)
		tell_integer(teller, list->ports[i]);
}

static void tell_fds(struct teller *teller)
{
	for (size_t i = 0; i < teller->policy->n_keep_fds; i++)
		tell_integer(teller, teller->policy->keep_fds[i]);
}

static void tell_syscalls(struct teller *teller)
{
	const struct fh_policy *policy = teller->policy;
	bool is_deny = strcmp(teller->setting->name, "deny-syscall") == 0;

	for (size_t i = 0; i < policy->n_syscall_changes; i++)
		if (policy->syscall_changes[i].is_deny == is_deny)
			tell(teller, policy->syscall_changes[i].name);
}

static void tell_names(struct teller *teller)
{
	const struct name_list *list = field(teller);

	for (size_t i = 0; i < list->n; i++)
		tell(teller, list->names[i]);
}

static void tell_capabilities(struct teller *teller)
{
	for (int cap = 0; cap < N_CAPABILITIES; cap++)
		if (number_of(teller) >> cap & 1)
			tell(teller, capability_names[cap]);
}

static void tell_guarantees(struct teller *teller)
{
	uint32_t mask = *(const uint32_t *)field(teller);
	bool is_require = strcmp(teller->setting->name, "require") == 0;

	for (int g = 0; g < N_GUARANTEES; g++)
		if (mask & GUARANTEE_BIT(g) &&
		    !(teller->to->omits_defaults && is_require &&
		      guarantees[g].is_required))
			tell(teller, guarantees[g].name);
}

static void tell_nothing(struct teller *teller)
{
	(void)teller;
}

static void (*const tellers[])(struct teller *teller) = {
	[SETTING_SWITCH] = tell_switch,	    [SETTING_BYTES] = tell_bytes,
	[SETTING_COUNT] = tell_count,	    [SETTING_DURATION] = tell_duration,
	[SETTING_DECIMAL] = tell_decimal,   [SETTING_CHOICE] = tell_choice,
	[SETTING_STRING] = tell_string,	    [SETTING_PATH] = tell_string,
	[SETTING_GRANT] = tell_grants,	    [SETTING_BIND] = tell_grants,
	[SETTING_HIDE] = tell_grants,	    [SETTING_TMPFS] = tell_grants,
	[SETTING_DEVICE] = tell_grants,	    [SETTING_PORT] = tell_ports,
	[SETTING_SYSCALL] = tell_syscalls,  [SETTING_ENV] = tell_names,
	[SETTING_ENV_NAME] = tell_names,    [SETTING_FD] = tell_fds,
	[SETTING_CAPABILITY] = tell_capabilities,
	[SETTING_GUARANTEE] = tell_guarantees, [SETTING_REPORT] = tell_report,
	[SETTING_PROFILE] = tell_nothing,
};

int policy_tell(const struct fh_policy *policy, const struct setting *setting,
		const struct policy_values *values)
{
	struct teller teller = { policy, setting, values, 0 };

	if (values->omits_defaults && !policy_is_set(policy, setting->name))
		return 0;
	tellers[setting->type](&teller);
	return teller.code;
}
