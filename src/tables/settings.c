/* The settings table: one row makes a setting exist everywhere. */
#include "tables/settings.h"

#include <string.h>

#include "policy/policy.h"

#define FIELD(name) offsetof(struct fh_policy, name)
#define NO_LIMIT SETTING_NO_LIMIT

static const char *const net_choices[] = { "none", "loopback", "host", NULL };
static const char *const tty_choices[] = { "none", "inherit", "pty", "auto", NULL };
static const char *const deny_choices[] = { "errno", "kill", "log", NULL };
static const char *const policy_choices[] = { "default", "strict",
	"file-processor", "network-server", "container-runtime", NULL };
static const char *const report_choices[] = { "none", "text", "json", NULL };

const char *const section_names[N_SECTIONS] = {
	[SECTION_PROFILE] = "profile",
	[SECTION_FILESYSTEM] = "filesystem", [SECTION_NETWORK] = "network",
	[SECTION_SYSCALLS] = "syscalls",     [SECTION_LIMITS] = "limits",
	[SECTION_PROCESS] = "process",	     [SECTION_GUARANTEES] = "guarantees",
	[SECTION_OUTPUT] = "output",
};

const char *const section_titles[N_SECTIONS] = {
	[SECTION_PROFILE] = "Profile",
	[SECTION_FILESYSTEM] = "Files", [SECTION_NETWORK] = "Network",
	[SECTION_SYSCALLS] = "System calls", [SECTION_LIMITS] = "Ceilings",
	[SECTION_PROCESS] = "Process", [SECTION_GUARANTEES] = "Guarantees",
	[SECTION_OUTPUT] = "Output",
};

#define PROFILE .section = SECTION_PROFILE
#define FILES .section = SECTION_FILESYSTEM
#define NETWORK .section = SECTION_NETWORK
#define SYSCALLS .section = SECTION_SYSCALLS
#define LIMITS .section = SECTION_LIMITS
#define PROCESS .section = SECTION_PROCESS
#define GUARANTEES .section = SECTION_GUARANTEES
#define OUTPUT .section = SECTION_OUTPUT

/* Sorted by name; tests/unit/test_settings.c checks. */
const struct setting settings[] = {
	{ .name = "allow-syscall", .type = SETTING_SYSCALL, SYSCALLS,
	  .arg = "NAME|@GROUP",
	  .help = "allow a system call, or a group, beyond the policy",
	  .detail = "Calls that would undo other fences (namespaces, mounts, io_uring, clone3) cannot be allowed." },
	{ .name = "bind", .only_box = true, .type = SETTING_BIND, FILES,
	  .arg = "SRC:DST[:rwx]",
	  .help = "show SRC at DST, with read (default), write, execute" },
	{ .name = "connect", .type = SETTING_PORT, NETWORK,
	  .offset = FIELD(connect), .arg = "PORT", .since = "6.7",
	  .help = "with --net host: may connect to this TCP port",
	  .detail = "From Landlock ABI 10 on (Linux 7.2) the same grant opens the UDP port; before it no UDP at all." },
	{ .name = "cpu-time", .type = SETTING_DURATION, LIMITS,
	  .offset = FIELD(cpu_time_ms), .arg = "TIME", .min = 1000,
	  .max = NO_LIMIT,
	  .help = "processor time of the box, at the least of each process",
	  .detail = "With a cgroup the time of the whole box is counted; without one, that of each process alone, in whole seconds." },
	{ .name = "cpus", .only_box = true, .type = SETTING_DECIMAL, LIMITS,
	  .offset = FIELD(cpus), .arg = "N", .min = 1, .max = NO_LIMIT,
	  .help = "processors' worth of time of the whole box (needs a cgroup)" },
	{ .name = "cwd", .only_box = true, .letter = 'C', .type = SETTING_PATH, FILES,
	  .offset = FIELD(cwd), .arg = "DIR",
	  .help = "start in DIR (default: here if granted, else $HOME)" },
	{ .name = "deny-syscall", .type = SETTING_SYSCALL, SYSCALLS,
	  .arg = "NAME|@GROUP",
	  .help = "refuse a system call, or a group, that the policy allows" },
	{ .name = "device", .only_box = true, .type = SETTING_DEVICE, FILES, .arg = "PATH",
	  .help = "show a device node, to read, write and control" },
	{ .name = "env", .only_box = true, .type = SETTING_ENV, PROCESS, .offset = FIELD(env),
	  .arg = "NAME[=VALUE]",
	  .help = "set a variable, or keep the caller's" },
	{ .name = "exec", .letter = 'x', .type = SETTING_GRANT, FILES,
	  .access = FH_READ | FH_EXEC, .arg = "PATH",
	  .help = "may read and execute PATH and what is beneath it" },
	{ .name = "explain", .only_box = true, .type = SETTING_SWITCH, OUTPUT,
	  .offset = FIELD(is_explaining),
	  .help = "tell what the program was refused, and what would allow it" },
	{ .name = "file-size", .type = SETTING_BYTES, LIMITS,
	  .offset = FIELD(file_size), .arg = "SIZE", .max = NO_LIMIT,
	  .help = "largest file that may be written" },
	{ .name = "gid", .type = SETTING_COUNT, PROCESS, .offset = FIELD(gid),
	  .arg = "GID", .max = UINT32_MAX - 1,
	  .help = "run with this group id (only when started as root)" },
	{ .name = "grace", .only_box = true, .type = SETTING_DURATION, LIMITS,
	  .offset = FIELD(grace_ms), .arg = "TIME", .max = 3600000,
	  .help = "time between SIGTERM at a time limit and the end (2s)" },
	{ .name = "hide", .only_box = true, .type = SETTING_HIDE, FILES, .arg = "PATH",
	  .help = "mask PATH although something above it is granted" },
	{ .name = "home", .only_box = true, .type = SETTING_PATH, FILES, .offset = FIELD(home),
	  .arg = "DIR",
	  .help = "path of the private, empty $HOME (default: the caller's)" },
	{ .name = "hostname", .only_box = true, .type = SETTING_STRING, PROCESS,
	  .offset = FIELD(hostname), .arg = "NAME", .max = 64,
	  .help = "host name that the box sees (default: fumehood)" },
	{ .name = "io-weight", .only_box = true, .type = SETTING_COUNT, LIMITS,
	  .offset = FIELD(io_weight), .arg = "N", .min = 1, .max = 10000,
	  .since = "4.5",
	  .help = "share of the disks' time, where 100 is usual (needs a cgroup)" },
	{ .name = "keep-cap", .type = SETTING_CAPABILITY, PROCESS,
	  .offset = FIELD(keep_caps), .arg = "CAP_NAME",
	  .help = "keep a capability (only when started as root)",
	  .detail = "The box then has no user namespace of its own: a capability is worth what the namespace it counts in is worth." },
	{ .name = "keep-env", .only_box = true, .type = SETTING_ENV_NAME, PROCESS,
	  .offset = FIELD(keep_env), .arg = "NAME",
	  .help = "keep the caller's variable of that name" },
	{ .name = "keep-fd", .only_box = true, .type = SETTING_FD, PROCESS, .arg = "N",
	  .max = 65535, .help = "leave descriptor N open for the program" },
	{ .name = "listen", .type = SETTING_PORT, NETWORK,
	  .offset = FIELD(listen), .arg = "PORT", .since = "6.7",
	  .help = "with --net host: may listen on this TCP port",
	  .detail = "The kernel binds a socket that listens unbound to a free port, and nothing can refuse that to one that may listen: the guarantee network is then lost, and has to be given up with *--without* network." },
	{ .name = "memory", .only_box = true, .type = SETTING_BYTES, LIMITS,
	  .offset = FIELD(memory), .arg = "SIZE", .min = 1 << 20,
	  .max = NO_LIMIT, .since = "4.5",
	  .help = "memory of the whole box, private storage included",
	  .detail = "Needs a cgroup. Without one, each process alone is held to it by RLIMIT_DATA, and each private storage by its size: the guarantee memory is then held in part, which *--require memory* refuses." },
	{ .name = "net", .type = SETTING_CHOICE, NETWORK,
	  .offset = FIELD(net), .arg = "MODE", .choices = net_choices,
	  .help = "none (default), loopback, or host with its ports" },
	{ .name = "no-write-exec", .type = SETTING_SWITCH, PROCESS,
	  .offset = FIELD(no_write_exec), .since = "6.3",
	  .help = "no memory both writable and executable (breaks JITs)" },
	{ .name = "on-deny", .type = SETTING_CHOICE, SYSCALLS,
	  .offset = FIELD(on_deny), .arg = "ACTION", .choices = deny_choices,
	  .help = "a refused call gets: errno (default), kill, or log" },
	{ .name = "open-files", .type = SETTING_COUNT, LIMITS,
	  .offset = FIELD(open_files), .arg = "N", .min = 4, .max = 1048576,
	  .help = "open descriptors of each process" },
	{ .name = "output-limit", .only_box = true, .type = SETTING_BYTES, LIMITS,
	  .offset = FIELD(output_limit), .arg = "SIZE", .max = NO_LIMIT,
	  .help = "end the run when it has printed more than this",
	  .detail = "Standard output and error together, which are pipes to a relay then; what fits is passed on. The exit status is 153, as of SIGXFSZ." },
	{ .name = "pids", .only_box = true, .type = SETTING_COUNT, LIMITS,
	  .offset = FIELD(pids), .arg = "N", .min = 1, .max = 4194304,
	  .help = "processes and threads in the box (default 1024)",
	  .detail = "Before Linux 5.14 the kernel counts all processes of the user, those outside as well." },
	{ .name = "profile", .letter = 'p', .type = SETTING_PROFILE, PROFILE,
	  .in_file = FILE_NOT, .why_not = "a profile has others by extends, in [profile]",
	  .arg = "NAME|FILE",
	  .help = "load a policy: a known name, or a file with a slash in its name",
	  .detail = "May be given several times. Options win over it, wherever they stand; lists add up. *fumehood profile list* tells the names." },
	{ .name = "quiet", .letter = 'q', .type = SETTING_SWITCH, OUTPUT,
	  .offset = FIELD(is_quiet), .help = "no warnings" },
	{ .name = "read", .letter = 'r', .type = SETTING_GRANT, FILES,
	  .access = FH_READ, .arg = "PATH",
	  .help = "may read PATH and what is beneath it" },
	{ .name = "report", .type = SETTING_REPORT, OUTPUT,
	  .offset = FIELD(report), .in_file = FILE_WORD,
	  .why_not = "a profile may not say which file is written to: give --report",
	  .arg = "FORMAT[=FILE]",
	  .choices = report_choices,
	  .help = "account of the run at its end: text or json" },
	{ .name = "require", .type = SETTING_GUARANTEE, GUARANTEES,
	  .offset = FIELD(required), .arg = "GUARANTEE",
	  .help = "refuse to run when this guarantee cannot be had" },
	{ .name = "root", .only_box = true, .type = SETTING_STRING, FILES,
	  .offset = FIELD(root), .arg = "DIR", .max = 4095,
	  .help = "take the system trees from DIR instead of the host" },
	{ .name = "status-fd", .only_box = true, .type = SETTING_COUNT, OUTPUT,
	  .offset = FIELD(status_fd), .arg = "N", .min = 3, .max = 65535,
	  .in_file = FILE_NOT,
	  .why_not = "which descriptor is open is the caller's affair: give --status-fd",
	  .help = "tell start, stops and end on descriptor N, a JSON object a line" },
	{ .name = "swap", .only_box = true, .type = SETTING_BYTES, LIMITS,
	  .offset = FIELD(swap), .arg = "SIZE", .max = NO_LIMIT, .since = "4.5",
	  .help = "swap of the whole box (with --memory: none; needs a cgroup)" },
	{ .name = "syscalls", .type = SETTING_CHOICE, SYSCALLS,
	  .offset = FIELD(syscalls), .arg = "POLICY",
	  .choices = policy_choices,
	  .help = "default, strict, file-processor or network-server",
	  .detail = "*container-runtime* exists for programs that confine themselves with libfumehood, see *fh_confine*(3); a box refuses it." },
	{ .name = "timeout", .only_box = true, .letter = 't', .type = SETTING_DURATION, LIMITS,
	  .offset = FIELD(timeout_ms), .arg = "TIME", .min = 1,
	  .max = UINT32_MAX, .help = "end the run after this long: exit 124" },
	{ .name = "tmp-files", .only_box = true, .type = SETTING_COUNT, LIMITS,
	  .offset = FIELD(tmp_files), .arg = "N", .min = 16,
	  .max = UINT32_MAX,
	  .help = "files in each private storage (102400)" },
	{ .name = "tmp-size", .only_box = true, .type = SETTING_BYTES, LIMITS,
	  .offset = FIELD(tmp_size), .arg = "SIZE", .min = 4096,
	  .max = NO_LIMIT,
	  .help = "size of each private storage: /tmp, $HOME, /dev/shm (256M)" },
	{ .name = "tmpfs", .only_box = true, .type = SETTING_TMPFS, FILES, .arg = "PATH[:SIZE]",
	  .help = "private, empty, writable storage at PATH" },
	{ .name = "tty", .only_box = true, .type = SETTING_CHOICE, PROCESS,
	  .offset = FIELD(tty), .arg = "MODE", .choices = tty_choices,
	  .help = "auto (default), none, inherit, or pty: a terminal of its own",
	  .detail = "*auto* is *pty* when the command is used at a terminal, and *none* otherwise. *none* is a session without a terminal." },
	{ .name = "uid", .type = SETTING_COUNT, PROCESS, .offset = FIELD(uid),
	  .arg = "UID", .max = UINT32_MAX - 1,
	  .help = "run with this user id (only when started as root)" },
	{ .name = "verbose", .letter = 'v', .type = SETTING_SWITCH, OUTPUT,
	  .offset = FIELD(is_verbose),
	  .help = "say which guarantees hold, and by what" },
	{ .name = "without", .type = SETTING_GUARANTEE, GUARANTEES,
	  .offset = FIELD(without), .arg = "GUARANTEE",
	  .help = "run even when this guarantee cannot be had" },
	{ .name = "write", .letter = 'w', .type = SETTING_GRANT, FILES,
	  .access = FH_READ | FH_WRITE, .arg = "PATH",
	  .help = "may read and change PATH and what is beneath it" },
};
const size_t n_settings = sizeof(settings) / sizeof(*settings);
_Static_assert(sizeof(settings) / sizeof(*settings) <= 64,
	       "policies remember in 64 bits which were set");

const struct setting *setting_find(const char *name)
{
	for (size_t i = 0; i < n_settings; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}
