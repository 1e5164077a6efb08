/* The guarantees and the mechanisms that can hold them. */
#include "tables/guarantees.h"

#include <errno.h>
#include <string.h>

const struct guarantee_info guarantees[N_GUARANTEES] = {
	[FH_GUARANTEE_FILES_READ] = { "files-read",
		"read a file that was not granted", 1 },
	[FH_GUARANTEE_FILES_WRITE] = { "files-write",
		"create, change, rename or delete outside what was granted", 1 },
	[FH_GUARANTEE_FILES_SEE] = { "files-see",
		"learn that an ungranted file exists, its size or its times", 0 },
	[FH_GUARANTEE_NETWORK] = { "network",
		"reach or be reached by anything outside what was granted", 1 },
	[FH_GUARANTEE_SOCKETS] = { "sockets",
		"talk to outside services over unix sockets", 0 },
	[FH_GUARANTEE_PROCESSES] = { "processes",
		"see, signal, trace or re-prioritise outside processes", 0 },
	[FH_GUARANTEE_PRIVILEGES] = { "privileges",
		"gain a capability, another uid or a user namespace", 1 },
	[FH_GUARANTEE_KERNEL] = { "kernel",
		"call what the syscall policy does not allow", 1 },
	[FH_GUARANTEE_TERMINAL] = { "terminal",
		"inject input into the caller's terminal or take it over", 1 },
	[FH_GUARANTEE_LIFETIME] = { "lifetime",
		"outlive the run, or the launcher's death", 1 },
	[FH_GUARANTEE_MEMORY] = { "memory", "use more memory than its ceiling", 0 },
	[FH_GUARANTEE_PIDS] = { "pids",
		"have more processes and threads than its ceiling", 0 },
	[FH_GUARANTEE_CPU] = { "cpu",
		"burn more processor time than its ceiling", 0 },
	[FH_GUARANTEE_DISK] = { "disk",
		"fill private storage, grow a file or print past its ceiling", 0 },
	[FH_GUARANTEE_TIME] = { "time", "run longer than its time limit", 0 },
};

const struct mechanism_info mechanisms[N_MECHANISMS] = {
	[MECHANISM_USER_NAMESPACE] = { "user namespace", "" },
	[MECHANISM_MOUNT_NAMESPACE] = { "mount namespace", "" },
	[MECHANISM_PID_NAMESPACE] = { "pid namespace", "" },
	[MECHANISM_NET_NAMESPACE] = { "net namespace", "" },
	[MECHANISM_IPC_NAMESPACE] = { "ipc namespace", "" },
	[MECHANISM_NOSUID] = { "nosuid mounts", "" },
	[MECHANISM_TMPFS_SIZE] = { "tmpfs size", "" },
	[MECHANISM_PID_MAX] = { "kernel.pid_max", "6.14" },
	[MECHANISM_LOCKED_NAMESPACES] = { "namespace count limit", "" },
	[MECHANISM_NO_CAPABILITIES] = { "empty capability sets", "" },
	[MECHANISM_NO_NEW_PRIVS] = { "no_new_privs", "" },
	[MECHANISM_RLIMITS] = { "rlimits", "" },
	[MECHANISM_LANDLOCK_FILES] = { "Landlock", "5.13" },
	[MECHANISM_LANDLOCK_PORTS] = { "Landlock ports", "6.7" },
	[MECHANISM_LANDLOCK_SCOPE] = { "Landlock scope", "6.12" },
	[MECHANISM_LANDLOCK_SOCKETS] = { "Landlock unix sockets", "7.1" },
	[MECHANISM_WATCHDOG] = { "watching init", "" },
	[MECHANISM_SESSION] = { "new session", "" },
	[MECHANISM_SECCOMP] = { "seccomp", "" },
	[MECHANISM_SECCOMP_SOCKETS] = { "seccomp socket families", "" },
	[MECHANISM_TIMER] = { "timer", "" },
	[MECHANISM_CGROUP_DELEGATED] = { "delegated cgroup", "" },
	[MECHANISM_CGROUP_SCOPE] = { "transient scope", "" },
	[MECHANISM_CGROUP_ROOT] = { "cgroup of root", "" },
	[MECHANISM_PTY] = { "pseudo-terminal", "" },
	[MECHANISM_OUTPUT_RELAY] = { "output relay", "" },
};

int guarantee_find(const char *name)
{
	for (int i = 0; i < N_GUARANTEES; i++)
		if (strcmp(guarantees[i].name, name) == 0)
			return i;
	return -ENOENT;
}
