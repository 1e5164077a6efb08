/* Attempts to change an ungranted file or its directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#define LAYER "mount namespace, Landlock"
/* Landlock does not cover chmod, chown and utimes. */
#define LAYER_METADATA "mount namespace"

static int run_chmod(const struct attack_stage *stage)
{
	return try_result(chmod(stage->secret_path, 0640));
}

const struct attack attack_write_secret_chmod = {
	.name = "write-secret-chmod",
	.title = "open the secret to others by chmod",
	.guarantee = "files-write",
	.layer = LAYER_METADATA,
	.run = run_chmod,
	.expected = { ENOENT },
};

static int run_chown(const struct attack_stage *stage)
{
	return try_result(chown(stage->secret_path, geteuid(), getegid()));
}

const struct attack attack_write_secret_chown = {
	.name = "write-secret-chown",
	.title = "change the owner of the secret",
	.guarantee = "files-write",
	.layer = LAYER_METADATA,
	.run = run_chown,
	.expected = { ENOENT },
};

static int run_content(const struct attack_stage *stage)
{
	autoclose int fd = open(stage->secret_path,
				O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return try_result(write(fd, "x", 1));
}

const struct attack attack_write_secret = {
	.name = "write-secret",
	.title = "append to a file that was not granted",
	.guarantee = "files-write",
	.layer = LAYER,
	.run = run_content,
	.expected = { ENOENT, EACCES },
};

static int run_create(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "%s/new", stage->secret_dir);
	return r < 0 ? r : try_create(path);
}

const struct attack attack_write_secret_create = {
	.name = "write-secret-create",
	.title = "make a file beside the secret",
	.guarantee = "files-write",
	.layer = LAYER,
	.run = run_create,
	.expected = { ENOENT, EACCES },
};

static int run_rename(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "%s/moved", stage->secret_dir);
	if (r < 0)
		return r;
	if (rename(stage->secret_path, path) < 0)
		return -errno;
	return try_result(rename(path, stage->secret_path));
}

const struct attack attack_write_secret_rename = {
	.name = "write-secret-rename",
	.title = "rename the secret",
	.guarantee = "files-write",
	.layer = LAYER,
	.run = run_rename,
	.expected = { ENOENT, EACCES },
};

static int run_truncate(const struct attack_stage *stage)
{
	return try_result(truncate(stage->secret_path, 1));
}

const struct attack attack_write_secret_truncate = {
	.name = "write-secret-truncate",
	.title = "cut the secret off",
	.guarantee = "files-write",
	.layer = LAYER,
	.run = run_truncate,
	.expected = { ENOENT, EACCES },
};

static int run_unlink(const struct attack_stage *stage)
{
	return try_result(unlink(stage->secret_path));
}

const struct attack attack_write_secret_unlink = {
	.name = "write-secret-unlink",
	.title = "delete the secret",
	.guarantee = "files-write",
	.layer = LAYER,
	.run = run_unlink,
	.expected = { ENOENT, EACCES },
};

static int run_utimes(const struct attack_stage *stage)
{
	return try_result(utimes(stage->secret_path, NULL));
}

const struct attack attack_write_secret_utimes = {
	.name = "write-secret-utimes",
	.title = "change the times of the secret",
	.guarantee = "files-write",
	.layer = LAYER_METADATA,
	.run = run_utimes,
	.expected = { ENOENT },
};
