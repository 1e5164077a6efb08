/* Sets a policy field by its name in the settings table. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/number.h"
#include "base/path.h"
#include "policy/setting_call.h"
#include "tables/capabilities.h"
#include "tables/guarantees.h"
#include "tables/settings.h"
#include "tables/syscall_groups.h"

#define VARIABLE_MAX 131072 /* MAX_ARG_STRLEN of execve, binfmts.h */

static void *field(const struct setting_call *call)
{
	return (char *)call->policy + call->setting->offset;
}

static int set_number(const struct setting_call *call, uint64_t value)
{
	const struct setting *setting = call->setting;

	if (value < setting->min || (setting->max && value > setting->max)) {
		setting_refuse(call, -ERANGE, "out of range");
		if (value < setting->min && setting->max == SETTING_NO_LIMIT)
			error_remedy(call->err, "the least is %llu",
				  (unsigned long long)setting->min);
		else
			error_remedy(call->err, "it goes from %llu to %llu",
				  (unsigned long long)setting->min,
				  (unsigned long long)setting->max);
		return -ERANGE;
	}
	*(uint64_t *)field(call) = value;
	return 0;
}

static int set_parsed(const struct setting_call *call, int parsed,
		      uint64_t value, const char *what, const char *example)
{
	if (parsed == 0)
		return set_number(call, value);
	setting_refuse(call, parsed, parsed == -ERANGE ? "too large" : what);
	error_remedy(call->err, "write it like %s", example);
	return parsed;
}

static int set_switch(const struct setting_call *call)
{
	*(bool *)field(call) = true;
	return 0;
}

static int set_bytes(const struct setting_call *call)
{
	uint64_t value = 0;
	int r = bytes_parse(call->value, &value);

	return set_parsed(call, r, value, "not a size", "512M");
}

static int set_count(const struct setting_call *call)
{
	uint64_t value = 0;
	int r = number_parse(call->value, &value);

	return set_parsed(call, r, value, "not a whole number", "64");
}

static int set_duration(const struct setting_call *call)
{
	uint64_t value = 0;
	int r = duration_parse(call->value, &value);

	return set_parsed(call, r, value, "not a time", "10s, 500ms or 2m");
}

/* Thousandths: "1.5" is 1500. */
static int set_decimal(const struct setting_call *call)
{
	const char *dot = strchr(call->value, '.');
	char whole[24] = "", part[4] = "000";
	uint64_t high = 0, low = 0;
	size_t n = dot ? (size_t)(dot - call->value) : strlen(call->value);
	size_t digits = dot ? strlen(dot + 1) : 0;
	int r = -EINVAL;

	if (n < sizeof(whole) && digits <= 3 && (!dot || digits)) {
		memcpy(whole, call->value, n);
		memcpy(part, dot ? dot + 1 : "", digits);
		r = number_parse(whole, &high);
		if (r == 0)
			r = number_parse(part, &low);
		if (r == 0 && high > UINT64_MAX / 1000 - 1)
			r = -ERANGE;
	}
	return set_parsed(call, r, high * 1000 + low, "not a number",
			  "2 or 0.5");
}

static const char *choice_at(size_t i, void *ctx)
{
	const struct setting *const *setting = ctx;

	return (*setting)->choices[i];
}

static int set_choice(const struct setting_call *call)
{
	const struct setting *setting = call->setting;
	const char *const *choices = setting->choices;
	const char *nearest;
	size_t n;

	for (n = 0; choices[n]; n++) {
		if (strcmp(choices[n], call->value) != 0)
			continue;
		*(uint64_t *)field(call) = n;
		return 0;
	}
	setting_refuse(call, -ENOENT, "no such choice");
	nearest = nearest_name(call->value, choice_at, n, &setting);
	error_remedy(call->err, "%s%s%s%s", nearest ? "did you mean " : "",
		  nearest ? nearest : "", nearest ? "? " : "",
		  call->setting->help);
	return -ENOENT;
}

static int has_control_characters(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return 1;
	return 0;
}

static int set_string(const struct setting_call *call)
{
	char *copy, **slot = field(call);

	if (!*call->value || strlen(call->value) > call->setting->max)
		return setting_refuse(call, *call->value ? -E2BIG : -EINVAL,
				      "empty or too long");
	if (has_control_characters(call->value))
		return setting_refuse(call, -EINVAL, "has a control character in it");
	copy = strdup(call->value);
	if (!copy)
		return setting_no_memory(call);
	free(*slot);
	*slot = copy;
	return 0;
}

static int set_path(const struct setting_call *call)
{
	char *path = NULL, **slot = field(call);
	int r = setting_inner_path(call, call->value, &path);

	if (r < 0)
		return r;
	free(*slot);
	*slot = path;
	return 0;
}

static int set_port(const struct setting_call *call)
{
	struct port_list *list = field(call);
	uint64_t port;
	uint16_t *slot;
	int r = number_parse(call->value, &port);

	if (r == 0 && port > 65535)
		r = -ERANGE;
	if (r < 0) {
		setting_refuse(call, r, "not a port");
		error_remedy(call->err, "a port goes from 0 to 65535");
		return r;
	}
	if (list->n == POLICY_LIST_MAX)
		return setting_refuse(call, -E2BIG, "too many ports");
	slot = list_grow(&list->ports, &list->n, sizeof(*slot));
	if (!slot)
		return setting_no_memory(call);
	*slot = (uint16_t)port;
	return 0;
}

static int refuse_syscall(const struct setting_call *call,
			  const char *nearest)
{
	error_set(call->err, FH_STAGE_PARSE, -ENOENT,
		"unknown system call or group %s", call->value);
	if (nearest)
		error_remedy(call->err, "did you mean %s?", nearest);
	return -ENOENT;
}

static int set_syscall(const struct setting_call *call)
{
	struct fh_policy *policy = call->policy;
	struct syscall_wish *wish = NULL;
	const char *nearest = NULL;
	char *copy;

	if (!syscall_name_is_known(call->value, &nearest))
		return refuse_syscall(call, nearest);
	if (policy->n_syscall_changes == POLICY_LIST_MAX)
		return setting_refuse(call, -E2BIG, "too many names");
	copy = strdup(call->value);
	if (copy)
		wish = list_grow(&policy->syscall_changes,
				 &policy->n_syscall_changes, sizeof(*wish));
	if (!wish) {
		free(copy);
		return setting_no_memory(call);
	}
	wish->is_deny = strcmp(call->setting->name, "deny-syscall") == 0;
	wish->name = copy;
	return 0;
}

/* The copy comes first: a list never has a slot without a name. */
static int name_add(const struct setting_call *call, struct name_list *list,
		    const char *name)
{
	char *copy, **slot = NULL;

	if (strlen(name) >= VARIABLE_MAX)
		return setting_refuse(call, -E2BIG, "too long");
	if (list->n == POLICY_LIST_MAX)
		return setting_refuse(call, -E2BIG, "too many names");
	copy = strdup(name);
	if (copy)
		slot = list_grow(&list->names, &list->n, sizeof(*slot));
	if (!slot) {
		free(copy);
		return setting_no_memory(call);
	}
	*slot = copy;
	return 0;
}

static int set_env(const struct setting_call *call)
{
	if (!*call->value || *call->value == '=') {
		setting_refuse(call, -EINVAL, "no variable name");
		error_remedy(call->err, "write it like LANG=C.UTF-8");
		return -EINVAL;
	}
	return name_add(call, field(call), call->value);
}

static int set_env_name(const struct setting_call *call)
{
	if (!*call->value || strchr(call->value, '='))
		return setting_refuse(call, -EINVAL, "not a variable name");
	return name_add(call, field(call), call->value);
}

static int set_fd(const struct setting_call *call)
{
	struct fh_policy *policy = call->policy;
	uint64_t fd;
	int *slot;
	int r = number_parse(call->value, &fd);

	if (r == 0 && fd > call->setting->max)
		r = -ERANGE;
	if (r < 0)
		return setting_refuse(call, r, "not a descriptor number");
	if (policy->n_keep_fds == POLICY_LIST_MAX)
		return setting_refuse(call, -E2BIG, "too many descriptors");
	slot = list_grow(&policy->keep_fds, &policy->n_keep_fds, sizeof(*slot));
	if (!slot)
		return setting_no_memory(call);
	*slot = (int)fd;
	return 0;
}

static const char *capability_at(size_t i, void *ctx)
{
	(void)ctx;
	return capability_names[i];
}

static int set_capability(const struct setting_call *call)
{
	int cap = capability_find(call->value);
	const char *nearest;

	if (cap >= 0) {
		*(uint64_t *)field(call) |= UINT64_C(1) << cap;
		return 0;
	}
	setting_refuse(call, -ENOENT, "no such capability");
	nearest = nearest_name(call->value, capability_at, N_CAPABILITIES,
			       NULL);
	error_remedy(call->err, "write it like %s",
		  nearest ? nearest : "CAP_NET_BIND_SERVICE");
	return -ENOENT;
}

static const char *guarantee_at(size_t i, void *ctx)
{
	(void)ctx;
	return guarantees[i].name;
}

static int set_guarantee(const struct setting_call *call)
{
	int g = guarantee_find(call->value);
	const char *nearest;

	if (g >= 0) {
		*(uint32_t *)field(call) |= GUARANTEE_BIT(g);
		if (field(call) == &call->policy->required)
			call->policy->demanded |= GUARANTEE_BIT(g);
		return 0;
	}
	setting_refuse(call, -ENOENT, "no such guarantee");
	nearest = nearest_name(call->value, guarantee_at, N_GUARANTEES, NULL);
	error_remedy(call->err, nearest ? "did you mean %s?"
				     : "`fumehood doctor` lists them (%s ...)",
		  nearest ? nearest : guarantees[0].name);
	return -ENOENT;
}

static int set_report(const struct setting_call *call)
{
	const char *equals = strchr(call->value, '=');
	struct setting_call choice = *call;
	char *format, *path;
	int r;

	if (!equals)
		return set_choice(call);
	if (!equals[1])
		return setting_refuse(call, -EINVAL, "no file name after \"=\"");
	if (strlen(equals + 1) >= PATH_MAX)
		return setting_refuse(call, -E2BIG, "too long a file name");
	format = strndup(call->value, (size_t)(equals - call->value));
	path = strdup(equals + 1);
	choice.value = format;
	r = format && path ? set_choice(&choice) : setting_no_memory(call);
	free(format);
	if (r < 0) {
		free(path);
		return r;
	}
	free(call->policy->report_path);
	call->policy->report_path = path;
	return 0;
}

/* It needs what is not the policy's: the program's arguments. */
static int set_profile(const struct setting_call *call)
{
	setting_refuse(call, -EINVAL, "a profile is loaded, not set");
	error_remedy(call->err, "call fh_policy_load()");
	return -EINVAL;
}

static int (*const setters[])(const struct setting_call *call) = {
	[SETTING_SWITCH] = set_switch,	   [SETTING_BYTES] = set_bytes,
	[SETTING_COUNT] = set_count,	   [SETTING_DURATION] = set_duration,
	[SETTING_DECIMAL] = set_decimal,   [SETTING_CHOICE] = set_choice,
	[SETTING_STRING] = set_string,	   [SETTING_PATH] = set_path,
	[SETTING_GRANT] = setting_set_grant,	   [SETTING_BIND] = setting_set_bind,
	[SETTING_HIDE] = setting_set_hide,	   [SETTING_TMPFS] = setting_set_tmpfs,
	[SETTING_DEVICE] = setting_set_device,	   [SETTING_PORT] = set_port,
	[SETTING_SYSCALL] = set_syscall,   [SETTING_ENV] = set_env,
	[SETTING_ENV_NAME] = set_env_name, [SETTING_FD] = set_fd,
	[SETTING_CAPABILITY] = set_capability,
	[SETTING_GUARANTEE] = set_guarantee, [SETTING_REPORT] = set_report,
	[SETTING_PROFILE] = set_profile,
};

static const char *setting_name_at(size_t i, void *ctx)
{
	(void)ctx;
	return settings[i].name;
}

/* A grant that was refused half-way is none. */
static void drop_grants(struct fh_policy *policy, size_t n)
{
	while (policy->n_grants > n) {
		struct grant *grant = &policy->grants[--policy->n_grants];

		free(grant->source);
		free(grant->target);
	}
}

static int take_origin(struct setting_call *call)
{
	struct fh_policy *policy = call->policy;

	if (!call->origin) {
		call->origin = call->setting->name;
		return 0;
	}
	if (strlen(call->origin) >= POLICY_ORIGIN_MAX)
		return error_set(call->err, FH_STAGE_PARSE, -E2BIG,
				 "%s: the name of who asks is too long",
				 call->setting->name);
	if (!setting_is_grant(call->setting))
		return 0;
	call->origin_at = policy_keep_origin(policy, call->origin);
	if (!call->origin_at)
		return setting_no_memory(call);
	call->origin = policy->origins.names[call->origin_at - 1];
	return 0;
}

/* A switch may be given the value that it then has. */
static int check_value(const struct setting_call *call)
{
	bool is_switch = call->setting->type == SETTING_SWITCH;

	if (!call->value && !is_switch)
		return error_set(call->err, FH_STAGE_PARSE, -EINVAL,
				 "%s needs a value: %s", call->origin,
				 call->setting->arg);
	if (call->value && is_switch && strcmp(call->value, "yes") != 0)
		return error_set(call->err, FH_STAGE_PARSE, -EINVAL,
				 "%s takes no value but yes", call->origin);
	return 0;
}

static void note_change(const struct setting_call *call)
{
	call->policy->is_set |= UINT64_C(1) << (call->setting - settings);
	call->policy->version++;
}

int policy_refuse_name(const char *name, struct fh_error *err)
{
	const char *nearest = nearest_name(name, setting_name_at, n_settings,
					   NULL);

	error_set(err, FH_STAGE_PARSE, -ENOENT, "unknown setting %s", name);
	if (nearest)
		error_remedy(err, "did you mean %s?", nearest);
	return -ENOENT;
}

int policy_set(struct fh_policy *policy, const char *name,
		  const char *value, const char *origin, struct fh_error *err)
{
	struct fh_error unwanted;
	struct setting_call call = { policy, setting_find(name), value, origin, 0,
				     err ? err : &unwanted };
	size_t n_grants = policy->n_grants, n_origins = policy->origins.n;
	int r;

	if (!call.setting)
		return policy_refuse_name(name, err);
	r = take_origin(&call);
	if (r == 0)
		r = check_value(&call);
	if (r == 0)
		r = setters[call.setting->type](&call);
	if (r == 0) {
		note_change(&call);
		return 0;
	}
	error_origin(call.err, call.origin);
	drop_grants(policy, n_grants);
	policy_drop_origins(policy, n_origins);
	return r;
}
