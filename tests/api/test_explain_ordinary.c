/* Failures that are the program's own affair: of none the box is accused. */
#include "refused.h"

#include <sys/mount.h>

struct ordinary {
	const char *settings[9];
	const char *action[5];
	bool is_for_user; /* root may do it outside */
	bool is_inside;	  /* outside it would be another thing */
};

#define WRITABLE .settings = { "write", "$D" }
#define EXECUTABLE .settings = { "exec", "$D" }
#define LOOPBACK .settings = { "net", "loopback" }

static const struct ordinary failures[] = {
	{ WRITABLE, { "read", "$D/absent" } },
	{ .action = { "read", "/absent/file" } },
	{ .action = { "read", "$D/absent" } },
	{ .action = { "stat", "$D/absent/file" } },
	{ .action = { "mkdir", "$D/absent/new" } },
	{ .action = { "exec", "$D/absent" } },
	{ WRITABLE, { "read", "$D/locked" }, .is_for_user = true },
	{ .action = { "read", "/etc/shadow" }, .is_for_user = true },
	{ .action = { "read", "$D/locked" }, .is_for_user = true },
	{ WRITABLE, { "read", "$D/file/x" } },
	{ WRITABLE, { "loop", "$D/loop" } },
	{ WRITABLE, { "dangle", "$D/dangling" } },
	{ WRITABLE, { "read", "$D/to-absent" } },
	{ WRITABLE, { "nofollow", "$D/link" } },
	{ WRITABLE, { "mkdir", "$D/dir" } },
	{ WRITABLE, { "new", "$D/file" } },
	{ .action = { "new", "$D/file" } },
	{ .action = { "read", "$D/file/" } },
	{ .action = { "stat", "$D/file/." } },
	{ .action = { "writable", "$D/locked" }, .is_for_user = true },
	{ .settings = { "read", "$D" }, .action = { "writable", "$D/locked" },
	  .is_for_user = true },
	{ WRITABLE, { "write", "$D/dir" } },
	{ WRITABLE, { "rmdir", "$D/dir" } },
	{ WRITABLE, { "rmdir", "$D/file" } },
	{ WRITABLE, { "unlink", "$D/dir" } },
	{ WRITABLE, { "rename", "$D/dir", "$D/dir/full/in" } },
	{ WRITABLE, { "rename", "$D/absent", "$D/new" } },
	{ WRITABLE, { "link", "$D/dir", "$D/new" } },
	{ WRITABLE, { "rename", "$D/file", "/dev/shm/explain-new" } },
	{ WRITABLE, { "link", "$D/file", "/dev/shm/explain-new" } },
	{ WRITABLE, { "readlink", "$D/file" } },
	{ WRITABLE, { "chdir", "$D/file" } },
	{ WRITABLE, { "unix", "$D/file" } },
	{ WRITABLE, { "busy" }, .is_inside = true },
	{ EXECUTABLE, { "exec", "$D/file" } },
	{ EXECUTABLE, { "exec", "$D/empty" } },
	{ EXECUTABLE, { "exec", "$D/lost" } },
	{ LOOPBACK, { "connect", "127.0.0.1", "$F" } },
	{ LOOPBACK, { "connect", "::1", "$F" } },
	{ .action = { "connect", "127.0.0.1", "$F" } },
	{ .settings = { "net", "host", "connect", "$F" },
	  .action = { "connect", "127.0.0.1", "$F" } },
	{ .settings = { "net", "host", "listen", "$P", "without", "network" },
	  .action = { "bind", "127.0.0.1", "$P" }, .is_inside = true },
	{ .settings = { "net", "host" }, .action = { "bind", "127.0.0.1", "80" },
	  .is_for_user = true },
	{ .action = { "unix", "@nobody-listens-there" } },
	{ .action = { "gone" } },
	{ .action = { "kill", "4194303" } },
	{ .action = { "chmod", "/usr/bin/env" }, .is_for_user = true },
	{ .action = { "write", "/etc/passwd" }, .is_for_user = true },
	{ .action = { "mkdir", "/explain-new" }, .is_for_user = true },
	{ WRITABLE, { "chown", "$D/file", "0", "0" }, .is_for_user = true },
	{ .action = { "unlink", "/usr/bin/env" }, .is_for_user = true },
	{ .settings = { "open-files", "100" }, .action = { "read", "" } },
};

static void set_more(void)
{
	char path[PATH_MAX];

	set_files();
	in_scene(path, "locked");
	write_text(path, "x", 0600);
	check_int(chmod(path, 0), 0);
	in_scene(path, "to-absent");
	check_int(symlink("absent", path), 0);
	in_scene(path, "empty");
	write_text(path, "?", 0755);
	in_scene(path, "lost");
	write_text(path, "#!/absent/interpreter\n", 0755);
}

static bool check_ordinary(const struct ordinary *ordinary)
{
	struct refused_row row = { .object = "" };
	struct fh_policy *policy;
	struct fh_refusal refusal;
	struct fh_result result;
	struct fh_box *box;
	bool is_good = true;
	char *argv[8];

	if (ordinary->is_for_user && getuid() == 0)
		return true;
	memcpy(row.settings, ordinary->settings, sizeof(row.settings));
	memcpy(row.action, ordinary->action, sizeof(row.action));
	helper_argv(&row, argv);
	policy = policy_of(&row);
	set_more();
	if (!ordinary->is_inside && run_outside(argv) != 1) {
		printf("# %s works outside\n", row.action[0]);
		is_good = false;
	}
	set_more();
	box = explain_box(policy, argv);
	check_ok(fh_wait(box, 0, &result, &err));
	/* What the filter refuses is another matter. */
	if (result.exit_code != 1 ||
	    (fh_box_refusal(box, 0, &refusal, NULL) == 0 &&
	     refusal.layer != FH_LAYER_SECCOMP)) {
		printf("# %s %s: exit code %d\n", row.action[0],
		       row.action[1] ? row.action[1] : "", result.exit_code);
		show_refusals(box);
		is_good = false;
	}
	fh_box_free(box);
	fh_policy_free(policy);
	return is_good;
}

static void test_ordinary(void)
{
	size_t failed = 0;

	make_scene();
	for (size_t i = 0; i < COUNT(failures); i++)
		failed += !check_ordinary(&failures[i]);
	clean_scene();
	check_int(failed, 0);
}

/* Where there are no namespaces, what needs neither a network nor a process. */
static void test_ordinary_landlock(void)
{
	size_t failed = 0;

	deny_namespaces();
	make_scene();
	for (size_t i = 0; i < COUNT(failures); i++)
		if (!failures[i].settings[0] ||
		    strcmp(failures[i].settings[0], "net") != 0)
			failed += !check_ordinary(&failures[i]);
	clean_scene();
	check_int(failed, 0);
}

/* A disk of the caller's that is full, not storage of the box's. */
static void test_full_disk(void)
{
	const struct ordinary full = { .settings = { "write", "$D" },
		.action = { "reserve", "$D/small/file", "1000000" } };
	struct refused_row row = { .object = "" };
	struct fh_refusal refusal;
	struct fh_box *box;
	char path[PATH_MAX], map[64], *argv[8];
	unsigned int uid = getuid(), gid = getgid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		skip("no user namespace can be made here");
	write_text("/proc/self/setgroups", "deny", 0);
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_text("/proc/self/gid_map", map, 0);
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_text("/proc/self/uid_map", map, 0);
	make_scene();
	in_scene(path, "small");
	check_int(mkdir(path, 0755), 0);
	if (mount("small", path, "tmpfs", 0, "size=64k") < 0)
		skip("nothing can be mounted here");
	memcpy(row.settings, full.settings, sizeof(row.settings));
	memcpy(row.action, full.action, sizeof(row.action));
	helper_argv(&row, argv);
	check_int(run_outside(argv), 1);
	box = explain_box(policy_of(&row), argv);
	if (fh_box_refusal(box, 0, &refusal, NULL) != -ENOENT) {
		show_refusals(box);
		check(false);
	}
	fh_box_free(box);
	check_int(umount2(path, MNT_DETACH), 0);
	clean_scene();
}

static const struct tap_test tests[] = {
	{ .name = "ordinary failures are not blamed on the box",
	  .run = test_ordinary, .seconds = 200 },
	{ .name = "a disk that is full outside is not", .run = test_full_disk },
	/* Nobody takes namespaces from root. */
	{ .name = "nor without namespaces", .run = test_ordinary_landlock,
	  .seconds = 200 },
};

int main(void)
{
	return tap_run(tests, COUNT(tests) - (getuid() == 0));
}
