/* Lists the profiles that a name can mean. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "profile/profile.h"

#define BUILT_IN "built in"

struct listing {
	struct text *text;
	int name_width;
	int where_width;
};

static int where_length(const struct profile_name *name)
{
	return (int)(name->directory ? strlen(name->directory) +
					       strlen(name->name) +
					       sizeof(PROFILE_SUFFIX)
				     : strlen(BUILT_IN));
}

static struct listing measure(const struct profile_name *names, size_t n,
			      struct text *text)
{
	struct listing listing = { text, 0, 0 };

	for (size_t i = 0; i < n; i++) {
		int name = (int)strlen(names[i].name);
		int where = where_length(&names[i]);

		if (name > listing.name_width)
			listing.name_width = name;
		if (where > listing.where_width)
			listing.where_width = where;
	}
	return listing;
}

static void add_where(struct text *ret, const struct profile_name *name)
{
	if (name->directory)
		text_add(ret, "%s/%s" PROFILE_SUFFIX, name->directory,
			 name->name);
}

static void add_line(const struct listing *listing,
		     const struct profile_name *name,
		     const struct profile *profile, const struct fh_error *err)
{
	struct text *ret = listing->text;
	autotext where = { 0 };

	add_where(&where, name);
	text_inherit(ret, &where);
	text_add(ret, "%-*s  ", listing->name_width, name->name);
	text_add_escaped(ret, where.len ? text_string(&where) : BUILT_IN);
	text_add(ret, "%*s", listing->where_width - where_length(name) + 2, "");
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
		    const struct listing *listing)
{
	struct profile profile = { 0 };
	struct fh_error err = { 0 };
	int r = profile_open(places, name->name, &profile, &err);

	if (r == 0)
		r = profile_check(&profile, &err);
	if (r != -ENOMEM && is_json)
		add_object(listing->text, name, &profile, &err);
	else if (r != -ENOMEM)
		add_line(listing, name, &profile, &err);
	profile_done(&profile);
	return r == -ENOMEM ? r : 0;
}

int profile_list(const struct profile_places *places, bool is_json,
		 struct text *ret)
{
	autofree struct profile_name *names = NULL;
	size_t n = 0;
	int r = profile_names(places, &names, &n);
	struct listing listing = measure(names, n, ret);

	if (is_json)
		text_add(ret, "{\n  \"schema\": \"fumehood-profiles-1\",\n  \"profiles\": [");
	for (size_t i = 0; i < n && r == 0; i++) {
		if (is_json && i)
			text_add(ret, ",");
		r = add_name(places, &names[i], is_json, &listing);
	}
	if (is_json)
		text_add(ret, "%s]\n}\n", n ? "\n  " : "");
	return r;
}
