/* Ids alone: root is given up for good, and what is left over is found. */
#include <fumehood/ids.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>

#include "layer.h"
#include "sys/capability.h"

#define UID 4242u
#define GID 4343u

/* Every line that fh_ids_drop() may touch. */
struct picture {
	char lines[4][256];
};

static const char *const shown[] = { "Uid", "Gid", "Groups", "CapPrm" };

static struct picture look(void)
{
	struct picture picture;

	for (size_t i = 0; i < N(shown); i++)
		status_get(shown[i], picture.lines[i],
			   sizeof(picture.lines[i]));
	return picture;
}

static void check_same(const struct picture *before)
{
	struct picture after = look();

	for (size_t i = 0; i < N(shown); i++)
		check_str(after.lines[i], before->lines[i]);
}

static void check_four(const char *field, unsigned int id)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "%u\t%u\t%u\t%u", id, id, id, id);
	check_status(field, expected);
}

static void check_dropped(unsigned int uid, unsigned int gid)
{
	check_four("Uid", uid);
	check_four("Gid", gid);
	check_status("Groups", "");
	check_status("CapPrm", "0000000000000000");
	check_status("CapEff", "0000000000000000");
	check_int(outcome(setuid(0)), EPERM);
	check_int(outcome(setresuid(0, 0, 0)), EPERM);
	check_int(outcome(setresgid(0, 0, 0)), EPERM);
	check_int(outcome(setgroups(0, NULL)), EPERM);
}

static void test_bad_input(void)
{
	struct picture before = look();
	struct fh_error err = { 0 };

	check_int(fh_ids_drop(0, GID, &err), -EINVAL);
	check_int(err.code, -EINVAL);
	check(strstr(err.what, "uid 0"));
	check_int(fh_ids_drop(UID, 0, &err), -EINVAL);
	check(strstr(err.what, "gid 0"));
	check_int(fh_ids_drop((uid_t)-1, GID, NULL), -EINVAL);
	check_int(fh_ids_drop(UID, (gid_t)-1, NULL), -EINVAL);
	check_same(&before);
}

/* --- as root ---------------------------------------------------------------- */

static const gid_t groups[] = { 0, 5, 100 };

static void test_root(void)
{
	check_int(outcome(setgroups(N(groups), groups)), 0);
	check_status("Groups", "0 5 100");
	/* Control: before, all of it can be had. */
	check_int(access("/root", R_OK), 0);
	check_int(fh_ids_drop(UID, GID, NULL), 0);
	check_dropped(UID, GID);
	check_int(outcome(access("/root", R_OK)), EACCES);
	/* Nothing is left to give up; it is not an error. */
	check_int(fh_ids_drop(UID, GID, NULL), 0);
	check_int(fh_ids_drop(UID + 1, GID, NULL), -EPERM);
	check_dropped(UID, GID);
}

static int look_dropped(void)
{
	check_dropped(UID, GID);
	return 0;
}

static void test_all_threads(void)
{
	struct second second;

	check_int(outcome(setgroups(N(groups), groups)), 0);
	second_start(&second);
	check_int(fh_ids_drop(UID, GID, NULL), 0);
	check_dropped(UID, GID);
	check_int(second_do(&second, look_dropped), 0);
}

static void test_keepcaps(void)
{
	struct capability_sets sets = { 0 };
	struct fh_error err = { 0 };

	check_int(prctl(PR_SET_KEEPCAPS, 1), 0);
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	check(strstr(err.what, "CAP_SETUID"));
	/* Rightly so: with what was kept, root can be had back. */
	check_int(capability_get(&sets), 0);
	sets.effective = sets.permitted;
	check_int(capability_set(&sets), 0);
	check_int(outcome(setresuid(0, 0, 0)), 0);
}

static int keep_capabilities(void)
{
	return prctl(PR_SET_KEEPCAPS, 1);
}

/* KEEPCAPS is a thread's own. */
static void test_keepcaps_elsewhere(void)
{
	struct fh_error err = { 0 };
	struct second second;

	second_start(&second);
	check_int(second_do(&second, keep_capabilities), 0);
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	check(strstr(err.what, "thread"));
}

static int sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	return 0;
}

/* A thread that libc does not know of keeps its ids. */
static void test_hidden_thread(void)
{
	struct fh_error err = { 0 };
	size_t size = 65536;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(stack != MAP_FAILED);
	check(clone(sleep_on, stack + size,
		    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			    CLONE_THREAD | CLONE_SYSVSEM, NULL) > 0);
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
	check(strstr(err.what, "a thread kept other ids"));
}

static void lack(int capability)
{
	struct capability_sets sets = { 0 };

	check_int(capability_get(&sets), 0);
	sets.effective &= ~BIT(capability);
	check_int(capability_set(&sets), 0);
}

static void test_without_setgid(void)
{
	struct fh_error err = { 0 };
	struct picture before;

	check_int(outcome(setgroups(N(groups), groups)), 0);
	lack(CAP_SETGID);
	before = look();
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_PLAN);
	check(strstr(err.what, "CAP_SETGID"));
	check_same(&before);
}

static void test_without_setuid(void)
{
	struct fh_error err = { 0 };
	struct picture before;

	lack(CAP_SETUID);
	before = look();
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_PLAN);
	check(strstr(err.what, "CAP_SETUID"));
	check_same(&before);
}

/* An ordinary user who has groups cannot clear them. */
static void test_groups_left(void)
{
	struct fh_error err = { 0 };
	struct picture before;

	check_int(outcome(setgroups(N(groups), groups)), 0);
	check_int(outcome(setresgid(GID, GID, GID)), 0);
	check_int(outcome(setresuid(UID, UID, UID)), 0);
	before = look();
	check_int(fh_ids_drop(UID, GID, &err), -EPERM);
	check_int(err.stage, FH_STAGE_PLAN);
	check(strstr(err.what, "groups"));
	check_same(&before);
}

static void test_own_group_left(void)
{
	const gid_t own[] = { GID };
	char expected[16];

	snprintf(expected, sizeof(expected), "%u", GID);
	check_int(outcome(setgroups(1, own)), 0);
	check_int(outcome(setresgid(GID, GID, GID)), 0);
	check_int(outcome(setresuid(UID, UID, UID)), 0);
	check_int(fh_ids_drop(UID, GID, NULL), 0);
	check_status("Groups", expected);
}

/* A saved id of somebody else is a way back, and is closed. */
static void test_saved(void)
{
	check_int(outcome(setgroups(0, NULL)), 0);
	check_int(outcome(setresgid(GID, GID, GID + 1)), 0);
	check_int(outcome(setresuid(UID, UID, UID + 1)), 0);
	check_int(fh_ids_drop(UID, GID, NULL), 0);
	check_dropped(UID, GID);
	check_int(outcome(setresuid(-1, UID + 1, -1)), EPERM);
	check_int(outcome(setresgid(-1, GID + 1, -1)), EPERM);
}

/* --- as an ordinary user ------------------------------------------------------ */

static void test_user(void)
{
	struct fh_error err = { 0 };
	struct picture before = look();

	check_int(fh_ids_drop(getuid() + 1, getgid(), &err), -EPERM);
	check_int(err.stage, FH_STAGE_PLAN);
	check(err.remedy[0] || err.what[0]);
	check_int(fh_ids_drop(getuid(), getgid() + 1, &err), -EPERM);
	check_same(&before);
	check_int(fh_ids_drop(getuid(), getgid(), &err), 0);
	check_same(&before);
	check_int(outcome(setuid(0)), EPERM);
}

static void put_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd >= 0);
	check_int(write(fd, line, strlen(line)), strlen(line));
	close(fd);
}

/* In a namespace that maps one id: every other is refused when tried, after
 * the groups were changed; that is undone. */
static void test_unmapped(void)
{
	struct fh_error err = { 0 };
	struct picture before;
	char line[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWUSER) < 0)
		skip("no user namespaces");
	put_line("/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "%u %u 1", uid, uid);
	put_line("/proc/self/uid_map", line);
	snprintf(line, sizeof(line), "%u %u 1", gid, gid);
	put_line("/proc/self/gid_map", line);
	before = look();
	check_int(fh_ids_drop(uid + 1, gid, &err), -EINVAL);
	check_int(err.stage, FH_STAGE_PLAN);
	check_same(&before);
	/* Its own ids it has, and the capability to change them too. */
	check_int(fh_ids_drop(uid, gid, &err), -EPERM);
	check_int(err.stage, FH_STAGE_APPLY);
}

static const struct tap_test anyone[] = {
	{ .name = "bad input is refused", .run = test_bad_input },
};

static const struct tap_test root[] = {
	{ .name = "root is given up for good", .run = test_root },
	{ .name = "in all threads", .run = test_all_threads },
	{ .name = "kept capabilities are found", .run = test_keepcaps },
	{ .name = "kept by another thread as well",
	  .run = test_keepcaps_elsewhere },
	{ .name = "a thread out of reach is found", .run = test_hidden_thread },
	{ .name = "without CAP_SETGID nothing is changed",
	  .run = test_without_setgid },
	{ .name = "without CAP_SETUID nothing is changed",
	  .run = test_without_setuid },
	{ .name = "groups that cannot be cleared are refused",
	  .run = test_groups_left },
	{ .name = "the own group may be left", .run = test_own_group_left },
	{ .name = "saved ids are given up", .run = test_saved },
};

static const struct tap_test user[] = {
	{ .name = "an ordinary user stays who he is", .run = test_user },
	{ .name = "ids without a map are refused whole", .run = test_unmapped },
};

TESTS_RUN(anyone, root, user)
