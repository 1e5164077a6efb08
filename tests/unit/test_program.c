/* The program is looked up as the box will see it, and misses are told. */
#include <sys/stat.h>

#include "invented.h"
#include "own_tree.h"
#include "plan/prepare.h"

static struct fh_policy *policy;
static struct fh_plan *plan;
static struct prepared prepared;
static struct fh_error err;

/* A directory outside every grant, with a program and a text in it. */
static void make_tree(void)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	make_top(dir ? dir : "/tmp");
	check_int(mkdir(in("bin"), 0755), 0);
	fd = open(in("bin/mine"), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	check(write(fd, "#!/bin/sh\n", 10) == 10);
	close(fd);
}

static void remove_tree(void)
{
	unlink(in("bin/mine"));
	rmdir(in("bin"));
	check_int(rmdir(top), 0);
}

/* The environment that is planned with. */
static char *const *outside = invented_env;

static int prepare(const char *program, const struct wishes *wishes,
		   bool with_namespaces)
{
	static char name[2 * PATH_MAX];
	static char *argv[] = { name, NULL };
	struct fh_kernel kernel = invented_kernel(7);

	if (!with_namespaces)
		invented_denial(&kernel, TRIAL_CREATE, -EPERM);
	kernel.arch = FILTER_ARCH_NATIVE;
	snprintf(name, sizeof(name), "%s", program);
	policy = invented_policy(wishes);
	invented_without(policy);
	check_int(plan_new(policy, &kernel, outside, &plan, &err), 0);
	memset(&err, 0, sizeof(err));
	return plan_prepare(plan, argv, &prepared, &err);
}

static void release(void)
{
	prepared_done(&prepared);
	plan_free(plan);
	policy_free(policy);
}

#define expect(code, program, ...)                                            \
	do {                                                                  \
		int r = prepare(program, WISHES(__VA_ARGS__), true);          \
		if (r != (code))                                              \
			tap_fail(__FILE__, __LINE__, "%d: %s; %s", r,         \
				 err.what, err.remedy);                       \
	} while (0)

static bool is_candidate(const char *path)
{
	for (size_t i = 0; i < prepared.box.n_candidates; i++)
		if (strcmp(prepared.box.candidates[i], path) == 0)
			return true;
	return false;
}

static void test_found(void)
{
	expect(0, "env", NULL);
	check(is_candidate("/usr/bin/env"));
	check_str(prepared.box.argv[0], "env");
	release();
	expect(0, "/usr/bin/env", NULL);
	check_int(prepared.box.n_candidates, 1);
	check_str(prepared.box.candidates[0], "/usr/bin/env");
	release();
}

static void test_not_found(void)
{
	setenv("PATH", "/usr/bin", 1);
	expect(-ENOENT, "no-such-program", NULL);
	check_int(err.stage, FH_STAGE_EXEC);
	check_has(err.what, "no-such-program: not found in the box's PATH (/");
	check_has(err.remedy, "give its path");
	release();
	expect(-ENOENT, "", NULL);
	check_has(err.what, "empty");
	release();
}

static void test_too_long(void)
{
	static char name[PATH_MAX + 1];

	memset(name, 'a', PATH_MAX);
	expect(-ENOENT, name, NULL);
	check_has(err.what, "too long");
	release();
}

static void test_outside(void)
{
	make_tree();
	expect(-EACCES, in("bin/mine"), NULL);
	check_int(err.stage, FH_STAGE_PREPARE);
	check_has(err.what, "outside every grant");
	check_has(err.remedy, "add -x ");
	check_has(err.remedy, in("bin/mine"));
	release();
	expect(-EACCES, in("bin/mine"), "read", in("bin"));
	check_int(err.stage, FH_STAGE_EXEC);
	check_has(err.what, "--read grants it without execute");
	check_has(err.remedy, "add -x ");
	release();
	expect(0, in("bin/mine"), "exec", in("bin"));
	release();
	expect(-EACCES, in("bin/mine"), "exec", top, "hide", in("bin"));
	release();
	remove_tree();
}

/* The caller would have found it: say where it is. */
static void test_in_callers_path(void)
{
	char search[PATH_MAX + 32];

	make_tree();
	snprintf(search, sizeof(search), "/usr/bin::%s", in("bin"));
	setenv("PATH", search, 1);
	outside = environ;
	expect(-EACCES, "mine", NULL);
	check_has(err.what, in("bin/mine"));
	check_has(err.what, "outside every grant");
	check_has(err.remedy, in("bin/mine"));
	release();
	snprintf(search, sizeof(search), "PATH=:%s:", in("bin"));
	expect(0, "mine", "exec", in("bin"), "env", search);
	check(is_candidate(in("bin/mine")));
	check_int(prepared.box.n_candidates, 1); /* never from "" */
	release();
	remove_tree();
}

static void test_cwd(void)
{
	make_tree();
	check_int(chdir(in("bin")), 0);
	expect(0, "env", NULL);
	check_str(prepared.box.cwd, "/home/ada"); /* here is not granted */
	release();
	expect(0, "env", "read", top);
	check_str(prepared.box.cwd, in("bin"));
	release();
	expect(0, "env", "read", top, "cwd", "/usr");
	check_str(prepared.box.cwd, "/usr");
	release();
	expect(0, "env", "read", top, "hide", in("bin"));
	check_str(prepared.box.cwd, "/home/ada");
	release();
	check_int(chdir("/usr"), 0);
	expect(0, "env", NULL);
	check_str(prepared.box.cwd, "/usr"); /* the default tree has it */
	release();
	check_int(chdir(top), 0);
	check_int(prepare("env", NULL, false), 0);
	check_str(prepared.box.cwd, "/"); /* no private $HOME there */
	release();
	check_int(chdir("/"), 0);
	remove_tree();
}

/* What the host has says nothing about a tree from elsewhere. */
static void test_elsewhere(void)
{
	char bind[2 * PATH_MAX];

	make_tree();
	expect(0, "/bin/unknown-there", "root", top);
	check_str(prepared.box.candidates[0], "/bin/unknown-there");
	release();
	expect(0, "unknown-there", "root", top);
	check(prepared.box.n_candidates > 1);
	release();
	snprintf(bind, sizeof(bind), "%s:/tools:x", in("bin"));
	expect(0, "/tools/mine", "bind", bind);
	release();
	remove_tree();
}

static void test_many_directories(void)
{
	static char search[8192] = "PATH=/usr/bin";

	for (int i = 0; i < 100; i++)
		strcat(search, ":/usr/bin");
	expect(0, "env", "env", search);
	check_int(prepared.box.n_candidates, BOX_CANDIDATES_MAX);
	release();
}

static const struct tap_test tests[] = {
	{ .name = "found", .run = test_found },
	{ .name = "not found", .run = test_not_found },
	{ .name = "no name for a program", .run = test_too_long },
	{ .name = "outside every grant", .run = test_outside },
	{ .name = "in the caller's PATH only", .run = test_in_callers_path },
	{ .name = "where it starts", .run = test_cwd },
	{ .name = "trees from elsewhere", .run = test_elsewhere },
	{ .name = "a long PATH", .run = test_many_directories },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
