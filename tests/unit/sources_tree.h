/* Real files that are granted in part, and the mounts they become. */
#ifndef FH_TESTS_UNIT_SOURCES_TREE_H
#define FH_TESTS_UNIT_SOURCES_TREE_H

#include <dirent.h>
#include <sys/stat.h>

#include "invented.h"
#include "own_tree.h"
#include "plan/prepare.h"

#define R FH_READ
#define W FH_WRITE
#define X FH_EXEC

static inline void make_file(const char *name)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	check(fd >= 0);
	close(fd);
}

/* One tree for all: a/ with files and directories, b/, and links. Not in
 * /tmp, where the storage of the box lies around everything. */
static inline void make_tree(void)
{
	make_top("/var/tmp");
	check_int(mkdir(in("a"), 0755), 0);
	check_int(mkdir(in("a/sub"), 0755), 0);
	check_int(mkdir(in("a/sub/deep"), 0755), 0);
	check_int(mkdir(in("a-b"), 0755), 0);
	check_int(mkdir(in("b"), 0755), 0);
	make_file("a/file");
	make_file("a/secret");
	check_int(symlink("a", in("link")), 0);
	check_int(symlink("a/file", in("filelink")), 0);
}

static inline void remove_tree(void)
{
	char command[PATH_MAX + 32];

	chmod(in("b"), 0755);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	check_int(system(command), 0);
}

static struct fh_policy *policy;
static struct fh_plan *plan;
static struct prepared prepared;
static struct fh_error err;
static bool without_namespaces;

static inline int prepare(const struct wishes *wishes)
{
	struct fh_kernel kernel = invented_kernel(7);

	if (without_namespaces)
		invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	kernel.arch = FILTER_ARCH_NATIVE;
	policy = invented_policy(wishes);
	invented_without(policy);
	plan = invented_plan(policy, &kernel);
	memset(&err, 0, sizeof(err));
	return plan_prepare(plan, NULL, &prepared, &err);
}

#define prepare_well(...)                                                     \
	do {                                                                  \
		if (prepare(WISHES(__VA_ARGS__)) < 0)                         \
			tap_fail(__FILE__, __LINE__, "%s; %s", err.what,      \
				 err.remedy);                                 \
	} while (0)

static inline void release(void)
{
	prepared_done(&prepared);
	plan_free(plan);
	policy_free(policy);
}

static inline const struct mount_op *at(const char *target)
{
	for (size_t i = 0; i < prepared.box.n_mounts; i++)
		if (strcmp(prepared.ops[i].target, target) == 0)
			return &prepared.ops[i];
	return NULL;
}

static inline const struct mount_op *need_at(int line, const char *target,
					     enum mount_kind kind,
					     unsigned int access)
{
	const struct mount_op *op = at(target);

	if (!op)
		tap_fail(__FILE__, line, "nothing at %s", target);
	if (op->kind != kind || op->access != access)
		tap_fail(__FILE__, line, "%s: kind %d, access %u", target,
			 op->kind, op->access);
	return op;
}

#define need(target, kind, access) need_at(__LINE__, target, kind, access)

static inline size_t count_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	check(dir != NULL);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static inline void refuse(int line, const struct wishes *wishes, int code,
			  const char *what, const char *remedy)
{
	size_t before = count_open();
	int r = prepare(wishes);

	if (r != code)
		tap_fail(__FILE__, line, "%d, not %d (%s)", r, code, err.what);
	check_int(err.code, code);
	check_int(err.stage, FH_STAGE_PREPARE);
	check_has_at(__FILE__, line, err.what, what);
	check_has_at(__FILE__, line, err.remedy, remedy);
	check(prepared.ops == NULL);
	check_int(count_open(), before);
	release();
}

#define REFUSE(code, what, remedy, ...)                                       \
	refuse(__LINE__, WISHES(__VA_ARGS__), code, what, remedy)

#endif
