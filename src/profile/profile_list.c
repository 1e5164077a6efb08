/* Lists the profiles that a name can mean. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "profile/profile.h"

#define NAME_WIDTH 16
#define WHERE_WIDTH 10

static void add_where(struct text *ret, const struct profile_name *name)
{
	if (name->directory)
		text_add(ret, "%s/%s" PROFILE_SUFFIX, name->directory,
			 name->name);
}

static void add_line(struct text *ret, const struct profile_name *name,
		     const struct profile *profile, const struct fh_error *err)
{
	autotext where = { 0 };

	add_where(&where, name);
	text_inherit(ret, &where);
	text_add(ret, "%-*s ", NAME_WIDTH, name->name);
	if (where.len)
		text_add_escaped(ret, text_string(&where));
	else
		text_add(ret, "%-*s", WHERE_WIDTH, "built in");
	text_add(ret, "  ");
	if (err->code)
		text_add(ret, "cannot be used: %s", err->what);
	else
		text_add_escaped(ret, profile->description);
	text_add(ret, "\n");
}

static void add_object(struct text *ret, const struct profile_name *name,
		       const struct profile *profile,
		       const struct fh_error *err)
{
	autotext where = { 0 };

	add_where(&where, name);
	text_inherit(ret, &where);
	text_add(ret, "\n    {\"name\": \"%s\", \"file\": ", name->name);
	if (where.len)
		text_add_json(ret, text_string(&where));
	else
		text_add(ret, "null");
	text_add(ret, ", \"description\": ");
	text_add_json(ret, profile->description);
	text_add(ret, ", \"error\": ");
	if (err->code)
		text_add_json(ret, err->what);
	else
		text_add(ret, "null");
	text_add(ret, "}");
}

/* What is wrong with one is told beside it. Return: 0 or -ENOMEM */
static int add_name(const struct profile_places *places,
		    const struct profile_name *name, bool is_json,
		    struct text *ret)
{
	struct profile profile = { 0 };
	struct fh_error err = { 0 };
	int r = profile_open(places, name->name, &profile, &err);

	if (r == 0)
		r = profile_check(&profile, &err);
	if (r != -ENOMEM && is_json)
		add_object(ret, name, &profile, &err);
	else if (r != -ENOMEM)
		add_line(ret, name, &profile, &err);
	profile_done(&profile);
	return r == -ENOMEM ? r : 0;
}

int profile_list(const struct profile_places *places, bool is_json,
		 struct text *ret)
{
	autofree struct profile_name *names = NULL;
	size_t n = 0;
	int r = profile_names(places, &names, &n);

	if (is_json)
		text_add(ret, "{\n  \"schema\": \"fumehood-profiles-1\",\n  \"profiles\": [");
	for (size_t i = 0; i < n && r == 0; i++) {
		if (is_json && i)
			text_add(ret, ",");
		r = add_name(places, &names[i], is_json, ret);
	}
	if (is_json)
		text_add(ret, "%s]\n}\n", n ? "\n  " : "");
	return r;
}
