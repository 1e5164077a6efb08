/* Attempts to make or enter namespaces, where capabilities grow back. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack/attack.h"
#include "attack/attack_try.h"

#define LAYER "seccomp, namespace count limit"
#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNS)

static int run_clone(const struct attack_stage *stage)
{
	long pid = try_syscall(CALL_clone, NAMESPACES | SIGCHLD, 0, 0, 0, 0, 0);

	(void)stage;
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid((pid_t)pid, NULL, 0);
	return 0;
}

const struct attack attack_namespace_clone = {
	.name = "namespace-clone",
	.title = "make a child in a user namespace of its own",
	.guarantee = "privileges",
	.layer = LAYER,
	.run = run_clone,
	.expected = { EPERM },
};

/* A filter cannot see the flags, hence the call must not be there at all. */
const struct attack attack_namespace_clone3 = {
	.name = "namespace-clone3",
	.title = "make a child by clone3, whose flags no filter can see",
	.guarantee = "privileges",
	.layer = LAYER,
	.call = { .id = CALL_clone3, .args = { ATTACK_NOWHERE, 64 } },
	.expected = { ENOSYS },
};

const struct attack attack_namespace_setns = {
	.name = "namespace-setns",
	.title = "enter another namespace",
	.guarantee = "privileges",
	.layer = "seccomp, no capabilities",
	.call = { .id = CALL_setns, .args = { -1, 0 } },
	.expected = { EPERM },
};

static int run_unshare(const struct attack_stage *stage)
{
	(void)stage;
	return try_result(unshare(NAMESPACES));
}

const struct attack attack_namespace_unshare = {
	.name = "namespace-unshare",
	.title = "move to a user namespace of its own",
	.guarantee = "privileges",
	.layer = LAYER,
	.run = run_unshare,
	.expected = { EPERM },
};
