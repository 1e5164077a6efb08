/* /proc is wanted, and ours. */
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "base/proc.h"
#include "tap.h"

static void test_there(void)
{
	check_int(proc_need(NULL), 0);
}

/* As root of a user namespace, where such a thing can be had. */
static void enter(int flags)
{
	if (unshare(CLONE_NEWUSER | flags) < 0)
		skip("no user namespaces");
}

static void test_missing(void)
{
	struct fh_error err = { 0 };

	enter(CLONE_NEWNS);
	if (mount("none", "/proc", "tmpfs", 0, NULL) < 0)
		skip("nothing can be mounted");
	check_int(proc_need(&err), -ENOENT);
	check_int(err.code, -ENOENT);
	check_str(err.what, "find /proc mounted");
	check(*err.remedy);
	/* Control: it was only covered. */
	check_int(umount("/proc"), 0);
	check_int(proc_need(&err), 0);
}

static void test_of_others(void)
{
	struct fh_error err = { 0 };
	int status;
	pid_t pid;

	enter(CLONE_NEWPID);
	pid = fork();
	if (pid == 0)
		_exit(proc_need(&err) == -ESRCH && err.code == -ESRCH &&
				      strstr(err.what, "another pid namespace")
			      ? 0
			      : 1);
	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static const struct tap_test tests[] = {
	{ .name = "it is there", .run = test_there },
	{ .name = "it is not", .run = test_missing },
	{ .name = "it is another pid namespace's", .run = test_of_others },
};

int main(void)
{
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
