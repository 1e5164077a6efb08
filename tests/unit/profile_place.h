/* Directories with profiles in them, for the tests of what reads them. */
#ifndef FH_TESTS_PROFILE_PLACE_H
#define FH_TESTS_PROFILE_PLACE_H

#include <sys/stat.h>

#include "base/text.h"
#include "profile/profile.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fh_error err;
static struct profile_places places;
static char top[64];

/* A path beneath the directory of this test; two may be in use. */
__attribute__((unused)) static const char *at(const char *name)
{
	static char paths[2][512];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", top, name);
	return paths[turn];
}

/* "top/a" and "top/b" are the places, in that order. */
static void make_places(void)
{
	static char directories[2][80];

	snprintf(top, sizeof(top), "/tmp/profiles-XXXXXX");
	check(mkdtemp(top));
	memset(&places, 0, sizeof(places));
	for (int i = 0; i < 2; i++) {
		snprintf(directories[i], sizeof(directories[i]), "%s/%c", top,
			 'a' + i);
		check_int(mkdir(directories[i], 0755), 0);
		places.directories[places.n++] = directories[i];
	}
}

__attribute__((unused)) static void remove_places(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	check_int(system(command), 0);
}

__attribute__((unused)) static void put_bytes(const char *name,
					      const char *bytes, size_t n)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0);
	check_int(write(fd, bytes, n), n);
	close(fd);
}

static void put(const char *name, const char *text)
{
	put_bytes(name, text, strlen(text));
}

/* What was opened, as one line: "name=value@file:line". */
__attribute__((unused)) static const char *
entries_of(const struct profile *profile)
{
	static char line[4096];
	size_t n = 0;

	line[0] = '\0';
	for (size_t i = 0; i < profile->n_entries && n < sizeof(line); i++) {
		const struct profile_entry *entry = &profile->entries[i];
		const char *file = strrchr(entry->file, '/');

		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s@%s:%u",
				      i ? " " : "", entry->value, file + 1,
				      entry->line);
	}
	return line;
}

/* Opens and forgets it. Return: what profile_open() returned */
__attribute__((unused)) static int try_open(const char *word)
{
	struct profile profile;
	int r;

	memset(&err, 0, sizeof(err));
	r = profile_open(&places, word, &profile, &err);
	check_int(err.code, r);
	profile_done(&profile);
	return r;
}

#endif
