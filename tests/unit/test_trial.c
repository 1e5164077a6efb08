/* The trial tells of each namespace what a box would meet. */
#include <sched.h>
#include <sys/utsname.h>

#include "base/io.h"
#include "probe/trial.h"
#include "tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void need_user(void)
{
	char text[32];

	if (getuid() == 0)
		skip("the caller is root");
	if (read_small_file(AT_FDCWD, "/proc/sys/user/max_user_namespaces",
			    text, sizeof(text)) > 0 && strcmp(text, "0") == 0)
		skip("user.max_user_namespaces is 0");
}

static void test_works(void)
{
	struct fh_error err = { 0 };
	struct utsname names;
	int trials[N_TRIALS], major = 0, minor = 0;

	need_user();
	memset(trials, 'x', sizeof(trials));
	check_int(trial_run(trials, &err), 0);
	check_int(err.code, 0);
	for (int i = 0; i < TRIAL_PID_MAX; i++)
		check_int(trials[i], 0);
	check_int(uname(&names), 0);
	sscanf(names.release, "%d.%d", &major, &minor);
	if (major > 6 || (major == 6 && minor >= 14))
		check_int(trials[TRIAL_PID_MAX], 0);
	else
		check_int(trials[TRIAL_PID_MAX], -EACCES);
}

/* The trial happens to a child: the caller is what it was. */
static void test_leaves_no_trace(void)
{
	char before[128], after[128];
	int trials[N_TRIALS];

	need_user();
	for (int i = 0; i < 2; i++) {
		char *name = i ? after : before;
		ssize_t n = readlink("/proc/self/ns/mnt", name, 127);

		check(n > 0);
		name[n] = '\0';
		if (i == 0)
			check_int(trial_run(trials, NULL), 0);
	}
	check_str(after, before);
	check_int(waitpid(-1, NULL, WNOHANG), -1);
	check_int(errno, ECHILD);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	check(fd >= 0);
	check_int(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Puts the caller where it may make no more user namespaces. */
static void forbid_namespaces(void)
{
	char map[64];
	unsigned int uid = getuid(), gid = getgid();

	check_int(unshare(CLONE_NEWUSER), 0);
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_file("/proc/self/gid_map", map);
	write_file("/proc/sys/user/max_user_namespaces", "0");
}

static void test_forbidden(void)
{
	int trials[N_TRIALS];

	need_user();
	forbid_namespaces();
	check_int(trial_run(trials, NULL), 0);
	check_int(trials[TRIAL_CREATE], -ENOSPC);
	for (int i = TRIAL_CREATE + 1; i < N_TRIALS; i++)
		check_int(trials[i], -ECANCELED);
}

static void test_infos(void)
{
	for (int i = 0; i < N_TRIALS; i++) {
		check(trial_infos[i].name && *trial_infos[i].name);
		check(trial_infos[i].what && *trial_infos[i].what);
	}
}

static const struct tap_test tests[] = {
	{ .name = "an ordinary user gets them all", .run = test_works },
	{ .name = "the caller stays as it was", .run = test_leaves_no_trace },
	{ .name = "the first denial is told, the rest not tried",
	  .run = test_forbidden },
	{ .name = "each trial has a name", .run = test_infos },
};

int main(void)
{
	return tap_run(tests, N(tests));
}
