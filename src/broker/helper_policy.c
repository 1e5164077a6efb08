/* What each helper confines itself by. */
#include <linux/capability.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "broker/helper.h"
#include "policy/policy.h"
#include "probe/kernel.h"

#define CAP(name) (UINT64_C(1) << CAP_##name)

struct setting_row {
	const char *name;
	const char *value;
};

/*
 * Modules are read from anywhere, and read what they like: configuration,
 * accounts, a user's home. They execute helpers of their own. They write
 * where services keep their state: pam_faillock in /run, others beneath
 * /var/lib, btmp in /var/log. No network: modules that ask a daemon of this machine
 * (sssd, winbind, nslcd) do so over a socket with a path; those that speak to
 * another machine themselves (pam_krb5, pam_radius) do not work, for what
 * parses a network has no business with uid 0. The audit socket is refused as
 * well, which libpam takes for a kernel without audit.
 */
static const struct setting_row authenticator_rows[] = {
	{ "syscalls", "default" },
	{ "exec", "/" },
	{ "write", "-/dev/null" },
	{ "write", "-/run" },
	{ "write", "-/var/lib" },
	{ "write", "-/var/log" },
	{ "open-files", "256" },
	/* They are lost by the capabilities below, and to the daemons above. */
	{ "without", "privileges" },
	{ "without", "sockets" },
};

/*
 * Files: /etc has the hosts, the servers and which modules to ask; /run the
 * sockets of nscd and systemd-resolved, and often what /etc/resolv.conf
 * points to. Port 53 by TCP and UDP; where Landlock holds no UDP ports (before
 * ABI 10, Linux 7.2) UDP to any.
 */
static const struct setting_row resolver_rows[] = {
	{ "syscalls", "network-server" },
	{ "net", "host" },
	{ "connect", "53" },
	{ "read", "-/etc" },
	{ "read", "-/etc/resolv.conf" },
	{ "read", "-/lib" },
	{ "read", "-/lib64" },
	{ "read", "-/run" },
	{ "read", "-/usr/lib" },
	{ "read", "-/usr/lib64" },
	{ "read", "-/var/run" },
	{ "read", "-/var/cache/nscd" },
	{ "read", "-/var/db/nscd" },
	{ "write", "-/dev/null" },
	{ "open-files", "64" },
	{ "without", "network" },
	{ "without", "sockets" },
};

/*
 * @capabilities: of those, what the process that is split has
 *
 * Uid 0 reads /etc/shadow because it owns it, without any capability; but not
 * where its mode is 0000, nor what a user keeps in 0600, as pam_faillock's tally
 * that another program made (DAC_OVERRIDE; a new one stays root's, for the
 * filter refuses chown). Modules become the user to read the home (SETUID,
 * SETGID). And what became another user must still be ended when time is up
 * (KILL). Seen with pam_unix, pam_faillock and pam_exec of Linux-PAM 1.5.2.
 */
static const struct {
	const struct setting_row *rows;
	size_t n;
	uint64_t capabilities;
	bool stays_root;
} kinds[N_HELPERS] = {
	[HELPER_AUTHENTICATOR] = {
		authenticator_rows, ARRAY_SIZE(authenticator_rows),
		CAP(DAC_OVERRIDE) | CAP(KILL) | CAP(SETGID) | CAP(SETUID),
		true,
	},
	[HELPER_RESOLVER] = {
		resolver_rows, ARRAY_SIZE(resolver_rows), 0, false,
	},
};

int helper_policy(enum helper_kind kind, const struct fh_broker *broker,
		  const struct fh_kernel *kernel, struct fh_policy **ret,
		  struct fh_error *err)
{
	struct fh_policy *policy = policy_new();
	int r = 0;

	if (!policy)
		return error_set(err, FH_STAGE_PLAN, -ENOMEM,
				 "plan a helper of the monitor");
	for (size_t i = 0; i < kinds[kind].n && r == 0; i++)
		r = policy_set(policy, kinds[kind].rows[i].name,
			       kinds[kind].rows[i].value, "helper", err);
	/* Who is root and says nothing becomes FH_NOBODY. */
	if (r == 0 && kinds[kind].stays_root && kernel->uid == 0)
		r = policy_set(policy, "uid", "0", "helper", err);
	if (r == 0 && kinds[kind].stays_root && kernel->uid == 0)
		r = policy_set(policy, "gid", "0", "helper", err);
	if (r < 0) {
		policy_free(policy);
		return r;
	}
	policy->keep_caps = kinds[kind].capabilities & kernel->capabilities;
	policy->without |= broker->monitor ? broker->monitor->without : 0;
	policy->lets_unix_path = true;
	policy->lets_udp_out = kind == HELPER_RESOLVER;
	*ret = policy;
	return 0;
}
