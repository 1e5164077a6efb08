/* Profiles: loaded, listed, printed. */
#include "api/export.h"

#include "api/api_text.h"
#include "profile/profile.h"

int fh_policy_load(struct fh_policy *policy, const char *profile,
		   char *const argv[], struct fh_error *err)
{
	struct profile_places places;
	struct profile opened = { 0 };
	int r = api_needs(policy, err);

	if (r == 0)
		r = api_needs(profile, err);
	if (r < 0)
		return r;
	profile_places_usual(&places);
	r = profile_open(&places, profile, &opened, err);
	if (r == 0)
		r = profile_apply(&opened, argv, policy, err);
	profile_done(&opened);
	return r;
}

int fh_profile_list(enum fh_format format, char **ret, struct fh_error *err)
{
	struct profile_places places;
	autotext text = { 0 };
	int r = api_needs(ret, err);

	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r < 0)
		return r;
	profile_places_usual(&places);
	r = profile_list(&places, format == FH_JSON, &text);
	if (r < 0)
		text.code = r;
	return api_take_text(&text, ret, __func__, err);
}

int fh_profile_print(const char *profile, enum fh_format format, char **ret,
		     struct fh_error *err)
{
	struct profile_places places;
	struct profile opened = { 0 };
	autotext text = { 0 };
	int r = api_needs(profile, err);

	if (r == 0)
		r = api_needs(ret, err);
	if (r == 0)
		r = api_check_format(format, __func__, err);
	if (r < 0)
		return r;
	profile_places_usual(&places);
	r = profile_open(&places, profile, &opened, err);
	if (r == 0)
		r = profile_check(&opened, err);
	if (r == 0 && format == FH_JSON)
		profile_print_json(&opened, &text);
	else if (r == 0)
		profile_print(&opened, &text);
	profile_done(&opened);
	return r < 0 ? r : api_take_text(&text, ret, __func__, err);
}
