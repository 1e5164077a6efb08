/* Attempts to become more than the program was started as. */
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"
#include "base/cleanup.h"

/* struct __user_cap_header_struct and __user_cap_data_struct of
 * linux/capability.h, version 3 (2.6.26) */
#define CAPABILITY_VERSION 0x20080522u

struct capability_header {
	uint32_t version;
	int32_t pid;
};

struct capability_data {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};

#define SOME_CAPABILITY (UINT32_C(1) << 21) /* CAP_SYS_ADMIN */

static int run_gain(const struct attack_stage *stage)
{
	struct capability_header header = { .version = CAPABILITY_VERSION };
	struct capability_data data[2] = { {
		.effective = SOME_CAPABILITY,
		.permitted = SOME_CAPABILITY,
	} };

	(void)stage;
	return try_result(try_syscall(CALL_capset, (long)&header, (long)data, 0,
				      0, 0, 0));
}

const struct attack attack_privilege_capset = {
	.name = "privilege-capset",
	.title = "take a capability",
	.guarantee = "privileges",
	.layer = "empty capability sets",
	.needs_root = true,
	.run = run_gain,
	.expected = { EPERM },
};

/*
 * What is left in the bounding set can come back by running a program; not
 * with no_new_privs, for anybody but root: an ordinary caller that has no user
 * namespace of its own cannot empty the set, and has nothing to fear from it.
 */
static int run_bounding(const struct attack_stage *stage)
{
	int has = 0;

	(void)stage;
	for (unsigned long cap = 0; !has; cap++) {
		has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
		if (has < 0)
			return errno == EINVAL ? -EPERM : -errno;
	}
	return getuid() != 0 &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -EACCES : 0;
}

const struct attack attack_privilege_bounding = {
	.name = "privilege-bounding",
	.title = "find a capability left in the bounding set",
	.guarantee = "privileges",
	.layer = "empty capability sets",
	.run = run_bounding,
	.expected = { EPERM },
};

static int run_new_privs(const struct attack_stage *stage)
{
	(void)stage;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -EPERM : 0;
}

const struct attack attack_privilege_new_privs = {
	.name = "privilege-new-privs",
	.title = "find that set-user-id programs still work",
	.guarantee = "privileges",
	.layer = "no_new_privs",
	.run = run_new_privs,
	.expected = { EPERM },
};

static int run_chmod_setuid(const struct attack_stage *stage)
{
	char path[ATTACK_PATH_MAX];
	autoclose int fd = try_make_file("/tmp", path, sizeof(path));
	int r;

	(void)stage;
	if (fd < 0)
		return fd;
	r = try_result(fchmod(fd, S_ISUID | 0700));
	unlink(path);
	return r;
}

const struct attack attack_privilege_make_setuid = {
	.name = "privilege-make-setuid",
	.title = "leave a set-user-id file behind",
	.guarantee = "privileges",
	.layer = "seccomp",
	.run = run_chmod_setuid,
	.expected = { EPERM },
};

/* Root, or another for a box that root has started: its uid is 0 inside too. */
static long another_id(long own)
{
	return own == 0 ? 1 : 0;
}

static int run_setuid(const struct attack_stage *stage)
{
	long id = another_id(getuid());

	(void)stage;
	return try_result(try_syscall(CALL_setresuid, id, id, id, 0, 0, 0));
}

/* EINVAL: a user namespace that maps one id has no other. */
const struct attack attack_privilege_setuid = {
	.name = "privilege-setuid",
	.title = "become root or, if it is root, another user",
	.guarantee = "privileges",
	.layer = "no capabilities, user namespace",
	.needs_root = true,
	.run = run_setuid,
	.expected = { EPERM, EINVAL },
};

static int run_setgid(const struct attack_stage *stage)
{
	long id = another_id(getgid());

	(void)stage;
	return try_result(try_syscall(CALL_setresgid, id, id, id, 0, 0, 0));
}

const struct attack attack_privilege_setgid = {
	.name = "privilege-setgid",
	.title = "join the group of root or, if it is in that, another",
	.guarantee = "privileges",
	.layer = "no capabilities, user namespace",
	.needs_root = true,
	.run = run_setgid,
	.expected = { EPERM, EINVAL },
};

static int run_setgroups(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(try_syscall(CALL_setgroups, 0, 0, 0, 0, 0, 0));
}

const struct attack attack_privilege_setgroups = {
	.name = "privilege-setgroups",
	.title = "drop groups that deny it something",
	.guarantee = "privileges",
	.layer = "no capabilities, setgroups denied",
	.needs_root = true,
	.run = run_setgroups,
	.expected = { EPERM },
};

static int run_core(const struct attack_stage *stage)
{
	struct rlimit limit = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };

	(void)stage;
	return try_result(setrlimit(RLIMIT_CORE, &limit));
}

const struct attack attack_limit_core = {
	.name = "limit-core",
	.title = "allow itself core dumps",
	.guarantee = "disk",
	.layer = "rlimits",
	.run = run_core,
	.expected = { EPERM },
};

/* Down and up again: there may be a highest limit that nobody can raise. */
static int run_files(const struct attack_stage *stage)
{
	struct rlimit limit;

	(void)stage;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	limit.rlim_max--;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	limit.rlim_max++;
	return try_result(setrlimit(RLIMIT_NOFILE, &limit));
}

const struct attack attack_limit_files = {
	.name = "limit-files",
	.title = "raise its limit of open files",
	.guarantee = "privileges",
	.layer = "rlimits, no capabilities",
	.run = run_files,
	.expected = { EPERM },
	.no_control = "in containers root too lacks CAP_SYS_RESOURCE",
};

static int run_nice(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(setpriority(PRIO_PROCESS, 0, -20));
}

const struct attack attack_limit_nice = {
	.name = "limit-nice",
	.title = "run before all others",
	.guarantee = "privileges",
	.layer = "no capabilities",
	.needs_root = true,
	.run = run_nice,
	.expected = { EACCES, EPERM },
};

static int run_realtime(const struct attack_stage *stage)
{
	struct sched_param param = { .sched_priority = 1 };

	(void)stage;
	return try_result(try_syscall(CALL_sched_setscheduler, 0, SCHED_FIFO,
				      (long)&param, 0, 0, 0));
}

const struct attack attack_limit_realtime = {
	.name = "limit-realtime",
	.title = "run in real time",
	.guarantee = "privileges",
	.layer = "no capabilities",
	.needs_root = true,
	.run = run_realtime,
	.expected = { EPERM },
};
