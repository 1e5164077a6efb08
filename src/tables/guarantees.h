/* What a user may rely on, by name: the vocabulary of the whole project. */
#ifndef FH_TABLES_GUARANTEES_H
#define FH_TABLES_GUARANTEES_H

#include <fumehood/guarantee.h>
#include <stdint.h>

#define N_GUARANTEES (FH_GUARANTEE_TIME + 1)

struct guarantee_info {
	const char *name;
	const char *cannot; /* "the boxed program cannot ..." */
	int is_required;    /* by default; the others are wanted */
};

extern const struct guarantee_info guarantees[N_GUARANTEES];

#define GUARANTEE_BIT(g) (UINT32_C(1) << (g))

/* The guarantee of that name, or -ENOENT. */
int guarantee_find(const char *name);

/* The mechanisms that hold guarantees, in the order in which they are built. */
enum mechanism {
	MECHANISM_USER_NAMESPACE,
	MECHANISM_MOUNT_NAMESPACE,
	MECHANISM_PID_NAMESPACE,
	MECHANISM_NET_NAMESPACE,
	MECHANISM_IPC_NAMESPACE,
	MECHANISM_NOSUID,
	MECHANISM_TMPFS_SIZE,
	MECHANISM_PID_MAX,
	MECHANISM_LOCKED_NAMESPACES,
	MECHANISM_NO_CAPABILITIES,
	MECHANISM_NO_NEW_PRIVS,
	MECHANISM_RLIMITS,
	MECHANISM_LANDLOCK_FILES,
	MECHANISM_LANDLOCK_PORTS,
	MECHANISM_LANDLOCK_SCOPE,
	MECHANISM_LANDLOCK_SOCKETS,
	MECHANISM_WATCHDOG,
	MECHANISM_SESSION,
	MECHANISM_SECCOMP,
	MECHANISM_SECCOMP_SOCKETS,
	MECHANISM_TIMER,
	/* A cgroup of the box, by the way that it was had. */
	MECHANISM_CGROUP_DELEGATED,
	MECHANISM_CGROUP_SCOPE,
	MECHANISM_CGROUP_ROOT,
	MECHANISM_PTY,
	MECHANISM_OUTPUT_RELAY,
	N_MECHANISMS,
};

struct mechanism_info {
	const char *name;
	const char *since; /* Linux version, "" when older than 5.4 */
};

extern const struct mechanism_info mechanisms[N_MECHANISMS];

#endif
