/* Lists the names that a profile can be found by. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/setting_call.h"
#include "profile/profile_builtin.h"
#include "profile/profile_find.h"

#define NAMES_MAX 4096 /* of one directory, which may have other files, too */

struct names {
	struct profile_name *list;
	size_t n;
	size_t place; /* that is being looked at */
};

static int add(struct names *names, const char *name, size_t len,
	       const char *directory)
{
	struct profile_name *slot;

	if (len > PROFILE_NAME_MAX)
		return 0;
	slot = list_grow(&names->list, &names->n, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	memcpy(slot->name, name, len); /* and zeroes behind it */
	slot->directory = directory;
	slot->place = names->place;
	if (!profile_name_is_good(slot->name))
		names->n--;
	return 0;
}

static int add_file(struct names *names, const char *file,
		    const char *directory)
{
	size_t suffix = strlen(PROFILE_SUFFIX), n = strlen(file);

	if (n <= suffix || strcmp(file + n - suffix, PROFILE_SUFFIX) != 0)
		return 0;
	return add(names, file, n - suffix, directory);
}

static int add_directory(struct names *names, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < NAMES_MAX && r == 0 && (entry = readdir(dir)); i++)
		r = add_file(names, entry->d_name, directory);
	closedir(dir);
	return r;
}

/* By name; whoever comes first keeps it. */
static int compare(const void *a, const void *b)
{
	const struct profile_name *one = a, *other = b;
	int r = strcmp(one->name, other->name);

	return r ? r : (one->place > other->place) - (one->place < other->place);
}

static void sort_and_unite(struct names *names)
{
	size_t n = 0;

	if (names->n)
		qsort(names->list, names->n, sizeof(*names->list), compare);
	for (size_t i = 0; i < names->n; i++)
		if (!n || strcmp(names->list[n - 1].name,
				 names->list[i].name) != 0)
			names->list[n++] = names->list[i];
	names->n = n;
}

int profile_names(const struct profile_places *places,
		  struct profile_name **ret, size_t *ret_n)
{
	struct names names = { 0 };
	int r = 0;

	for (; names.place < places->n && r == 0; names.place++)
		r = add_directory(&names, places->directories[names.place]);
	for (size_t i = 0; i < n_builtin_profiles && r == 0; i++)
		r = add(&names, builtin_profiles[i].name,
			strlen(builtin_profiles[i].name), NULL);
	if (r < 0) {
		free(names.list);
		return r;
	}
	sort_and_unite(&names);
	*ret = names.list;
	*ret_n = names.n;
	return 0;
}
