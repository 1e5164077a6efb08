/* This program is learned from while it does one thing: what was seen of it. */
#ifndef FH_TESTS_API_LEARN_STAND_H
#define FH_TESTS_API_LEARN_STAND_H

#include <fumehood/fumehood.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "learn/evidence_store.h"
#include "learn/learner.h"
#include "tap.h"

/* Done by the program that is watched, in a directory of the test's own. Its status
 * is what this returns. */
typedef int (*deed)(void);

static char place[PATH_MAX];

__attribute__((unused)) static int remove_one(const char *path,
					      const struct stat *st, int flag,
					      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

__attribute__((unused)) static void leave_place(void)
{
	check_int(chdir("/"), 0);
	nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A directory of the test's own; removed by leave_place(). */
__attribute__((unused)) static void enter_place(void)
{
	char name[] = "/tmp/learn.XXXXXX";

	check(mkdtemp(name) != NULL);
	check(realpath(name, place) != NULL);
	check_int(chdir(place), 0);
}

__attribute__((unused)) static void make_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	check(fd >= 0);
	check_int(write(fd, "text\n", 5), 5);
	close(fd);
}

/* A file, a link to it, a directory with another file, and a script. */
__attribute__((unused)) static void fill_place(void)
{
	int fd;

	enter_place();
	make_file("file");
	check_int(mkdir("directory", 0700), 0);
	make_file("directory/inner");
	check_int(symlink("file", "link"), 0);
	fd = open("script", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	check_int(write(fd, "#! /bin/sh -e\n:\n", 16), 16);
	close(fd);
}

/* Watches this program while it does what stands at that index of its table. */
__attribute__((unused)) static int watch(struct fh_learner *learner,
					 size_t index,
					 struct fh_result *ret,
					 struct fh_error *err)
{
	char number[24];
	char *argv[] = { (char *)"/proc/self/exe", (char *)"do", number, NULL };

	snprintf(number, sizeof(number), "%zu", index);
	return fh_learner_run(learner, argv, ret, err);
}

/* The same; it must work, and the program end with that status. */
__attribute__((unused)) static struct fh_learner *watched(size_t index,
							  int status)
{
	struct fh_learner *learner = fh_learner_new();
	struct fh_result result = { 0 };
	struct fh_error err = { 0 };

	check(learner != NULL);
	if (watch(learner, index, &result, &err) < 0) {
		printf("# %s\n", err.what);
		check(!"watched");
	}
	check_int(result.exit_code, status);
	return learner;
}

/* What was done to a path by its real name. 0: nothing */
__attribute__((unused)) static unsigned int
use_of(const struct fh_learner *learner, const char *path)
{
	const struct seen *seen;
	char name[2 * PATH_MAX];

	snprintf(name, sizeof(name), *path == '/' ? "%s" : "%s/%s",
		 *path == '/' ? path : place, path);
	seen = evidence_find(learner->evidence, name);
	return seen ? seen->use : 0;
}

/* In main(), before the tests. */
__attribute__((unused)) static void be_watched(int argc, char **argv,
					       const deed *deeds, size_t n)
{
	size_t index;

	if (argc != 3 || strcmp(argv[1], "do") != 0)
		return;
	index = strtoul(argv[2], NULL, 10);
	_exit(index < n ? deeds[index]() : 99);
}

#endif
