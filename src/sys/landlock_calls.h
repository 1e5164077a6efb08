/* Landlock system calls, with the constants that 6.1 headers lack. */
#ifndef FH_SYS_LANDLOCK_CALLS_H
#define FH_SYS_LANDLOCK_CALLS_H

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same numbers on every 64-bit architecture. */
#ifndef SYS_landlock_create_ruleset /* Linux 5.13 */
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

/* include/uapi/linux/landlock.h; the ABI that brought each is beside it. */
#define LL_FS_EXECUTE (UINT64_C(1) << 0)      /* 1 */
#define LL_FS_WRITE_FILE (UINT64_C(1) << 1)   /* 1 */
#define LL_FS_READ_FILE (UINT64_C(1) << 2)    /* 1 */
#define LL_FS_READ_DIR (UINT64_C(1) << 3)     /* 1 */
#define LL_FS_REMOVE_DIR (UINT64_C(1) << 4)   /* 1 */
#define LL_FS_REMOVE_FILE (UINT64_C(1) << 5)  /* 1 */
#define LL_FS_MAKE_CHAR (UINT64_C(1) << 6)    /* 1 */
#define LL_FS_MAKE_DIR (UINT64_C(1) << 7)     /* 1 */
#define LL_FS_MAKE_REG (UINT64_C(1) << 8)     /* 1 */
#define LL_FS_MAKE_SOCK (UINT64_C(1) << 9)    /* 1 */
#define LL_FS_MAKE_FIFO (UINT64_C(1) << 10)   /* 1 */
#define LL_FS_MAKE_BLOCK (UINT64_C(1) << 11)  /* 1 */
#define LL_FS_MAKE_SYM (UINT64_C(1) << 12)    /* 1 */
#define LL_FS_REFER (UINT64_C(1) << 13)	      /* 2: 5.19 */
#define LL_FS_TRUNCATE (UINT64_C(1) << 14)    /* 3: 6.2 */
#define LL_FS_IOCTL_DEV (UINT64_C(1) << 15)   /* 5: 6.10 */
#define LL_FS_RESOLVE_UNIX (UINT64_C(1) << 16) /* 9: 7.1 */
#define LL_NET_BIND_TCP (UINT64_C(1) << 0)    /* 4: 6.7 */
#define LL_NET_CONNECT_TCP (UINT64_C(1) << 1) /* 4: 6.7 */
#define LL_NET_BIND_UDP (UINT64_C(1) << 2)    /* 10: 7.2 */
#define LL_NET_CONNECT_SEND_UDP (UINT64_C(1) << 3) /* 10: 7.2 */
#define LL_SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0) /* 6: 6.12 */
#define LL_SCOPE_SIGNAL (UINT64_C(1) << 1)	  /* 6: 6.12 */

#define LL_CREATE_VERSION 1u
#define LL_CREATE_ERRATA 2u
#define LL_RESTRICT_TSYNC 8u /* 8: 7.0; all threads */
#define LL_RULE_PATH_BENEATH 1
#define LL_RULE_NET_PORT 2

/* The fields up to ABI 9. Passing the whole struct to an older kernel is
 * legal while the fields that it lacks are zero. */
struct ll_ruleset_attr {
	uint64_t handled_fs;
	uint64_t handled_net;
	uint64_t scoped;
};

struct ll_path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

struct ll_net_port {
	uint64_t allowed;
	uint64_t port; /* host byte order; 0 is the ephemeral range */
};

/* ABI (>= 1), -ENOSYS when not built in, -EOPNOTSUPP when not in lsm=. */
static inline int ll_abi(void)
{
	long r = syscall(SYS_landlock_create_ruleset, NULL, 0,
			 LL_CREATE_VERSION);

	return r < 0 ? -errno : (int)r;
}

/* Bit n-1 tells that erratum n is mended; -EINVAL before ABI 7. */
static inline int ll_errata(void)
{
	long r = syscall(SYS_landlock_create_ruleset, NULL, 0,
			 LL_CREATE_ERRATA);

	return r < 0 ? -errno : (int)r;
}

static inline int ll_create(const struct ll_ruleset_attr *attr)
{
	long r = syscall(SYS_landlock_create_ruleset, attr, sizeof(*attr), 0);

	return r < 0 ? -errno : (int)r;
}

static inline int ll_add_path(int ruleset, int fd, uint64_t allowed)
{
	struct ll_path_beneath rule = { .allowed = allowed, .parent_fd = fd };

	return syscall(SYS_landlock_add_rule, ruleset, LL_RULE_PATH_BENEATH,
		       &rule, 0) < 0 ? -errno : 0;
}

static inline int ll_add_port(int ruleset, uint64_t port, uint64_t allowed)
{
	struct ll_net_port rule = { .allowed = allowed, .port = port };

	return syscall(SYS_landlock_add_rule, ruleset, LL_RULE_NET_PORT, &rule,
		       0) < 0 ? -errno : 0;
}

static inline int ll_restrict(int ruleset, unsigned int flags)
{
	return syscall(SYS_landlock_restrict_self, ruleset, flags) < 0 ? -errno
								       : 0;
}

#endif
