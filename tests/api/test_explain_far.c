/* Explaining asks outside, but never a machine that the program's name chooses. */
#include "refused.h"

#include <sched.h>
#include <sys/mount.h>

/* A directory of names that an automounter is asked for: it is we, by a pipe. */
static int mount_chooser(const char *path)
{
	char options[128];
	int ends[2];

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		skip("nothing can be mounted here");
	check_int(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	/* Processes of another group than the daemon's ask. */
	snprintf(options, sizeof(options),
		 "fd=%d,pgrp=%d,minproto=5,maxproto=5,indirect", ends[1],
		 getpgrp());
	if (mount("none", path, "autofs", 0, options) < 0)
		skip("no automounter can be mounted here");
	return ends[0];
}

static bool was_asked(int fd)
{
	struct pollfd watched = { .fd = fd, .events = POLLIN };

	return poll(&watched, 1, 0) == 1;
}

static void explain_name(const char *action, const char *name)
{
	char path[PATH_MAX];
	char *argv[] = { scene.helper, (char *)action, path, path, NULL };
	struct fh_policy *policy = fh_policy_new();

	in_scene(path, name);
	check_ok(fh_policy_set(policy, "exec", scene.helper, &err));
	fh_box_free(explain_box(policy, argv));
	fh_policy_free(policy);
}

/* In another group than the automounter's: its own processes ask for nothing. */
static int ask_nothing(int fd)
{
	static const char *const actions[] = { "stat", "read", "write", "mkdir",
		"unlink", "rename", "exec", "chdir", "access", "unix", "list" };
	static const char *const names[] = { "net/secret", "net/secret/x",
		"net/secret/../../file", "to-net/secret/x",
		"dir/../net/secret" };
	char path[PATH_MAX];
	struct stat st;
	pid_t pid;

	setpgid(0, 0);
	for (size_t i = 0; i < COUNT(actions); i++)
		for (size_t j = 0; j < COUNT(names); j++)
			explain_name(actions[i], names[j]);
	if (was_asked(fd))
		return 1;
	/* The control: this does ask, and waits for the answer. */
	pid = fork();
	if (pid == 0) {
		in_scene(path, "net/secret/x");
		stat(path, &st);
		_exit(0);
	}
	for (int i = 0; i < 500 && !was_asked(fd); i++)
		usleep(10000);
	kill(pid, SIGKILL);
	return was_asked(fd) ? 0 : 2;
}

static void test_chooser(void)
{
	char path[PATH_MAX], link[PATH_MAX];
	int fd, status;
	pid_t pid;

	make_scene();
	in_scene(path, "net");
	check_int(mkdir(path, 0755), 0);
	in_scene(link, "to-net");
	check_int(symlink("./dir/../net", link), 0);
	fd = mount_chooser(path);
	pid = fork();
	if (pid == 0)
		_exit(ask_nothing(fd));
	check_int(waitpid(pid, &status, 0), pid);
	umount2(path, MNT_DETACH);
	clean_scene();
	check_int(status, 0);
}

static const struct tap_test tests[] = {
	{ .name = "no automounter is asked", .run = test_chooser, .seconds = 60 },
};

int main(void)
{
	/* Only root mounts one. */
	return tap_run(tests, getuid() == 0 ? COUNT(tests) : 0);
}
