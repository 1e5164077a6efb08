/* Policies by name: made, copied, set, told and printed. */
#include "api/export.h"

#include "api/api_text.h"
#include "policy/policy.h"
#include "tables/settings.h"

struct fh_policy *fh_policy_new(void)
{
	return policy_new();
}

struct fh_policy *fh_policy_copy(const struct fh_policy *policy)
{
	return policy ? policy_copy(policy) : NULL;
}

void fh_policy_free(struct fh_policy *policy)
{
	policy_free(policy);
}

int fh_policy_set(struct fh_policy *policy, const char *name,
		  const char *value, struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	return r < 0 ? r : policy_set(policy, name, value, NULL, err);
}

int fh_policy_set_from(struct fh_policy *policy, const char *name,
		       const char *value, const char *origin,
		       struct fh_error *err)
{
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	return r < 0 ? r : policy_set(policy, name, value, origin, err);
}

static void add_value(void *ctx, const struct setting *setting,
		      const char *value)
{
	struct text *text = ctx;

	(void)setting;
	text_add(text, "%s%s", text->len ? "\n" : "", value);
}

int fh_policy_get(const struct fh_policy *policy, const char *name, char **ret,
		  struct fh_error *err)
{
	autotext text = { 0 };
	const struct policy_values values = { add_value, &text, false };
	const struct setting *setting;
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(name, err);
	if (r == 0)
		r = api_needs(ret, err);
	if (r < 0)
		return r;
	setting = setting_find(name);
	if (!setting)
		return policy_refuse_name(name, err);
	r = policy_tell(policy, setting, &values);
	if (r < 0)
		text.code = r;
	return api_take_text(&text, ret, __func__, err);
}

int fh_policy_print(const struct fh_policy *policy, enum fh_format format,
		    char **ret, struct fh_error *err)
{
	autotext text = { 0 };
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r < 0)
		return r;
	r = format == FH_JSON ? policy_print_json(policy, &text)
			      : policy_print(policy, &text);
	if (r < 0)
		text.code = r;
	return api_take_text(&text, ret, __func__, err);
}

int fh_setting_at(size_t index, struct fh_setting *ret)
{
	const struct setting *setting;

	if (!ret)
		return -EINVAL;
	if (index >= n_settings)
		return -ENOENT;
	setting = &settings[index];
	*ret = (struct fh_setting){
		.name = setting->name,
		.letter = setting->letter,
		.section = section_names[setting->section],
		.section_title = section_titles[setting->section],
		.arg = setting->arg,
		.since = setting->since,
		.help = setting->help,
	};
	return 0;
}
