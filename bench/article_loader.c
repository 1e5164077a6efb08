/* Enters a Landlock domain of the system trees and /tmp, then executes: the
 * loader that bench/article.sh needs. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sys/landlock_calls.h"
#include "tables/landlock_rights.h"
#include "policy/policy.h"

static void add(int ruleset, const char *path, unsigned int access, int abi)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd >= 0)
		ll_add_path(ruleset, fd, landlock_access(access, 1, abi));
}

int main(int argc, char **argv)
{
	int abi = ll_abi();
	struct ll_ruleset_attr attr = {
		.handled_fs = landlock_mask(LANDLOCK_FS, abi),
	};
	int ruleset = abi > 0 ? ll_create(&attr) : -1;

	if (argc < 2 || ruleset < 0)
		return 1;
	add(ruleset, "/usr", FH_READ | FH_EXEC, abi);
	add(ruleset, "/etc/ssl/certs", FH_READ | FH_EXEC, abi);
	add(ruleset, "/proc", FH_READ, abi);
	add(ruleset, "/tmp", FH_READ | FH_WRITE, abi);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    ll_restrict(ruleset, 0) < 0)
		return 1;
	execv(argv[1], argv + 1);
	return 127;
}
