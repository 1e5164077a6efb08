/* Creates, maps and mounts in a child, and tells how far it came. The child may
 * be that of a program with threads: it allocates nothing and takes no lock. */
#include "probe/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/number.h"
#include "sys/mounts_calls.h"
#include "sys/pid_max.h"
#include "sys/process.h"

static int write_text(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write_exactly(fd, text, strlen(text));
}

static int try_create(void)
{
	return unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
}

/* One id, as itself: "1000 1000 1". */
static int write_map(const char *path, uint64_t id)
{
	char digits[21], map[64];
	size_t n = number_format(digits, id);

	memcpy(map, digits, n);
	map[n] = ' ';
	memcpy(map + n + 1, digits, n);
	memcpy(map + 2 * n + 1, " 1\n", 4);
	return write_text(path, map);
}

static int try_map(uid_t uid, gid_t gid)
{
	int r = write_text("/proc/self/setgroups", "deny");

	if (r == 0)
		r = write_map("/proc/self/uid_map", uid);
	if (r == 0)
		r = write_map("/proc/self/gid_map", gid);
	return r;
}

static int try_mount(void)
{
	int r = unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |
			CLONE_NEWCGROUP) < 0 ? -errno : 0;

	if (r == 0)
		r = mnt_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	if (r == 0)
		r = mnt_mount("trial", "/usr", "tmpfs", MS_NOSUID, "size=4k");
	return r;
}

static int try_proc(void)
{
	return mnt_mount("proc", "/usr", "proc",
			 MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

/* In the first process of a new pid namespace. */
static _Noreturn void inside_pid_namespace(int fd, int results[N_TRIALS])
{
	results[TRIAL_PID] = 0;
	results[TRIAL_PROC] = try_proc();
	if (results[TRIAL_PROC] == 0)
		results[TRIAL_PID_MAX] =
			pid_max_is_own()
				? write_text("/usr/sys/kernel/pid_max", "1024")
				: -EOPNOTSUPP;
	write_exactly(fd, results, N_TRIALS * sizeof(*results));
	_exit(0);
}

static _Noreturn void inside(int fd, uid_t uid, gid_t gid)
{
	int results[N_TRIALS];
	pid_t pid;

	for (int i = 0; i < N_TRIALS; i++)
		results[i] = -ECANCELED;
	/* The maps need a /proc entry that is ours. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	results[TRIAL_CREATE] = try_create();
	if (results[TRIAL_CREATE] == 0)
		results[TRIAL_MAP] = try_map(uid, gid);
	if (results[TRIAL_MAP] == 0)
		results[TRIAL_MOUNT] = try_mount();
	if (results[TRIAL_MOUNT] == 0)
		results[TRIAL_LIMIT] = write_text(
			"/proc/sys/user/max_user_namespaces", "1");
	if (results[TRIAL_MOUNT] == 0)
		results[TRIAL_NET] = unshare(CLONE_NEWNET) < 0 ? -errno : 0;
	if (results[TRIAL_MOUNT] == 0) {
		pid = unshare(CLONE_NEWPID) < 0 ? -errno
						: process_clone(0, NULL);
		results[TRIAL_PID] = pid < 0 ? pid : 0;
		if (pid == 0)
			inside_pid_namespace(fd, results);
		if (pid > 0 && waitpid(pid, NULL, __WALL) == pid)
			_exit(0);
	}
	write_exactly(fd, results, sizeof(results));
	_exit(0);
}

int trial_run(int ret[N_TRIALS], struct fh_error *err)
{
	int results[N_TRIALS], fds[2], r;
	uid_t uid = getuid();
	gid_t gid = getgid();
	uint64_t signals;
	pid_t pid;

	/* Read when all writers are gone, and without waiting: another thread
	 * may fork and take the write end along. */
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_set(err, FH_STAGE_PROBE, -errno, "create a pipe");
	r = process_block_signals(&signals);
	pid = r < 0 ? r : process_clone(0, NULL);
	if (pid == 0)
		inside(fds[1], uid, gid);
	while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	if (r == 0)
		process_restore_signals(signals);
	close(fds[1]);
	r = pid < 0 ? pid : read_exactly(fds[0], results, sizeof(results));
	close(fds[0]);
	if (r < 0)
		return error_set(err, FH_STAGE_PROBE, r, "try the namespaces");
	memcpy(ret, results, sizeof(results));
	return 0;
}
