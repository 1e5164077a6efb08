/* Attempts to learn that an ungranted file exists, or what surrounds it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

/* Landlock does not cover stat, access, chdir, O_PATH and inotify. */
#define LAYER "mount namespace"

static int run_access(const struct attack_stage *stage)
{
	return try_result(access(stage->secret_path, F_OK));
}

const struct attack attack_see_secret_access = {
	.name = "see-secret-access",
	.title = "ask by access whether the secret exists",
	.guarantee = "files-see",
	.layer = LAYER,
	.run = run_access,
	.expected = { ENOENT },
};

static int run_chdir(const struct attack_stage *stage)
{
	return try_result(chdir(stage->secret_dir));
}

const struct attack attack_see_secret_chdir = {
	.name = "see-secret-chdir",
	.title = "go to the directory of the secret",
	.guarantee = "files-see",
	.layer = LAYER,
	.run = run_chdir,
	.expected = { ENOENT },
};

static int run_list(const struct attack_stage *stage)
{
	return try_list(stage->secret_dir);
}

const struct attack attack_see_secret_list = {
	.name = "see-secret-list",
	.title = "list the directory of the secret",
	.guarantee = "files-see",
	.layer = "mount namespace, Landlock",
	.run = run_list,
	.expected = { ENOENT, EACCES },
};

static int run_open_path(const struct attack_stage *stage)
{
	return try_open(stage->secret_path, O_PATH);
}

const struct attack attack_see_secret_open_path = {
	.name = "see-secret-open-path",
	.title = "hold the secret by O_PATH, which needs no right on it",
	.guarantee = "files-see",
	.layer = LAYER,
	.run = run_open_path,
	.expected = { ENOENT },
};

static int run_stat(const struct attack_stage *stage)
{
	struct stat st;

	return try_result(stat(stage->secret_path, &st));
}

const struct attack attack_see_secret_stat = {
	.name = "see-secret-stat",
	.title = "learn the size and times of the secret",
	.guarantee = "files-see",
	.layer = LAYER,
	.run = run_stat,
	.expected = { ENOENT },
};

static int run_watch(const struct attack_stage *stage)
{
	autoclose int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0)
		return -errno;
	return try_result(
		inotify_add_watch(fd, stage->secret_path, IN_ACCESS));
}

const struct attack attack_see_secret_watch = {
	.name = "see-secret-watch",
	.title = "be told by inotify when the secret is used",
	.guarantee = "files-see",
	.layer = LAYER,
	.run = run_watch,
	.expected = { ENOENT },
};

static int run_sys(const struct attack_stage *stage)
{
	(void)stage;
	return try_list("/sys");
}

const struct attack attack_see_sys = {
	.name = "see-sys",
	.title = "list the machine's devices in /sys",
	.guarantee = "files-see",
	.layer = "mount namespace, Landlock",
	.run = run_sys,
	.expected = { ENOENT, EACCES },
};
