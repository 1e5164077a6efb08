/* Files that cannot be granted, or not so, are refused by name. */
#include "sources_tree.h"

static void test_contradictions(void)
{
	char bind[2 * PATH_MAX];

	make_tree();
	REFUSE(-EINVAL, "--read and --hide contradict each other about",
	       "leave one of them out", "read", in("a"), "hide", in("a"));
	REFUSE(-EINVAL, "contradict", "leave one", "tmpfs", in("a"), "read",
	       in("a"));
	snprintf(bind, sizeof(bind), "%s:%s", in("b"), in("a"));
	REFUSE(-EINVAL, "contradict", "leave one", "bind", bind, "read",
	       in("a"));
	REFUSE(-EINVAL, "lies in what --hide", "hide less", "read", in("a"),
	       "hide", in("a/sub"), "write", in("a/sub/deep"));
	/* Twice the same wish is one. */
	prepare_well("read", in("a"), "hide", in("a/sub"), "hide",
		     in("a/sub"));
	release();
	remove_tree();
}

static void test_missing(void)
{
	char optional[PATH_MAX];
	size_t n;

	make_tree();
	REFUSE(-ENOENT, "--read", "create it, or write --read -", "read",
	       in("none"));
	REFUSE(-ENOTDIR, "--write", "", "write", in("a/file/x"));
	prepare_well(NULL);
	n = prepared.box.n_mounts;
	release();
	snprintf(optional, sizeof(optional), "-%s", in("none"));
	prepare_well("read", optional, "hide", optional, "device", optional);
	check_int(prepared.box.n_mounts, n);
	release();
	remove_tree();
}

/* A box gives no more than its caller could do. */
static void test_unreadable(void)
{
	if (geteuid() == 0)
		skip("the caller is root, who may read all");
	make_tree();
	check_int(chmod(in("b"), 0), 0);
	REFUSE(-EACCES, "--read", "", "read", in("b"));
	REFUSE(-EACCES, "--read", "", "read", in("b/x"));
	REFUSE(-EACCES, "--write", "", "write", "/usr/bin");
	REFUSE(-EACCES, "--read", "", "read", "/etc/shadow");
	remove_tree();
}

/* Between being looked at and being opened a file can become a directory. */
static void test_no_longer_file(void)
{
	struct fh_kernel kernel = invented_kernel(7);

	make_tree();
	kernel.arch = FILTER_ARCH_NATIVE;
	for (int i = 0; i < 2; i++) {
		policy = invented_policy(WISHES("read", in(i ? "a" : "a/file")));
		policy->grants[0].is_file = true;
		invented_without(policy);
		plan = invented_plan(policy, &kernel);
		memset(&err, 0, sizeof(err));
		check_int(plan_prepare(plan, NULL, &prepared, &err),
			  i ? -EINVAL : 0);
		check_has(err.what, i ? "a: no longer a regular file" : "");
		release();
	}
	remove_tree();
}

static void test_kinds(void)
{
	make_tree();
	REFUSE(-EINVAL, "a device node", "use --device", "read", "/dev/null");
	REFUSE(-ENODEV, "not a device node", "", "device", in("a/file"));
	REFUSE(-EINVAL, "/proc of its own", "leave it out", "read",
	       "/proc/self");
	REFUSE(-EINVAL, "/proc of its own", "leave it out", "read", "/proc");
	/* A magic link is no name of a file. */
	REFUSE(-ELOOP, "--read", "", "read", "/proc/self/cwd");
	REFUSE(-ELOOP, "--read", "", "read", "/proc/self/root/etc");
	remove_tree();
}

static const struct tap_test tests[] = {
	{ .name = "contradictions", .run = test_contradictions },
	{ .name = "missing", .run = test_missing },
	{ .name = "unreadable", .run = test_unreadable },
	{ .name = "a file that is none any more",
	  .run = test_no_longer_file },
	{ .name = "what cannot be granted", .run = test_kinds },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
