/* Attempts to look at outside processes, or at init, through /proc. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/io.h"

#define LAYER_INIT "pid namespace, undumpable init"
#define LAYER_PREY "pid namespace, Landlock"

static int run_init_environ(const struct attack_stage *stage)
{
	(void)stage;
	return try_read("/proc/1/environ");
}

const struct attack attack_proc_init_environ = {
	.name = "proc-init-environ",
	.title = "read the environment of init",
	.guarantee = "processes",
	.layer = LAYER_INIT,
	.needs_root = true,
	.run = run_init_environ,
	.expected = { ENOENT, EACCES, EPERM },
};

static int run_init_exe(const struct attack_stage *stage)
{
	(void)stage;
	return try_read("/proc/1/exe");
}

/* CVE-2019-5736: the link leads to the host's file through its own mount. */
const struct attack attack_proc_init_exe = {
	.name = "proc-init-exe",
	.title = "open the host's program that init runs",
	.guarantee = "processes",
	.layer = LAYER_INIT,
	.needs_root = true,
	.run = run_init_exe,
	.expected = { ENOENT, EACCES, EPERM },
};

static int run_init_fds(const struct attack_stage *stage)
{
	(void)stage;
	return try_list("/proc/1/fd");
}

const struct attack attack_proc_init_fds = {
	.name = "proc-init-fds",
	.title = "list the open files of init",
	.guarantee = "processes",
	.layer = LAYER_INIT,
	.needs_root = true,
	.run = run_init_fds,
	.expected = { ENOENT, EACCES, EPERM },
};

static int run_init_memory(const struct attack_stage *stage)
{
	(void)stage;
	return try_open("/proc/1/mem", 0);
}

const struct attack attack_proc_init_memory = {
	.name = "proc-init-memory",
	.title = "open the memory of init",
	.guarantee = "processes",
	.layer = LAYER_INIT,
	.needs_root = true,
	.run = run_init_memory,
	.expected = { ENOENT, EACCES, EPERM },
};

static int run_init_root(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	int r;

	r = try_path(path, sizeof(path), "/proc/1/root%s", stage->secret_path);
	return r < 0 ? r : try_read(path);
}

const struct attack attack_proc_init_root = {
	.name = "proc-init-root",
	.title = "reach the secret through the root of init",
	.guarantee = "files-read",
	.layer = LAYER_INIT,
	.needs_root = true,
	.run = run_init_root,
	.expected = { ENOENT, EACCES, EPERM },
};

/* A path beneath the prey's directory in /proc. */
static int prey_path(const struct attack_stage *stage, char *ret, size_t size,
		     const char *rest)
{
	if (try_prey_is_ours(stage))
		return -ENOENT;
	return try_path(ret, size, "/proc/%d/%s", stage->prey_pid, rest);
}

static int run_prey_environ(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	int r = prey_path(stage, path, sizeof(path), "environ");

	return r < 0 ? r : try_read(path);
}

const struct attack attack_proc_outside_environ = {
	.name = "proc-outside-environ",
	.title = "read the environment of an outside process",
	.guarantee = "processes",
	.layer = LAYER_PREY,
	.run = run_prey_environ,
	.expected = { ENOENT, EACCES },
};

static int run_prey_fds(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	int r = prey_path(stage, path, sizeof(path), "fd");

	return r < 0 ? r : try_list(path);
}

const struct attack attack_proc_outside_fds = {
	.name = "proc-outside-fds",
	.title = "list the open files of an outside process",
	.guarantee = "processes",
	.layer = LAYER_PREY,
	.run = run_prey_fds,
	.expected = { ENOENT, EACCES },
};

static int run_prey_memory(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	int r = prey_path(stage, path, sizeof(path), "mem");

	return r < 0 ? r : try_open(path, 0);
}

const struct attack attack_proc_outside_memory = {
	.name = "proc-outside-memory",
	.title = "open the memory of an outside process",
	.guarantee = "processes",
	.layer = LAYER_PREY,
	.run = run_prey_memory,
	.expected = { ENOENT, EACCES },
};

static int run_prey_root(const struct attack_stage *stage)
{
	char path[2 * ATTACK_PATH_MAX];
	char rest[ATTACK_PATH_MAX + 8];
	int r;

	r = try_path(rest, sizeof(rest), "root%s", stage->secret_path);
	if (r == 0)
		r = prey_path(stage, path, sizeof(path), rest);
	return r < 0 ? r : try_read(path);
}

const struct attack attack_proc_outside_root = {
	.name = "proc-outside-root",
	.title = "reach the secret through the root of an outside process",
	.guarantee = "files-read",
	.layer = LAYER_PREY,
	.run = run_prey_root,
	.expected = { ENOENT, EACCES },
};

/* Goes by name, since numbers mean other processes in another namespace. */
static int run_scan(const struct attack_stage *stage)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int r = -ENOENT;

	if (!proc)
		return -errno;
	while (r != 0 && (entry = readdir(proc))) {
		char path[sizeof(entry->d_name) + sizeof("/proc//comm")];
		char comm[64];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (try_path(path, sizeof(path), "/proc/%s/comm",
			     entry->d_name) < 0 ||
		    read_small_file(-1, path, comm, sizeof(comm)) < 0)
			continue;
		if (strcmp(comm, stage->prey_comm) == 0)
			r = 0;
	}
	closedir(proc);
	return r;
}

const struct attack attack_proc_scan = {
	.name = "proc-scan",
	.title = "find an outside process in /proc",
	.guarantee = "processes",
	.layer = "pid namespace",
	.run = run_scan,
	.expected = { ENOENT },
};
