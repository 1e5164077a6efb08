/*
 * Confines the calling process by hand, as fh_confine() does.
 *
 * This is the floor that the library is measured against: one straight line of
 * system calls, no plan, no verification, no message. The calls and the
 * constants that headers lack come from src/sys.
 */
#include "floor_confine.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

#include "sys/capability.h"
#include "sys/landlock_calls.h"
#include "sys/seccomp_calls.h"

#define TRY(call)                        \
	do {                             \
		if ((call) < 0)          \
			return __LINE__; \
	} while (0)

static int set_limits(uint64_t open_files)
{
	const struct rlimit core = { 0, 0 }, files = { open_files, open_files };

	TRY(setrlimit(RLIMIT_CORE, &core));
	TRY(setrlimit(RLIMIT_NOFILE, &files));
	return 0;
}

/* An ordinary user may not touch the bounding set and the securebits. */
static int drop_privileges(void)
{
	const struct capability_sets none = { 0 };

	for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0;)
		cap++;
	prctl(PR_SET_SECUREBITS, SECUREBITS_LOCKED, 0, 0, 0);
	TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	TRY(capability_set(&none));
	TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return 0;
}

static int confine_files(const struct floor_rule *rules, size_t n)
{
	const struct ll_ruleset_attr all = {
		.handled_fs = LL_FS_IOCTL_DEV * 2 - 1,
		.handled_net = LL_NET_BIND_TCP | LL_NET_CONNECT_TCP,
		.scoped = LL_SCOPE_ABSTRACT_UNIX | LL_SCOPE_SIGNAL,
	};
	int ruleset = ll_create(&all);

	TRY(ruleset);
	for (size_t i = 0; i < n; i++) {
		int fd = open(rules[i].path, O_PATH | O_CLOEXEC);

		TRY(fd);
		TRY(ll_add_path(ruleset, fd, rules[i].rights));
		close(fd);
	}
	TRY(ll_restrict(ruleset, 0));
	close(ruleset);
	return 0;
}

int floor_confine(const struct floor_rule *rules, size_t n,
		  uint64_t open_files, const struct sock_fprog *filter)
{
	int line = set_limits(open_files);

	if (!line)
		line = drop_privileges();
	if (!line)
		line = confine_files(rules, n);
	if (!line)
		TRY(sys_seccomp(SECCOMP_SET_MODE_FILTER, 0, filter));
	return line;
}
