/*
 * Writes lines for [Service]: of systemd 252, the settings that are the plan's own
 * steps by other names. Files and system calls are in files of their own.
 */
#include "exchange/export_systemd.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "exchange/export_words.h"
#include "tables/capabilities.h"

/* What every box has. */
static const char always[] =
	"NoNewPrivileges=yes\n"
	"KeyringMode=private\n"
	"UMask=0022\n"
	"LimitCORE=0\n"
	"PrivateIPC=yes\n"
	"PrivateDevices=yes\n"
	"ProtectClock=yes\n"
	"ProtectControlGroups=yes\n"
	"ProtectHostname=yes\n"
	"ProtectKernelLogs=yes\n"
	"ProtectKernelModules=yes\n"
	"ProtectKernelTunables=yes\n"
	"ProtectProc=invisible\n"
	"RemoveIPC=yes\n"
	"LockPersonality=yes\n"
	"RestrictNamespaces=yes\n"
	"RestrictSUIDSGID=yes\n";

static void add_identity(const struct export *export)
{
	const struct fh_plan *plan = export->plan;
	uint64_t caps = export->policy->keep_caps;
	struct text *out = export->out;

	/* The service manager is root, and who exports need not be. */
	if (plan->uid || plan->gid)
		text_add(out, "User=%u\nGroup=%u\n", plan->uid, plan->gid);
	text_add(out, "PrivateUsers=%s\n", caps ? "no" : "yes");
	text_add(out, "CapabilityBoundingSet=\nAmbientCapabilities=\n");
	for (int cap = 0; cap < N_CAPABILITIES; cap++)
		if (caps >> cap & 1)
			text_add(out,
				 "CapabilityBoundingSet=%s\n"
				 "AmbientCapabilities=%s\n",
				 capability_names[cap], capability_names[cap]);
}

static void add_network(const struct export *export)
{
	const struct fh_policy *policy = export->policy;
	struct text *out = export->out;

	if (policy->net != FH_NET_HOST) {
		text_add(out, "PrivateNetwork=yes\n");
		return;
	}
	text_add(out, "PrivateNetwork=no\nSocketBindDeny=any\n");
	for (size_t i = 0; i < policy->listen.n; i++)
		text_add(out, "SocketBindAllow=tcp:%u\n",
			 policy->listen.ports[i]);
	if (!policy->listen.n && !policy->connect.n)
		text_add(out, "IPAddressDeny=any\n");
}

static void add_number(struct text *out, const char *name, uint64_t value,
		       const char *unit)
{
	if (value != POLICY_UNLIMITED)
		text_add(out, "%s=%" PRIu64 "%s\n", name, value, unit);
}

static void add_ceilings(const struct export *export)
{
	const struct fh_policy *policy = export->policy;
	uint64_t seconds = policy->cpu_time_ms / 1000;
	struct text *out = export->out;

	add_number(out, "TasksMax", policy->pids, "");
	add_number(out, "MemoryMax", policy->memory, "");
	if (policy->swap != POLICY_UNLIMITED)
		add_number(out, "MemorySwapMax", policy->swap, "");
	else if (policy->memory != POLICY_UNLIMITED)
		text_add(out, "MemorySwapMax=0\n");
	add_number(out, "IOWeight", policy->io_weight, "");
	if (policy->cpus != POLICY_UNLIMITED)
		/* Of thousandths in whole percents, never more. */
		add_number(out, "CPUQuota",
			   policy->cpus < 10 ? 1 : policy->cpus / 10, "%");
	if (policy->cpu_time_ms != POLICY_UNLIMITED)
		text_add(out, "LimitCPU=%" PRIu64 ":%" PRIu64 "\n", seconds,
			 seconds + 1);
	add_number(out, "LimitFSIZE", policy->file_size, "");
	add_number(out, "LimitNOFILE", policy->open_files, "");
	add_number(out, "RuntimeMaxSec", policy->timeout_ms, "ms");
	if (policy_is_set(policy, "grace"))
		add_number(out, "TimeoutStopSec", policy->grace_ms, "ms");
	if (policy->no_write_exec)
		text_add(out, "MemoryDenyWriteExecute=yes\n");
}

static void keep_variable(const struct export *export, const char *name)
{
	if (shell_is_name(name))
		text_add(export->out, "PassEnvironment=%s\n", name);
	else
		text_add(export->losses,
			 "keep-env: systemd has no variable of that name\n");
}

static bool is_utf8(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	while (*s) {
		size_t n = *s < 0x80 ? 1 : utf8_printable(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

static void set_variable(const struct export *export, const char *assignment)
{
	bool can = is_utf8(assignment);
	struct text name = { 0 };

	text_add_bytes(&name, assignment, strcspn(assignment, "="));
	if (can && shell_is_name(text_string(&name))) {
		text_add(export->out, "Environment=");
		unit_word(export->out, assignment);
		text_add(export->out, "\n");
	} else {
		text_add(export->losses, "env: systemd can have no ");
		text_add_escaped(export->losses, text_string(&name));
		text_add(export->losses, " with that name or value\n");
	}
	text_inherit(export->out, &name);
	text_done(&name);
}

static void add_environment(const struct export *export)
{
	const struct fh_policy *policy = export->policy;

	for (char **env = export->plan->envp; *env; env++)
		set_variable(export, *env);
	for (size_t i = 0; i < policy->keep_env.n; i++)
		keep_variable(export, policy->keep_env.names[i]);
	for (size_t i = 0; i < policy->env.n; i++)
		if (!strchr(policy->env.names[i], '='))
			keep_variable(export, policy->env.names[i]);
}

/* The first of the places where the program may be that has it, or the last. */
static const char *find_program(const struct box *box)
{
	size_t i = 0;

	while (i + 1 < box->n_candidates &&
	       access(box->candidates[i], F_OK) < 0)
		i++;
	return box->candidates[i];
}

/* A path that systemd would not take as a program's is given to a shell. */
static void add_program(const struct export *export)
{
	char *const *argv = export->argv;
	struct text path = { 0 };
	const char *program;
	bool is_taken;

	if (!argv)
		return;
	program = find_program(&export->prepared->box);
	/* The colon: "$" is itself. */
	text_add(&path, ":%s", program);
	text_add(export->out, "Type=exec\nExecStart=");
	is_taken = *program == '/' &&
		   unit_path(export->out, text_string(&path), "", NULL) == 0;
	if (!is_taken)
		text_add(export->out,
			 "\":/bin/sh\" \"-c\" \"exec \\x22$@\\x22\" \"sh\"");
	for (argv += is_taken; *argv; argv++) {
		text_add(export->out, " ");
		unit_word(export->out, *argv);
	}
	text_add(export->out, "\n");
	text_inherit(export->out, &path);
	text_done(&path);
}

static int add_directory(const struct export *export, struct fh_error *err)
{
	const struct fh_policy *policy = export->policy;
	const char *cwd = policy->cwd ? policy->cwd : export->plan->home;
	autotext quoted = { 0 };
	int r = unit_path(&quoted, cwd, "", err);

	if (r == 0)
		r = quoted.code;
	if (r < 0)
		return r;
	/* The one path that stands without quotes: blanks would be cut off. */
	if (quoted.len > 2 && quoted.data[quoted.len - 2] == ' ')
		return error_set(err, FH_STAGE_PLAN, -EINVAL,
				 "%s: no unit can start in a directory with a blank at its end",
				 cwd);
	text_add(export->out, "WorkingDirectory=");
	text_add_bytes(export->out, quoted.data + 1, quoted.len - 2);
	text_add(export->out, "\n");
	return 0;
}

int export_systemd(struct export *export, struct fh_error *err)
{
	int r;

	text_add(export->out, "[Service]\n");
	add_program(export);
	r = add_directory(export, err);
	if (r < 0)
		return r;
	add_environment(export);
	add_identity(export);
	text_add(export->out, "%s", always);
	r = systemd_files(export, err);
	if (r < 0)
		return r;
	export_new_calls_lost(export);
	add_network(export);
	add_ceilings(export);
	return systemd_calls(export, err);
}
