/* What of a policy each target lacks: settings, guarantees and new system calls. */
#include "exchange/losses.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "exchange/exchange.h"
#include "tables/settings.h"
#include "tables/syscalls.h"

#define OUR_OWN "it tells nothing of that kind"
#define OURS { OUR_OWN, OUR_OWN, OUR_OWN }

#define OCI_FILES "a seccomp profile names no files: mount what the container shall see"
#define OCI_NETWORK "a seccomp profile sees no addresses and ports"
#define OCI_CEILING "a seccomp profile has no ceilings: give them to the container"
#define OCI_PROCESS "not in a seccomp profile: say it to the container"

#define BWRAP_FILTER "no argument can hold the filter: bubblewrap would take compiled BPF by --seccomp FD"
#define BWRAP_PORTS "bubblewrap holds no ports: the program has all of the host's network"
#define BWRAP_CEILING "bubblewrap has no ceilings: start it by prlimit(1)"
#define BWRAP_CGROUP "bubblewrap has no ceilings: start it in a cgroup"
#define BWRAP_SHOWN "its value is one of bubblewrap's arguments, which every user can read"
#define BWRAP_IDS "inside only: outside the program has the ids of who starts bubblewrap"

/* NULL: the target has it. Sorted as the settings are. */
const struct loss_row loss_rows[] = {
	{ "allow-syscall", { NULL, NULL, BWRAP_FILTER } },
	{ "bind", { OCI_FILES, NULL, NULL } },
	{ "connect", { OCI_NETWORK, "systemd holds no ports that are connected to", BWRAP_PORTS } },
	{ "cpu-time", { OCI_CEILING, NULL, BWRAP_CEILING } },
	{ "cpus", { OCI_CEILING, NULL, BWRAP_CGROUP } },
	{ "cwd", { OCI_PROCESS, NULL, NULL } },
	{ "deny-syscall", { NULL, NULL, BWRAP_FILTER } },
	{ "device", { OCI_FILES, NULL, NULL } },
	{ "env", { OCI_PROCESS, NULL, BWRAP_SHOWN } },
	{ "exec", { OCI_FILES, NULL, NULL } },
	{ "explain", OURS },
	{ "file-size", { OCI_CEILING, NULL, BWRAP_CEILING } },
	{ "gid", { OCI_PROCESS, NULL, BWRAP_IDS } },
	{ "grace", { OCI_CEILING, NULL, "bubblewrap has no time limit: start it by timeout(1)" } },
	{ "hide", { OCI_FILES, NULL, NULL } },
	{ "home", { OCI_FILES, NULL, NULL } },
	{ "hostname", { OCI_PROCESS, "systemd gives no host name of a service's own", NULL } },
	{ "io-weight", { OCI_CEILING, NULL, BWRAP_CGROUP } },
	{ "keep-cap", { OCI_PROCESS, NULL, NULL } },
	{ "keep-env", { OCI_PROCESS, "it is the service manager's variable that is kept", BWRAP_SHOWN } },
	{ "keep-fd", { OCI_PROCESS, "a service does not have the caller's descriptors", NULL } },
	{ "listen", { OCI_NETWORK, NULL, BWRAP_PORTS } },
	{ "memory", { OCI_CEILING, NULL, BWRAP_CGROUP } },
	{ "net", { "a seccomp profile sees no networks: give the container one of its own", NULL, NULL } },
	{ "no-write-exec", { NULL, NULL, "bubblewrap does not set it" } },
	{ "on-deny", { NULL, "a refused call gets ENOSYS", BWRAP_FILTER } },
	{ "open-files", { OCI_CEILING, NULL, BWRAP_CEILING } },
	{ "output-limit", { OCI_CEILING, "systemd does not count what is printed", BWRAP_CEILING } },
	{ "pids", { OCI_CEILING, NULL, BWRAP_CGROUP } },
	{ "profile", { NULL, NULL, NULL } }, /* what it said has its own rows */
	{ "quiet", OURS },
	{ "read", { OCI_FILES, NULL, NULL } },
	{ "report", OURS },
	{ "require", { "a profile cannot refuse to run", "a service starts without what cannot be had", "bubblewrap asks for no guarantees" } },
	{ "root", { OCI_FILES, NULL, NULL } },
	{ "status-fd", OURS },
	{ "swap", { OCI_CEILING, NULL, BWRAP_CGROUP } },
	{ "syscalls", { NULL, NULL, BWRAP_FILTER } },
	{ "timeout", { OCI_CEILING, NULL, "bubblewrap has no time limit: start it by timeout(1)" } },
	{ "tmp-files", { OCI_FILES, NULL, "bubblewrap limits no inodes" } },
	{ "tmp-size", { OCI_FILES, NULL, NULL } },
	{ "tmpfs", { OCI_FILES, NULL, NULL } },
	{ "tty", { OCI_PROCESS, "a service has no terminal", NULL } },
	{ "uid", { OCI_PROCESS, NULL, BWRAP_IDS } },
	{ "verbose", OURS },
	{ "without", { NULL, NULL, NULL } },
	{ "write", { OCI_FILES, NULL, NULL } },
};
const size_t n_loss_rows = ARRAY_SIZE(loss_rows);

#define BIT(mechanism) (UINT32_C(1) << MECHANISM_##mechanism)

static const struct {
	const char *nothing; /* for a guarantee that is lost */
	uint32_t mechanisms; /* that the target's form asks for */
	uint32_t otherwise;  /* guarantees that it holds by means of its own */
} holders[N_TARGETS] = {
	[FH_TARGET_OCI] = {
		"a seccomp profile does not hold it",
		BIT(SECCOMP) | BIT(SECCOMP_SOCKETS), 0,
	},
	/* The end of a service ends its cgroup, which has its ceilings. */
	[FH_TARGET_SYSTEMD] = {
		"systemd does not hold it",
		BIT(MOUNT_NAMESPACE) | BIT(NET_NAMESPACE) |
			BIT(IPC_NAMESPACE) | BIT(TMPFS_SIZE) |
			BIT(LOCKED_NAMESPACES) | BIT(NO_CAPABILITIES) |
			BIT(NO_NEW_PRIVS) | BIT(RLIMITS) | BIT(SESSION) |
			BIT(SECCOMP) | BIT(SECCOMP_SOCKETS) | BIT(TIMER),
		GUARANTEE_BIT(FH_GUARANTEE_LIFETIME) |
			GUARANTEE_BIT(FH_GUARANTEE_MEMORY) |
			GUARANTEE_BIT(FH_GUARANTEE_PIDS),
	},
	[FH_TARGET_BWRAP] = {
		"bubblewrap does not hold it",
		BIT(USER_NAMESPACE) | BIT(MOUNT_NAMESPACE) |
			BIT(PID_NAMESPACE) | BIT(NET_NAMESPACE) |
			BIT(IPC_NAMESPACE) | BIT(NOSUID) | BIT(TMPFS_SIZE) |
			BIT(LOCKED_NAMESPACES) | BIT(NO_CAPABILITIES) |
			BIT(NO_NEW_PRIVS) | BIT(SESSION),
		0,
	},
};

static const struct loss_row *find_row(const char *name)
{
	for (size_t i = 0; i < n_loss_rows; i++)
		if (strcmp(loss_rows[i].setting, name) == 0)
			return &loss_rows[i];
	return NULL;
}

static void add_value(void *ctx, const struct setting *setting,
		      const char *value)
{
	(void)setting;
	text_add(ctx, "%s\n", value);
}

/* Did the policy say something else than a new one does? */
static int differs(const struct fh_policy *policy, const struct fh_policy *fresh,
		   const struct setting *setting, bool *ret)
{
	autotext said = { 0 }, usual = { 0 };
	int r = policy_tell(policy, setting,
			    &(struct policy_values){ add_value, &said, true });

	if (r == 0)
		r = policy_tell(fresh, setting,
				&(struct policy_values){ add_value, &usual,
							 false });
	if (r == 0)
		r = said.code ? said.code : usual.code;
	if (r == 0)
		*ret = said.len && strcmp(text_string(&said),
					  text_string(&usual)) != 0;
	return r;
}

int export_settings_lost(struct export *export)
{
	struct fh_policy *fresh = policy_new();
	int r = fresh ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n_settings; i++) {
		const struct loss_row *row = find_row(settings[i].name);
		const char *lost = row ? row->lost[export->target]
				       : "it is not known there";
		bool is_said = false;

		r = differs(export->policy, fresh, &settings[i], &is_said);
		if (r == 0 && is_said && lost)
			text_add(export->losses, "%s: %s\n", settings[i].name,
				 lost);
	}
	policy_free(fresh);
	return r;
}

static void lose_guarantee(const struct export *export, int g)
{
	const struct plan_guarantee *row = &export->plan->guarantees[g];
	uint32_t lacking = row->holders & ~holders[export->target].mechanisms;

	if (row->holders && !lacking)
		return;
	text_add(export->losses, "%s: ", guarantees[g].name);
	if (!row->holders) {
		/* Nor does anything here, where it has been given up. */
		text_add(export->losses, "%s either: %s\n",
			 holders[export->target].nothing, row->lost);
		return;
	}
	if (lacking == row->holders)
		text_add(export->losses, "%s: it is held by ",
			 holders[export->target].nothing);
	else
		text_add(export->losses, "only in part: without ");
	plan_print_holders(lacking, export->losses);
	text_add(export->losses, "\n");
}

void export_guarantees_lost(struct export *export)
{
	for (int g = 0; g < N_GUARANTEES; g++)
		if (export->plan->guarantees[g].is_asked &&
		    !(holders[export->target].otherwise & GUARANTEE_BIT(g)))
			lose_guarantee(export, g);
}

/* The last kernel whose calls libseccomp 2.5.4 of Debian 12 knows all. */
#define KNOWN_MAJOR 5
#define KNOWN_MINOR 17

static bool is_newer(const char *since)
{
	int major = 0, minor = 0;

	/* "5.17", of our own table. */
	for (; *since >= '0' && *since <= '9'; since++)
		major = major * 10 + *since - '0';
	if (*since == '.')
		since++;
	for (; *since >= '0' && *since <= '9'; since++)
		minor = minor * 10 + *since - '0';
	return major > KNOWN_MAJOR ||
	       (major == KNOWN_MAJOR && minor > KNOWN_MINOR);
}

void export_new_calls_lost(struct export *export)
{
	const struct filter *filter = &export->filter;
	struct text *losses = export->losses;
	const char *before = "syscalls: refused with ENOSYS where libseccomp is older than they are: ";

	for (unsigned call = 0; call < N_SYSCALLS; call++) {
		int nr = syscall_on(filter->arch, call);

		if (nr < 0 || filter->by_nr[nr].kind != VERDICT_ALLOW ||
		    !is_newer(syscalls[call].since))
			continue;
		text_add(losses, "%s%s", before, syscalls[call].name);
		before = " ";
	}
	text_add(losses, *before == ' ' ? "\n" : "");
}
