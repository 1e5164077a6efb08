/* Attacks on the content of a file that was not granted. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

#define LAYER "mount namespace, Landlock"

static int run_direct(const struct attack_stage *stage)
{
	return try_read(stage->secret_path);
}

const struct attack attack_read_secret = {
	.name = "read-secret",
	.title = "read a file that was not granted",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_direct,
	.expected = { ENOENT, EACCES },
};

static int run_dotdot(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	int r;

	/* More steps up than any working directory is deep: ".." of the root
	 * is the root. */
	r = try_path(path, sizeof(path),
		     "../../../../../../../../../../../../../../../../%s",
		     stage->secret_path);
	return r < 0 ? r : try_read(path);
}

const struct attack attack_read_secret_dotdot = {
	.name = "read-secret-dotdot",
	.title = "climb out by .. and read it",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_dotdot,
	.expected = { ENOENT, EACCES },
};

/* A hard link puts the inode where reading is granted. */
static int run_link(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "/tmp/fumehood-link-%d",
		     (int)getpid());
	if (r < 0)
		return r;
	if (link(stage->secret_path, path) < 0)
		return -errno;
	r = try_read(path);
	unlink(path);
	return r;
}

const struct attack attack_read_secret_link = {
	.name = "read-secret-link",
	.title = "link it into /tmp and read it there",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_link,
	.expected = { ENOENT, EACCES },
};

/* struct open_how of linux/openat2.h (5.6): flags, mode, resolve. */
static int run_openat2(const struct attack_stage *stage)
{
	uint64_t how[3] = { O_RDONLY | O_CLOEXEC, 0, 0 };
	autoclose int fd = (int)try_syscall(CALL_openat2, AT_FDCWD,
					    (long)stage->secret_path, (long)how,
					    sizeof(how), 0, 0);

	return try_result(fd);
}

const struct attack attack_read_secret_openat2 = {
	.name = "read-secret-openat2",
	.title = "open it by openat2, whose flags no filter can see",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_openat2,
	.expected = { ENOENT, EACCES, ENOSYS },
};

static int run_self_root(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "/proc/self/root%s",
		     stage->secret_path);
	return r < 0 ? r : try_read(path);
}

const struct attack attack_read_secret_self_root = {
	.name = "read-secret-self-root",
	.title = "reach it through /proc/self/root",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_self_root,
	.expected = { ENOENT, EACCES },
};

static int run_symlink(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "/tmp/fumehood-symlink-%d",
		     (int)getpid());
	if (r < 0)
		return r;
	if (symlink(stage->secret_path, path) < 0)
		return -errno;
	r = try_read(path);
	unlink(path);
	return r;
}

const struct attack attack_read_secret_symlink = {
	.name = "read-secret-symlink",
	.title = "read it through a symbolic link in /tmp",
	.guarantee = "files-read",
	.layer = LAYER,
	.run = run_symlink,
	.expected = { ENOENT, EACCES },
};

static int run_shadow(const struct attack_stage *stage)
{
	(void)stage;
	return try_read("/etc/shadow");
}

const struct attack attack_read_shadow = {
	.name = "read-shadow",
	.title = "read the password hashes",
	.guarantee = "files-read",
	.layer = LAYER,
	.needs_root = true,
	.run = run_shadow,
	.expected = { ENOENT, EACCES },
};
