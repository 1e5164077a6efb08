/* Real files become mounts that are consistent, ordered and held open. */
#include "sources_tree.h"
#include "sys/landlock_calls.h"
#include "sys/mounts_calls.h"

static void test_one_grant(void)
{
	const struct mount_op *op;
	struct stat st, held;

	make_tree();
	prepare_well("read", in("a"), "write", in("a-b"), "exec", in("b"));
	op = need(in("a"), MOUNT_BIND, R);
	check(op->is_directory && op->is_same_place && !op->is_inside_grant);
	check_int(op->attr, MNT_ATTR_RDONLY | MNT_ATTR_NOSUID |
				    MNT_ATTR_NODEV | MNT_ATTR_NOEXEC);
	check_int(op->landlock, LL_FS_READ_FILE | LL_FS_READ_DIR);
	check_int(stat(in("a"), &st), 0);
	check_int(fstat(op->fd, &held), 0);
	check(op->inode == st.st_ino && held.st_ino == st.st_ino);
	check(fcntl(op->fd, F_GETFD) & FD_CLOEXEC);
	op = need(in("a-b"), MOUNT_BIND, R | W);
	check_int(op->attr,
		  MNT_ATTR_NOSUID | MNT_ATTR_NODEV | MNT_ATTR_NOEXEC);
	check(op->landlock & LL_FS_WRITE_FILE);
	op = need(in("b"), MOUNT_BIND, R | X);
	check_int(op->attr,
		  MNT_ATTR_NOSUID | MNT_ATTR_NODEV | MNT_ATTR_RDONLY);
	release();
	remove_tree();
}

/* Parents come first, whatever the order of the options. */
static void test_order(void)
{
	make_tree();
	prepare_well("read", in("a-b"), "write", in("a/sub/deep"), "read",
		     in("a"), "exec", in("a/sub"));
	for (size_t i = 0; i < prepared.box.n_mounts; i++)
		for (size_t k = 0; k < i; k++) {
			const char *below = prepared.ops[k].target;
			const char *above = prepared.ops[i].target;
			size_t n = strlen(above);

			check(strncmp(below, above, n) || below[n] != '/');
			check(strcmp(below, above) != 0);
		}
	check(need(in("a/sub/deep"), MOUNT_BIND, R | W)->is_inside_grant);
	check(need(in("a/sub"), MOUNT_BIND, R | X)->is_inside_grant);
	release();
	remove_tree();
}

static void test_merge(void)
{
	size_t before;

	make_tree();
	before = count_open();
	prepare_well("read", in("a"), "write", in("a"), "exec", in("a/."),
		     "read", in("link"));
	check_int(need(in("a"), MOUNT_BIND, R | W | X)->attr,
		  MNT_ATTR_NOSUID | MNT_ATTR_NODEV);
	check(at(in("a"))->landlock & LL_FS_EXECUTE);
	check(at(in("a"))->landlock & LL_FS_WRITE_FILE);
	release();
	check_int(count_open(), before); /* none of the four is leaked */
	remove_tree();
}

static void test_nesting(void)
{
	const struct mount_op *op;

	make_tree();
	prepare_well("read", in("a"), "write", in("a/sub"), "read",
		     in("a/sub/deep"));
	op = need(in("a/sub"), MOUNT_BIND, R | W);
	check(op->is_inside_grant);
	check(op->landlock & LL_FS_WRITE_FILE);
	/* Less than around it: the mount takes away, Landlock cannot. */
	op = need(in("a/sub/deep"), MOUNT_BIND, R);
	check(op->attr & MNT_ATTR_RDONLY);
	check_int(op->landlock, 0);
	check(prepared_find(&prepared, in("a/sub/deep/x")) == op);
	check(prepared_find(&prepared, in("a/file")) == at(in("a")));
	check(prepared_find(&prepared, in("ab")) == NULL);
	release();
	remove_tree();
}

/* What the default tree shows needs no mount of its own. */
static void test_redundant(void)
{
	char link[4];
	bool is_merged = readlink("/bin", link, sizeof(link)) > 0;

	prepare_well("read", "/usr/bin", "exec", "/usr/share", "read", "/bin");
	check(at("/usr/bin") == NULL && at("/usr/share") == NULL);
	need("/usr", MOUNT_BIND, R | X);
	check_int(at("/bin")->kind, is_merged ? MOUNT_SYMLINK : MOUNT_BIND);
	check(prepared_find(&prepared, "/usr/bin/env") == at("/usr"));
	release();
}

static void test_aliases(void)
{
	make_tree();
	prepare_well("read", in("link"), "read", in("filelink"));
	need(in("a"), MOUNT_BIND, R);
	check_str(need(in("link"), MOUNT_SYMLINK, 0)->content, in("a"));
	/* The file lies in a/, which has been granted already. */
	check_str(need(in("filelink"), MOUNT_SYMLINK, 0)->content,
		  in("a/file"));
	check(prepared_find(&prepared, in("link/file"))->kind == MOUNT_BIND);
	release();
	remove_tree();
}

static void test_relative(void)
{
	make_tree();
	check_int(chdir(top), 0);
	prepare_well("read", "a/sub/..", "write", "./b/", "read", "link/sub");
	need(in("a"), MOUNT_BIND, R);
	need(in("b"), MOUNT_BIND, R | W);
	check(at("a") == NULL && at("./b/") == NULL);
	check_int(chdir("/"), 0);
	release();
	remove_tree();
}

static void test_hidden(void)
{
	make_tree();
	prepare_well("read", in("a"), "hide", in("a/secret"), "hide",
		     in("a/sub"), "hide", in("b"));
	check(!need(in("a/secret"), MOUNT_HIDE, 0)->is_directory);
	check(need(in("a/sub"), MOUNT_HIDE, 0)->is_directory);
	check_int(at(in("a/sub"))->landlock, 0);
	check(at(in("b")) == NULL); /* nothing shows it */
	check_int(prepared_find(&prepared, in("a/sub/deep"))->kind,
		  MOUNT_HIDE);
	release();
	prepare_well("hide", "/usr/share");
	check(need("/usr/share", MOUNT_HIDE, 0)->is_inside_grant);
	release();
	prepare_well("read", in("a"), "hide", in("link/secret"));
	need(in("a/secret"), MOUNT_HIDE, 0); /* its real place */
	release();
	REFUSE(-ENOENT, "--hide", "may be missing", "hide", in("none"));
	remove_tree();
}

/* The natural use of both: everything but one directory. */
static void test_hidden_of_root(void)
{
	prepare_well("read", "/", "hide", "/usr", "hide", "/etc/ssl");
	check(at("/usr") == NULL || at("/usr")->kind == MOUNT_HIDE);
	need("/etc/ssl", MOUNT_HIDE, 0);
	release();
}

/* A file that is hidden must not be seen at another place either: it is
 * masked there, or the wish is refused. */
static void test_hidden_elsewhere(void)
{
	char bind[2 * PATH_MAX];

	make_tree();
	snprintf(bind, sizeof(bind), "%s:/data", in("a"));
	if (prepare(WISHES("bind", bind, "hide", in("a/secret"))) == 0)
		check_int(prepared_find(&prepared, "/data/secret")->kind,
			  MOUNT_HIDE);
	release();
	remove_tree();
}

static void test_devices(void)
{
	const struct mount_op *op;

	prepare_well("device", "/dev/zero");
	op = need("/dev/zero", MOUNT_BIND, R | W);
	check(!(op->attr & MNT_ATTR_NODEV));
	check(op->landlock & LL_FS_IOCTL_DEV);
	release();
	/* Twice is not less than once. */
	prepare_well("device", "/dev/zero", "device", "/dev/zero");
	op = need("/dev/zero", MOUNT_BIND, R | W);
	check(!(op->attr & MNT_ATTR_NODEV));
	check(op->landlock & LL_FS_IOCTL_DEV);
	release();
}

static void test_bind(void)
{
	char bind[2 * PATH_MAX];
	const struct mount_op *op;

	make_tree();
	snprintf(bind, sizeof(bind), "%s:/data/in:rw", in("link"));
	prepare_well("bind", bind);
	op = need("/data/in", MOUNT_BIND, R | W);
	check_str(op->source, in("a")); /* its real place */
	check(!op->is_same_place && !op->is_inside_grant);
	check(at(in("a")) == NULL && at(in("link")) == NULL);
	release();
	remove_tree();
}

static void test_replaces_default(void)
{
	char name[] = "/var/tmp/sources.XXXXXX";

	prepare_well("read", "/etc/ld.so.cache", "tmpfs", "/dev/shm:1M");
	need("/etc/ld.so.cache", MOUNT_BIND, R);
	check_int(need("/dev/shm", MOUNT_TMPFS, R | W)->size, 1 << 20);
	check_str(need("/var/tmp", MOUNT_SYMLINK, 0)->content, "/tmp");
	check(prepared_find(&prepared, "/var/tmp/x") == at("/tmp"));
	release();
	/* The box's own link makes way for a grant beneath it. */
	check(mkdtemp(name) != NULL);
	if (prepare(WISHES("read", name)) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	rmdir(name);
	check(at("/var/tmp") == NULL);
	need(name, MOUNT_BIND, R);
	release();
}

static void test_root(void)
{
	make_tree();
	check_int(mkdir(in("a/usr"), 0755), 0);
	check_int(mkdir(in("a/proc"), 0755), 0);
	check_int(mkdir(in("a/tmp"), 0755), 0);
	check_int(mkdir(in("a/dev"), 0755), 0);
	check_int(symlink("usr/bin", in("a/bin")), 0);
	prepare_well("root", in("a"));
	check_str(need("/usr", MOUNT_BIND, R | X)->source, in("a/usr"));
	check(at("/usr")->attr & MNT_ATTR_RDONLY);
	check_str(need("/bin", MOUNT_SYMLINK, R | X)->content, "usr/bin");
	need("/file", MOUNT_BIND, R | X);
	need("/proc", MOUNT_PROC, R);
	need("/tmp", MOUNT_TMPFS, R | W);
	need("/dev", MOUNT_DIRECTORY, R);
	check(at("/") == NULL && at("/etc/passwd") == NULL);
	release();
	REFUSE(-ENOENT, "--root", "", "root", in("none"));
	REFUSE(-ENOTDIR, "--root", "", "root", in("a/file"));
	remove_tree();
}

static void test_no_namespaces(void)
{
	make_tree();
	without_namespaces = true;
	prepare_well("read", in("a"), "write", in("a/sub"), "read",
		     in("link"), "exec", in("a/file"));
	for (size_t i = 0; i < prepared.box.n_mounts; i++)
		if (prepared.ops[i].kind == MOUNT_BIND)
			check(prepared.ops[i].fd >= 0);
	need(in("a/sub"), MOUNT_BIND, R | W);
	/* A rule on a file must have no right of directories. */
	check_int(need(in("a/file"), MOUNT_BIND, R | X)->landlock,
		  LL_FS_EXECUTE | LL_FS_READ_FILE);
	release();
	/* Landlock cannot give less than what is granted around it. */
	REFUSE(-EPERM, "gives less than --write", "grant the parts apart",
	       "write", in("a"), "read", in("a/sub"));
	remove_tree();
}

/* A thousand grants are a thousand mounts and descriptors, neither more. */
static void test_many(void)
{
	size_t mounts, descriptors;
	char name[32];

	make_tree();
	prepare_well("read", in("a"));
	mounts = prepared.box.n_mounts - 1;
	descriptors = count_open() - 1;
	release();
	policy = policy_new();
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "b/%d", i);
		make_file(name);
		check_int(policy_set(policy, i % 2 ? "read" : "write",
					in(name), "--x", &err), 0);
	}
	plan = invented_plan(policy, &(struct fh_kernel){
					     .arch = FILTER_ARCH_NATIVE,
					     .uid = 1000, .gid = 1000,
					     .landlock_abi = 7 });
	if (plan_prepare(plan, NULL, &prepared, &err) < 0)
		tap_fail(__FILE__, __LINE__, "%s", err.what);
	check_int(prepared.box.n_mounts, mounts + 1000);
	check_int(count_open(), descriptors + 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "b/%d", i);
		need(in(name), MOUNT_BIND, i % 2 ? R : R | W);
	}
	release();
	remove_tree();
}

static const struct tap_test tests[] = {
	{ .name = "a grant and its means", .run = test_one_grant },
	{ .name = "parents first", .run = test_order },
	{ .name = "grants of one place add up", .run = test_merge },
	{ .name = "grants in grants", .run = test_nesting },
	{ .name = "what is shown anyway", .run = test_redundant },
	{ .name = "links", .run = test_aliases },
	{ .name = "relative names", .run = test_relative },
	{ .name = "hidden", .run = test_hidden },
	{ .name = "all but what is hidden", .run = test_hidden_of_root },
	{ .name = "hidden wherever it appears", .run = test_hidden_elsewhere },
	{ .name = "devices", .run = test_devices },
	{ .name = "another place inside", .run = test_bind },
	{ .name = "grants replace the default tree",
	  .run = test_replaces_default },
	{ .name = "another root", .run = test_root },
	{ .name = "without namespaces", .run = test_no_namespaces },
	{ .name = "a thousand", .run = test_many },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
